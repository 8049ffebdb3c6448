"""Measures the context over recorded crashes: does it hold what the fix changed, at how many tokens, in what time?

A case is a folder with `trace.txt` and `case.json` (`repo`, `base_sha`, `fix_sha`, `files_changed_by_fix`). A fixed
file is held when the context shows any of its lines. The fixed functions are those that hold, at the base, the lines
which the fix takes away or, at the fix, the lines it adds; code outside any function counts only where a fix touches no
function, and then by its file. A function is held when all its lines are shown, or at least those that change.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from healer.context import Context, gather
from healer.edge.git import GitTree
from healer.edge.plumbing import git
from healer.event import Event
from healer.outcome import Skipped, SplatError
from healer.report import read_report
from healer.runtimes import RUNTIMES, source_reader
from healer.settings import Settings

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass(slots=True)
class Outcome:
    """What came of one case. `functions` maps each fixed function to "whole", "lines" or "missed"."""

    case: str
    tokens: int = 0
    milliseconds: float = 0.0
    files: dict[str, bool] = field(default_factory=dict)
    functions: dict[str, str] = field(default_factory=dict)
    shown: list[str] = field(default_factory=list)
    problem: str = ""

    @property
    def files_held(self) -> bool:
        return not self.problem and all(self.files.values())

    @property
    def functions_held(self) -> bool:
        return self.files_held and "missed" not in self.functions.values()

    @property
    def some_function_held(self) -> bool:
        held = [state for state in self.functions.values() if state != "missed"]
        return not self.problem and (bool(held) or (not self.functions and self.files_held))


def main() -> int:
    """Run, print, and return 0 when the limits hold."""
    options = argparse.ArgumentParser(prog="scripts/bench context", description=__doc__.split("\n")[0])
    options.add_argument("--cases", type=Path, required=True, help="the folder of cases")
    options.add_argument("--repos", type=Path, required=True, help="the folder of their repositories")
    options.add_argument("--only", default="", help="cases whose name begins so")
    options.add_argument("--json", action="store_true", help="one JSON object")
    given = options.parse_args()
    folders = sorted(path.parent for path in given.cases.glob(f"{given.only}*/case.json"))
    if not folders:
        sys.exit(f"There is no case in {given.cases}: a case is a folder with case.json and trace.txt.")
    outcomes = [measure(folder, given.repos) for folder in folders]
    totals = summary(outcomes)
    if given.json:
        print(json.dumps({"cases": [asdict(outcome) for outcome in outcomes], "totals": totals}, indent=2))
    else:
        show(outcomes, totals)
    return 0 if totals["holds"] else 1


def measure(folder: Path, repos: Path) -> Outcome:
    """One case."""
    case = json.loads((folder / "case.json").read_text())
    outcome = Outcome(folder.name)
    repo = find_repository(repos, folder.name, case["repo"])
    if repo is None:
        outcome.problem = "no repository"
        return outcome
    try:
        with _tree(repo, case["base_sha"]) as tree:
            report = read_report(Event("trace", (folder / "trace.txt").read_text()))
            if isinstance(report, Skipped):
                outcome.problem = report.reason
                return outcome
            tree.close()
            began = time.perf_counter()
            context = gather(report, tree, Settings())
            outcome.milliseconds = (time.perf_counter() - began) * 1000
            if isinstance(context, Skipped):
                outcome.problem = context.reason
                return outcome
            outcome.tokens = context.tokens
            judge(outcome, case, context, repo, tree)
    except SplatError as error:
        outcome.problem = str(error)
    return outcome


def find_repository(repos: Path, case: str, name: str) -> Path | None:
    """The checkout or bare repository of a case, in any of the usual layouts."""
    owner, _, short = name.partition("/")
    places = [case, name, f"{owner}+{short}", f"{owner}+{short}/repo", f"{owner}__{short}", short, f"{short}.git"]
    for place in places:
        path = repos / place
        if (path / ".git").exists() or (path / "HEAD").exists():
            return path
    return None


def _tree(repo: Path, base: str) -> GitTree:
    try:
        return GitTree(repo, base)
    except SplatError:
        return GitTree(repo)


def judge(outcome: Outcome, case: dict[str, Any], context: Context, repo: Path, tree: GitTree) -> None:
    """Compare what is shown with what the fix changed."""
    spans = {excerpt.path: excerpt.lines for excerpt in context.excerpts}
    outcome.shown = [
        f"{excerpt.path}: {', '.join(f'{first}-{last}' for first, last in excerpt.lines)} ({excerpt.tokens} tokens)"
        for excerpt in context.excerpts
    ]
    outcome.files = {path: path in spans for path in case["files_changed_by_fix"]}
    try:
        changed = fixed_functions(repo, tree, case)
    except SplatError:
        # Without the fix in the clone only the names that the case gives can be looked for.
        return
    for (path, name), (whole, lines) in changed.items():
        inside = [
            any(first <= line <= last for first, last in spans.get(path, ())) for line in range(whole[0], whole[1] + 1)
        ]
        kept = all(any(first <= line <= last for first, last in spans.get(path, ())) for line in lines)
        outcome.functions[f"{path}: {name}"] = "whole" if all(inside) else "lines" if kept else "missed"


def fixed_functions(
    repo: Path, tree: GitTree, case: dict[str, Any]
) -> dict[tuple[str, str], tuple[tuple[int, int], list[int]]]:
    """By path and name: the function's range at the base, and the lines of it that change."""
    found: dict[tuple[str, str], tuple[tuple[int, int], list[int]]] = {}
    with GitTree(repo, case["fix_sha"]) as fixed:
        for path in case["files_changed_by_fix"]:
            before, after = _parse(tree, path), _parse(fixed, path)
            diff = git(
                repo, "diff", "-U0", "--no-ext-diff", "--no-textconv", tree.base, fixed.base, "--", path
            ).decode()
            for old, count, new, added in _hunks(diff):
                for line in range(old, old + count):
                    _note(found, path, before.around(line, "function") if before else None, [line])
                for line in range(new, new + added):
                    around = after.around(line, "function") if after else None
                    here = _same(before, around)
                    at = [min(max(old, here.first), here.last)] if here else []
                    _note(found, path, here, at)
    return found


