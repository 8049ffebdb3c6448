"""The demo: a real crash of a real program, healed in a repository of its own under .demo/."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from healer.edge.sandbox import probe
from healer.settings import Settings
from healer.testing import ScriptedClaude

# The healing prints to the same terminal: what was said before must be there before.
print = partial(print, flush=True)
HERE = Path(__file__).resolve().parent.parent
SHOP = HERE / ".demo" / "shop"
SPLAT = Path(sys.executable).parent / "splat"


def main() -> int:
    proof = sandbox_starts()
    real = bool(os.environ.get("ANTHROPIC_API_KEY")) and proof
    print(first_line(real=real))
    if not proof:
        print("No bubblewrap sandbox here, so the recorded patch is tried WITHOUT one: it is part of this checkout.")
    base = fresh_repository()
    crash = crash_it()
    print("\n--- the crash " + "-" * 56 + f"\n$ python3 -m shop orders/friday.json\n{crash}")
    with ExitStack() as stack:
        environ = dict(os.environ)
        if not real:
            answer = json.loads((HERE / "examples/recorded/shop.json").read_text())
            server = stack.enter_context(ScriptedClaude([answer]))
            environ |= {"ANTHROPIC_API_KEY": "scripted", "ANTHROPIC_BASE_URL": server.url}
        print("--- healing " + "-" * 58)
        command = [str(SPLAT), "heal", "--trace", "crash.log", "--repo", "."]
        ended = subprocess.run(
            [*command, *([] if proof else ["--sandbox", "none"])], cwd=SHOP, env=environ, check=False
        )
    if ended.returncode == 0:
        show(base)
    return ended.returncode


def first_line(*, real: bool) -> str:
    if real:
        return "Demo with Claude, paid by your ANTHROPIC_API_KEY (about a cent)."
    return (
        "Demo with a scripted model: it plays one recorded answer for this bug through Claude's HTTP API.\n"
        "Nothing is sent to Anthropic or paid. Set ANTHROPIC_API_KEY to ask Claude itself."
    )


def sandbox_starts() -> bool:
    return probe(Settings()) is None


def fresh_repository() -> str:
    shutil.rmtree(SHOP, ignore_errors=True)
    shutil.copytree(HERE / "examples" / "shop", SHOP, ignore=shutil.ignore_patterns("__pycache__"))
    git("init", "--quiet", "--template=", "--initial-branch=main")
    git("add", "--all")
    git("-c", "user.name=Shop", "-c", "user.email=shop@example.com", "commit", "--quiet", "-m", "The shop")
    return git("rev-parse", "HEAD").strip()


def git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-c", "core.hooksPath=/dev/null", *arguments], cwd=SHOP, check=True, capture_output=True, text=True
    ).stdout


def crash_it() -> str:
    program = [sys.executable, "-B", "-m", "shop", "orders/friday.json"]
    crash = subprocess.run(program, cwd=SHOP, capture_output=True, text=True, check=False).stderr
    (SHOP / "crash.log").write_text(crash)
    return crash


def show(base: str) -> None:
    page = max((SHOP / ".splat" / "pulls").glob("*.md"), key=lambda path: int(path.stem))
    facts = json.loads(page.with_suffix(".json").read_text())
    print("\n--- the pull request " + "-" * 49)
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown
        from rich.syntax import Syntax

        console = Console()
        console.print(Markdown(page.read_text()))
        console.print(Syntax(git("diff", base, facts["branch"]), "diff"))
    else:
        print(page.read_text())
        print(git("diff", base, facts["branch"]))
    print("--- where it is " + "-" * 54)
    runs = max((SHOP / ".splat" / "runs").iterdir())
    print(
        f"pull request  {page}\nbranch        {facts['branch']} in {SHOP}\nevery prompt, reply, diff and check  {runs}"
    )


if __name__ == "__main__":
    sys.exit(main())
