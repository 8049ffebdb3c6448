"""What kinds of statements the head of a Python file is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer.setup.code.syntax import dotted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import libcst as cst

    from healer.setup.code.syntax import Statement

#: Calls that have to come before everything else is imported, and those that say what `splat.init` reads.
PATCHES = ("patch_all", "monkey_patch", "patch_socket", "patch_ssl", "patch_thread")
ENVIRONMENT = ("load_dotenv", "read_env", "read_dotenv")


def imported_roots(statement: Statement) -> list[str]:
    """The packages that a simple statement imports, "" for a relative one."""
    return [root for small in statement.small if kind_of(small) == "import" for root in _imported(small)]


def _imported(small: cst.CSTNode) -> list[str]:
    if type(small).__name__ == "Import":
        return [dotted(alias.name).partition(".")[0] for alias in small.names]  # type: ignore[attr-defined]
    if small.relative:  # type: ignore[attr-defined]
        return [""]
    return [dotted(small.module).partition(".")[0]]  # type: ignore[attr-defined]


def kind_of(small: cst.CSTNode) -> str:
    """`import`, `call`, `assign`, `pass` or ""."""
    name = type(small).__name__
    if name in ("Import", "ImportFrom"):
        return "import"
    if name == "Expr" and type(small.value).__name__ == "Call":  # type: ignore[attr-defined]
        return "call"
    return {"Assign": "assign", "AnnAssign": "assign", "Pass": "pass"}.get(name, "")


def is_text(statement: Statement) -> bool:
    """True for a text that stands alone, as a docstring does."""
    alone = bool(statement.small) and type(statement.small[0]).__name__ == "Expr"  # `NAME = "text"` has a value too
    value = statement.small[0].value if alone else None  # type: ignore[attr-defined]
    return type(value).__name__ in ("SimpleString", "ConcatenatedString")


def is_future(statement: Statement) -> bool:
    """True for `from __future__ import …`."""
    return any(kind_of(small) == "import" and "__future__" in _imported(small) for small in statement.small)


def _called(small: cst.CSTNode) -> str:
    return dotted(small.value.func) if kind_of(small) == "call" else ""  # type: ignore[attr-defined]


def calls(statement: Statement, names: Sequence[str]) -> bool:
    """Whether one of these is called, by its last name."""
    return any(_called(small).rpartition(".")[2] in names for small in statement.small)


def loads_environment(node: cst.CSTNode) -> bool:
    """Whether a statement, or one in its block, brings a file into the environment."""
    kind = type(node).__name__
    if kind not in ("SimpleStatementLine", "If", "Try", "With"):
        return False  # what stands in a function does not run there
    smalls = _small_ones(node) if kind != "SimpleStatementLine" else node.body  # type: ignore[attr-defined]
    called: list[Any] = [getattr(small, "value", None) for small in smalls]
    names = (dotted(call.func) for call in called if type(call).__name__ == "Call")
    return not _is_main(node) and any(name.rpartition(".")[2] in ENVIRONMENT for name in names)


def may_stand_between(statement: Statement) -> bool:
    """What linters let pass before an import: the search path, the environment, `__version__`."""
    return bool(statement.small) and all(
        kind_of(small) == "import"
        or _called(small).startswith(("sys.", "site.", "os.environ.", "warnings.", "matplotlib."))
        or (kind_of(small) == "assign" and _assigned(small).startswith(("__", "os.environ")))
        for small in statement.small
    )


def _assigned(small: cst.CSTNode) -> str:
    target = small.targets[0].target if hasattr(small, "targets") else small.target  # type: ignore[attr-defined]
    return dotted(getattr(target, "value", target) if type(target).__name__ == "Subscript" else target)


def brings_imports(statement: Statement) -> bool:
    """`try: import x` and its like: at least one import, and else only what such a block may hold."""
    if type(statement.node).__name__ not in ("If", "Try", "With") or _is_main(statement.node):
        return False
    kinds = [kind_of(small) for small in _small_ones(statement.node)]
    return "import" in kinds and all(kinds)


def _is_main(node: cst.CSTNode) -> bool:
    test = getattr(node, "test", None)
    return type(test).__name__ == "Comparison" and dotted(test.left) == "__name__"  # type: ignore[union-attr]


def _small_ones(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All simple statements in a compound one; those that are none of these count as themselves."""
    for child in node.children:
        kind = type(child).__name__
        if kind in ("SimpleStatementLine", "SimpleStatementSuite"):
            yield from child.body  # type: ignore[attr-defined]
        elif kind in ("IndentedBlock", "If", "Else", "Try", "With", "Finally", "ExceptHandler"):
            yield from _small_ones(child)
        elif kind in ("FunctionDef", "ClassDef", "For", "While", "Match", "TryStar", "ExceptStarHandler"):
            yield child