def _hunks(diff: str) -> list[tuple[int, int, int, int]]:
    return [(int(old), int(count or 1), int(new), int(added or 1)) for old, count, new, added in _HUNK.findall(diff)]


def _note(found: Any, path: str, definition: Any, lines: list[int]) -> None:
    if definition is not None:
        whole = (definition.first, definition.last)
        found.setdefault((path, definition.qualified), (whole, []))[1].extend(lines)


def _same(module: Any, definition: Any) -> Any:
    """The function of that name at the base; None for a new one."""
    if module is None or definition is None:
        return None
    named = [one for one in module.definitions if one.qualified == definition.qualified and one.kind == "function"]
    return min(named, key=lambda one: abs(one.first - definition.first), default=None)


def _parse(tree: GitTree, path: str) -> Any:
    content = tree.read(path)
    for runtime in RUNTIMES:
        reader = source_reader(runtime)
        if content is not None and path.endswith(reader.SUFFIXES):
            return reader.parse(content, path)
    return None


def summary(outcomes: list[Outcome]) -> dict[str, Any]:
    """The figures that the limits speak of."""
    count = len(outcomes)
    files = sum(outcome.files_held for outcome in outcomes)
    functions = sum(outcome.functions_held for outcome in outcomes)
    tokens = [outcome.tokens for outcome in outcomes if not outcome.problem] or [0]
    return {
        "cases": count,
        "files_held": files,
        "every_function_held": functions,
        "some_function_held": sum(outcome.some_function_held for outcome in outcomes),
        "median_tokens": statistics.median(tokens),
        "most_tokens": max(tokens),
        "median_milliseconds": round(statistics.median(outcome.milliseconds for outcome in outcomes), 1),
        "most_milliseconds": round(max(outcome.milliseconds for outcome in outcomes), 1),
        "holds": files >= 0.95 * count and functions >= 0.9 * count and statistics.median(tokens) < 9_000,
    }


def show(outcomes: list[Outcome], totals: dict[str, Any]) -> None:
    """The table, the misses, the totals."""
    print(f"{'case':28} {'files':>6} {'function':>9} {'tokens':>7} {'ms':>6}")
    for outcome in outcomes:
        states = list(outcome.functions.values())
        function = "-" if not states else "missed" if "missed" in states else "lines" if "lines" in states else "whole"
        files = f"{sum(outcome.files.values())}/{len(outcome.files)}" if not outcome.problem else "-"
        print(f"{outcome.case:28} {files:>6} {function:>9} {outcome.tokens:>7} {outcome.milliseconds:>6.0f}")
    for outcome in outcomes:
        missed = [path for path, held in outcome.files.items() if not held]
        missed += [name for name, state in outcome.functions.items() if state == "missed"]
        if missed or outcome.problem:
            print(f"\n{outcome.case} missed {', '.join(missed) or outcome.problem}")
            print("\n".join(f"    shown {line}" for line in outcome.shown[:12]))
    count = totals["cases"]
    print(
        f"\n{count} cases: every fixed file held in {totals['files_held']} ({totals['files_held'] / count:.0%}), every "
        f"fixed function in {totals['every_function_held']} ({totals['every_function_held'] / count:.0%}), some in "
        f"{totals['some_function_held']}; median {totals['median_tokens']:.0f} tokens (most {totals['most_tokens']}), "
        f"{totals['median_milliseconds']} ms (most {totals['most_milliseconds']})"
    )


if __name__ == "__main__":
    sys.exit(main())
