"""A file's bytes as lines that an edit can be laid against, and back, byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Text:
    """One file taken apart.

    `plain` is what finds are matched against: LF only, no byte order mark, and a newline at the end (unless empty).
    `lines` are the file's own, each with its ending (LF or CRLF), the last perhaps without, the first behind the byte
    order mark if there is one; bytes that are no UTF-8 are kept as surrogates. `ending` is what most lines end in.
    """

    plain: str
    lines: tuple[str, ...]
    ending: str
    bom: bool
    final_newline: bool


def take_apart(content: bytes) -> Text:
    """The `Text` of a file; `put_together` of its lines gives back the same bytes."""
    text = content.decode("utf-8", "surrogateescape")
    bom = text.startswith(BOM)
    lines = split_lines(text)
    dos = sum(line.endswith("\r\n") for line in lines)
    plain = text.removeprefix(BOM).replace("\r\n", "\n")
    final = plain.endswith("\n")
    return Text(
        plain if final or not plain else plain + "\n",
        tuple(lines),
        "\r\n" if dos * 2 > len(lines) else "\n",
        bom,
        final or not plain,
    )


def put_together(lines: list[str]) -> bytes:
    """The bytes of a file with these lines."""
    return "".join(lines).encode("utf-8", "surrogateescape")


def split_lines(text: str) -> list[str]:
    """Lines with their endings, cut at LF alone, as git counts them."""
    lines = text.split("\n")
    last = lines.pop()
    return [line + "\n" for line in lines] + ([last] if last else [])


def without_ending(line: str) -> str:
    """The line without its LF or CRLF."""
    return line.removesuffix("\n").removesuffix("\r")


def with_ending(line: str, ending: str) -> str:
    """The line with another ending, "" for none."""
    return without_ending(line) + ending
