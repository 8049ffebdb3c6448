"""A small crash, its context, and Claude played over HTTP."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from healer.context import Context, Excerpt, Suspect
from healer.edge.claude import Claude
from healer.event import Event
from healer.frames import ExceptionInfo, Frame
from healer.proposal import Attempt, propose
from healer.report import Report
from healer.settings import Settings, load_settings
from healer.testing import ScriptedClaude, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CASES = Path(__file__).parents[1] / "cases" / "replies"

CART = b"""def find(code):
    return None


def total(code):
    discount = find(code)
    return discount.minimum
"""

ANSWER: dict[str, Any] = {
    "root_cause": "`find` returns None for an unknown code and `total` does not look.",
    "fix": "`total` answers 0 where there is no discount.",
    "cannot_fix": None,
    "edits": [
        {"path": "shop/cart.py", "find": "    return discount.minimum\n", "replace": "    return discount and 0\n"}
    ],
    "regression_test": {
        "name": "test_unknown",
        "edits": [{"path": "tests/test_unknown.py", "find": "", "replace": "def test_unknown(): ...\n"}],
    },
    "unverified": ["whether 0 is wanted"],
    "confidence": 80,
    "title": "an unknown code no longer crashes",
}


class MemoryTree:
    """A tree of bytes in memory."""

    base = "b" * 40

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.reads: list[str] = []

    def paths(self) -> frozenset[str]:
        return frozenset(self.files)

    def read(self, path: str) -> bytes | None:
        self.reads.append(path)
        return self.files.get(path)

    def history(self, path: str, first: int, last: int) -> Sequence[str]:
        return ()


TREE = MemoryTree({"shop/cart.py": CART, "shop/other.py": b"LIMIT = 3\n", "tests/test_cart.py": b"def test_x(): ...\n"})


def make_context(**changes: Any) -> Context:
    frame = Frame("/app/shop/cart.py", 7, None, "total", source="return discount.minimum")
    message = changes.pop("message", "'NoneType' object has no attribute 'minimum'")
    report = Report(
        event=Event("trace", "", hint=changes.pop("hint", "")),
        runtime="python",
        exceptions=(ExceptionInfo("AttributeError", message, (frame,)),),
    )
    text = "\n".join(f"{number:>4}| {line}" for number, line in enumerate(CART.decode().splitlines(), 1))
    context = Context(
        report=report,
        base=TREE.base,
        suspects=(Suspect(frame, "shop/cart.py", 7, "total"),),
        excerpts=(Excerpt("shop/cart.py", ((1, 7),), text, 60, "the crash"),),
        repository_map="shop/other.py: LIMIT",
        facts={"last commits": "abc 2026-01-01 first"},
        admitted=frozenset({"shop/cart.py", "shop/other.py"}),
        tokens=200,
    )
    return replace(context, **changes)


def make_settings(**options: Any) -> Settings:
    """Settings as the command line would make them; "limits__dollars" means `limits.dollars`."""
    return load_settings(None, environ={}, options={key.replace("__", "."): value for key, value in options.items()})


@contextmanager
def claude(*script: Turn, **options: Any) -> Iterator[tuple[Claude, ScriptedClaude]]:
    """The real SDK, talking to a script."""
    with ScriptedClaude(script) as server:
        model = Claude("sk-test-key", server.url, **{"retries": 0, "timeout": 120.0, **options})
        try:
            yield model, server
        finally:
            model.close()


def ask(
    *script: Turn,
    settings: Settings | None = None,
    context: Context | None = None,
    earlier: Sequence[Attempt] = (),
    tree: MemoryTree = TREE,
    **more: Any,
) -> tuple[Attempt, ScriptedClaude]:
    """One attempt over HTTP, and the server that saw it."""
    with claude(*script) as (model, server):
        attempt = propose(context or make_context(), model, settings or make_settings(), tree, earlier, **more)
    return attempt, server
