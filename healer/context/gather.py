"""Stage 3: from a report and a tree to all that Claude will be shown of the repository."""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from threading import Thread
from typing import TYPE_CHECKING

from healer.context.around import assigning_pieces, outline_pieces, used_pieces
from healer.context.budget import Shelf
from healer.context.callers import calling_pieces
from healer.context.configuration import configuration_pieces
from healer.context.elsewhere import elsewhere, told_of
from healer.context.exercise import test_files, test_pieces
from healer.context.facts import last_commits, named_locals, named_request
from healer.context.header import import_pieces
from healer.context.kin import kin_pieces
from healer.context.overview import repository_map
from healer.context.scenes import scene_pieces, scenes
from healer.context.sources import Library
from healer.context.suspects import Detective
from healer.context.tokens import estimate
from healer.context.twins import twin_pieces
from healer.context.uses import Lexicon
from healer.context.value import Context
from healer.context.versions import versions
from healer.outcome import Skipped
from healer.runtimes import source_reader
from healer.runtimes.layout import folder_of, layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from healer.context.piece import Piece, Scene
    from healer.context.value import Suspect, Tree
    from healer.report import Report
    from healer.settings import Settings

_FACT_TOKENS = 700
_NEAR_FILES = 120
_MESSAGE = 2_000


def gather(report: Report, tree: Tree, settings: Settings) -> Context | Skipped:
    """The context of a report, or why there is none: no frame of it lies in this repository."""
    library = Library(tree, source_reader(report.runtime))
    suspects = Detective(report, tree, library, settings.paths).suspects()
    if not suspects:
        return elsewhere(report, tree) or Skipped(
            "no-app-frame",
            "No frame of the trace lies in this repository.",
            "If the app's files have other paths where it runs, map them in `paths:` of .github/splat.yml.",
        )
    report = _rooted(report, suspects)
    found = scenes(report, suspects, library)
    history: list[str] = []
    # git answers while we read: the slowest single question of this stage.
    asking = Thread(target=lambda: history.append(last_commits(found[0], tree)), name="history", daemon=True)
    asking.start()
    pieces = list(_pieces(found, library, report))
    facts = {
        "Versions": versions(report, found, library),
        "Locals": named_locals(suspects, library),
        "Request": named_request(report, suspects, library),
    }
    asking.join()
    facts |= {"Not in this repository": told_of(report, tree)}
    facts |= {"Last commits on these lines": "".join(history), **report.event.facts}
    facts = _short_facts(facts, settings.context.max_tokens)
    context = Context(report, tree.base, suspects, (), "", facts, _admitted(found, library, settings))
    return _fill(context, pieces, found, library, settings)


def locate_root(report: Report, tree: Tree, settings: Settings) -> Report:
    """The report with `root` set to the folder that the app ran in, as far as its frames and this tree tell."""
    if report.root:
        return report
    suspects = Detective(report, tree, Library(tree, source_reader(report.runtime)), settings.paths).suspects()
    return _rooted(report, suspects)


def _rooted(report: Report, suspects: Sequence[Suspect]) -> Report:
    roots = [root for suspect in suspects if (root := _root_of(suspect))]
    return replace(report, root=max(roots, key=roots.count)) if roots and not report.root else report


def _root_of(suspect: Suspect) -> str:
    """What stands before the part that the printed path and the tracked one end with in common."""
    printed, tracked = suspect.frame.path.replace("\\", "/").split("/"), suspect.path.split("/")
    while printed and tracked and printed[-1] == tracked[-1]:
        printed.pop()
        tracked.pop()
    return "/".join(printed)


def _pieces(found: Sequence[Scene], library: Library, report: Report) -> Iterator[Piece]:
    """Everything that might be shown, ranked."""
    for scene in found:
        yield from scene_pieces(scene, library)
    yield from import_pieces(found, library)
    yield from twin_pieces(found, library)
    lexicon = Lexicon(library)
    yield from used_pieces(found, lexicon, library, report)
    yield from outline_pieces(found, lexicon, library)
    yield from kin_pieces(found, library)
    yield from assigning_pieces(found, library, report)
    yield from configuration_pieces(found, library)
    yield from test_pieces(found, library)
    yield from calling_pieces(found, lexicon, library, _near(found, library))


def _near(found: Sequence[Scene], library: Library) -> list[str]:
    """Source files that stand near the outermost function on the stack: its folder's, then those around it."""
    path, known = found[-1].path, layout(library.files)
    near: dict[str, None] = dict.fromkeys(library.siblings(path))
    folder = folder_of(path)
    for _ in range(3):
        near.update(dict.fromkeys(known.in_folder.get(folder, ())))
        if not folder:
            break
        folder = folder_of(folder)
    return [
        one for one in near if one != path and one.endswith(library.reader.SUFFIXES) and not library.reader.is_test(one)
    ][:_NEAR_FILES]


def _admitted(found: Sequence[Scene], library: Library, settings: Settings) -> frozenset[str]:
    """Every path a patch may touch: files on the stack, what they import, their tests, and what the user adds."""
    admitted: set[str] = set()
    for path in dict.fromkeys(scene.path for scene in found):
        admitted |= {path, *library.imported(path), *test_files(path, library)}
    for glob in settings.policy.extra_paths:
        admitted.update(path for path in library.files if fnmatchcase(path, glob))
    return frozenset(admitted)


def _short_facts(facts: Mapping[str, str], budget: int) -> dict[str, str]:
    """The facts that say something, each within its share of tokens."""
    kept = {}
    for title, text in facts.items():
        lines = text.split("\n")
        while lines and estimate("\n".join(lines)) > min(_FACT_TOKENS, budget // 16):
            lines = lines[: len(lines) * 3 // 4]
        if any(lines):
            kept[title] = "\n".join(lines)
    return kept


def _fill(
    context: Context, pieces: Sequence[Piece], found: Sequence[Scene], library: Library, settings: Settings
) -> Context:
    budget = settings.context.max_tokens
    # Half is for the code, however much a report says.
    fixed = min(_report_tokens(context.report), budget // 2)
    fixed += sum(estimate(f"{title}\n{text}") for title, text in context.facts.items())
    shelf = Shelf(library, budget - fixed)
    shelf.fill(pieces)
    marked: dict[str, set[int]] = {}
    for suspect in context.suspects:
        marked.setdefault(suspect.path, set()).add(suspect.line)
    excerpts = shelf.excerpts(marked)
    tokens = fixed + sum(excerpt.tokens for excerpt in excerpts)
    overview = repository_map(
        context.report, found, library, shelf.chosen, min(settings.context.map_tokens, budget - tokens)
    )
    tokens += estimate(overview)
    return replace(
        context,
        excerpts=excerpts,
        repository_map=overview,
        dropped=shelf.dropped(),
        tokens=tokens,
        budget=budget,
    )


def _report_tokens(report: Report) -> int:
    """What the report itself will take of the prompt: messages and the frames that are shown."""
    total = 0
    for exception in report.exceptions[:6]:
        frames = exception.frames if len(exception.frames) <= 16 else exception.frames[:4] + exception.frames[-12:]
        total += estimate(exception.type + exception.message[:_MESSAGE])
        total += sum(estimate(f"  {frame.path[:300]}:{frame.line} in {frame.function[:200]}") for frame in frames)
    return total
