"""`@splat retry try the empty cart`: a command in a comment, as its reader sees it.

A command begins a paragraph of its own: what stands in code, a quote, a list, a fold or anything hidden is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from healer.event.visible import blocks, seen, visible
from healer.markdown import cut, plain

if TYPE_CHECKING:
    from healer.event.value import Ask

#: What each command may be followed by: `words` for Claude, nothing at all (`alone`), or whatever (`any`).
_VERBS = {"retry": "words", "explain": "words", "help": "any", "stop": "any", "ignore": "alone", "merge": "alone"}
_MOST_WORDS = 4_000
MARK = "<!-- splat:"
"""How everything begins that Splat hides in its own texts. What carries it is never a command."""


@dataclass(frozen=True, slots=True)
class Command:
    """`words` is what the person adds, "" for nothing. What was not understood asks for help."""

    ask: Ask
    words: str = ""


def read_command(text: str, mention: str) -> Command | None:
    """The first command of a comment; None when there is none. `mention` is what it begins with, in any case."""
    if mention.casefold() not in text.casefold() or MARK in text:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = blocks("\n".join(lines))
    for number, block in enumerate(found):
        if block.kind == "html" and seen(lines, [block]):
            return None  # what follows may stand in a fold, or in a tag that hides it
        if block.kind != "paragraph":
            continue
        first = _behind_mention(lines[block.first], mention)
        if first is not None:
            rest = lines[block.first + 1 : block.last]
            after = seen(lines, (each for each in found[number + 1 :] if not each.quoted))
            return _command(first, "\n".join([*rest, "", after]).strip())
    return None


def _behind_mention(line: str, mention: str) -> str | None:
    """What a line that begins with the mention goes on with; None for any other, and for one that hides something.

    At the very beginning: what stands in a list or a quote is behind a mark or indented.
    """
    line = line.rstrip()
    if line[: len(mention)].casefold() != mention.casefold() or plain(line) != line:
        return None
    rest = line[len(mention) :]
    if rest[:1] in (":", ","):
        rest = rest[1:]
    return rest.strip() if not rest or rest[0] in " \t" else None


def _command(line: str, after: str) -> Command:
    verb, _, words = " ".join(line.split(None, 1)).partition(" ")
    verb = verb.rstrip(".!,:").casefold()
    said = visible(f"{words}\n{after}").strip()
    takes = _VERBS.get(verb)
    if takes is None or (takes == "alone" and said.strip(".! \n")):
        return Command("help", cut(plain(verb), 40))
    return Command(cast("Ask", verb), cut(said, _MOST_WORDS) if takes == "words" else "")
