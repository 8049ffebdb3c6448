"""Where a Python file makes an app, by its syntax tree; nothing is imported and nothing is run."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from healer.setup.looks.calls import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.setup.value import Certainty

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef

#: What makes an app, by its full name. Packages give these from inner modules too, so the first and last parts count.
_MAKERS = {
    ("flask", "Flask"): "flask",
    ("fastapi", "FastAPI"): "fastapi",
    ("starlette", "Starlette"): "starlette",
    ("celery", "Celery"): "celery",
    ("quart", "Quart"): "asgi",
    ("litestar", "Litestar"): "asgi",
    ("sanic", "Sanic"): "asgi",
    ("blacksheep", "Application"): "asgi",
    ("falcon", "App"): "wsgi",
    ("bottle", "Bottle"): "wsgi",
    ("django", "get_wsgi_application"): "django",
    ("django", "get_asgi_application"): "django",
}
#: A file without any of these words makes nothing that is looked for, and is not parsed.
HINTS = re.compile(
    r"\b(Flask|FastAPI|Starlette|Celery|Quart|Litestar|Sanic|blacksheep|falcon|Bottle|get_[aw]sgi_application"
    r"|DJANGO_SETTINGS_MODULE|INSTALLED_APPS|__main__|start_response|receive|lambda_handler|context|splat|sentry_sdk"
    r"|raven|bugstack)\b"
)
_NAMED = {name: framework for (_, name), framework in _MAKERS.items() if framework in ("flask", "fastapi", "celery")}
_TEXTUAL = re.compile(r"^(\w{1,80})[ \t]*=[ \t]*(?:\w{1,40}\.)?(Flask|FastAPI|Starlette|Celery)\(", re.MULTILINE)
_LARGEST = 400_000
_PRODUCTS = {"splat", "sentry_sdk", "raven", "bugstack"}


@dataclass(frozen=True, slots=True)
class Made:
    """An app, or a function that is one. `certainty` is of the place alone: "sure" where the statement stands directly
    in its module or function; `returned` is True where the function gives it back; `what` names how it was made.
    """

    framework: str
    what: str
    name: str
    line: int
    end: int
    function: str = ""
    certainty: Certainty = "sure"
    returned: bool = False


@dataclass(slots=True)
class PythonFile:
    """What one file says. `settings` is (line, end, is it a literal) of INSTALLED_APPS, `derived` whether that is made
    of another file's, `module` the settings module it names, `products` (module, line) of each import of an error
    reporter, `mounted` the names of apps that are mounted in others, `fault` why it could not be parsed.
    """

    made: list[Made] = field(default_factory=list)
    settings: tuple[int, int, bool] | None = None
    derived: bool = False
    module: str = ""
    main: int = 0
    functions: dict[str, int] = field(default_factory=dict)
    products: list[tuple[str, int]] = field(default_factory=list)
    mounted: set[str] = field(default_factory=set)
    fault: str = ""


def read(text: str) -> PythonFile:
    """What `text` says; one that is no Python says only what its lines look like."""
    if len(text) > _LARGEST:
        return PythonFile(fault="it is too large to be looked at")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        version = ".".join(map(str, sys.version_info[:2]))
        return _textual(text, f"line {error.lineno or 1} is nothing that Python {version} reads ({error.msg})")
    except (ValueError, RecursionError, MemoryError):
        return PythonFile(fault="it cannot be parsed")
    return _Reader(tree).found


def _textual(text: str, fault: str) -> PythonFile:
    """What this version of Python does not read may be a later one's, which tree-sitter does; else there is a look."""
    found = PythonFile(fault=fault)
    calls, sound = parsed("x.py", text, lambda callee: callee.rpartition(".")[2] in _NAMED)
    if sound:
        for call in calls:
            framework = _NAMED[call.callee.rpartition(".")[2]]
            place = (call.name, call.line, call.end, call.function)
            found.made.append(Made(framework, f"{call.callee}(…)", *place, certainty="likely", returned=True))
        return found
    for match in _TEXTUAL.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        found.made.append(Made(match[2].lower(), f"{match[2]}(…)", match[1], line, line, certainty="unsure"))
    return found


class _Reader:
    """One walk over the statements: those of the module, of functions, of classes, and of the blocks in them."""

    def __init__(self, tree: ast.Module) -> None:
        self.found = PythonFile()
        self._imported: dict[str, str] = {}
        self._classes: dict[str, str] = {}
        places = list(_statements(tree))
        for place in places:
            self._learn(place.node)
        for place in places:
            self._look(place)

    def _learn(self, node: ast.stmt) -> None:
        """What names stand for, whatever order they come in."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                self._imported[alias.asname or top] = alias.name if alias.asname else top
                self._product(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                self._imported[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                self._product(f"{node.module}.{alias.name}", node.lineno)
        elif isinstance(node, ast.ClassDef):
            for base in node.bases:
                if framework := self._framework(base):
                    self._classes[node.name] = framework

    def _product(self, module: str, line: int) -> None:
        if module.partition(".")[0] in _PRODUCTS:
            self.found.products.append((module, line))

    def _framework(self, maker: ast.expr) -> str:
        """What calling `maker` makes, "" for nothing that is known."""
        dotted = _dotted(maker)
        if dotted in self._classes:
            return self._classes[dotted]
        first, _, rest = dotted.partition(".")
        whole = ".".join(part for part in (self._imported.get(first, ""), rest) if part)
        return _MAKERS.get((whole.partition(".")[0], whole.rpartition(".")[2]), "") if first in self._imported else ""

    def _look(self, place: _Place) -> None:
        node = place.node
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if not place.function and not place.in_class:
                self.found.functions.setdefault(node.name, node.lineno)
                self.found.made += _protocols(node)
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            self._assigned(place, node)
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
            self._add(place, node.value, "")
        elif isinstance(node, ast.If) and not place.function and _is_main(node.test):
            self.found.main = node.lineno
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            self._environment(node.value)
            if isinstance(node.value.func, ast.Attribute) and node.value.func.attr == "mount":
                self.found.mounted |= {_dotted(argument) for argument in _arguments(node.value)} - {""}

    def _assigned(self, place: _Place, node: ast.Assign | ast.AnnAssign) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = [_dotted(target) for target in targets]
        if names[0] == "INSTALLED_APPS" and node.value is not None and not place.function:
            literal = place.plain and isinstance(node.value, (ast.List, ast.Tuple))
            if self.found.settings is None:
                self.found.derived = any(_dotted(each).endswith("INSTALLED_APPS") for each in _parts(node.value))
            self.found.settings = self.found.settings or (node.lineno, node.end_lineno or node.lineno, literal)
        elif isinstance(targets[0], ast.Subscript) and "DJANGO_SETTINGS_MODULE" in _strings(targets[0].slice):
            self.found.module = next(iter(_strings(node.value)), self.found.module)
        elif isinstance(node.value, ast.Call) and names[0]:
            self._add(place, node.value, names[0])

    def _add(self, place: _Place, call: ast.Call, name: str) -> None:
        framework = self._framework(call.func)
        if framework:
            node = place.node
            certainty: Certainty = "sure" if place.plain and not place.in_class else "likely"
            end = node.end_lineno or node.lineno
            returned = not name or name in place.returns
            what = f"{_dotted(call.func)}(…)"
            self.found.made.append(Made(framework, what, name, node.lineno, end, place.function, certainty, returned))

    def _environment(self, call: ast.Call) -> None:
        words = [word for argument in call.args for word in _strings(argument)]
        if words[:1] == ["DJANGO_SETTINGS_MODULE"] and len(words) > 1:
            self.found.module = words[1]


@dataclass(frozen=True, slots=True)
class _Place:
    """A statement, the function it is in, and whether it stands directly there."""

    node: ast.stmt
    function: str = ""
    plain: bool = True
    in_class: bool = False
    returns: frozenset[str] = frozenset()


def _statements(tree: ast.Module) -> Iterator[_Place]:
    """Every statement in the order of the file."""
    waiting = [_Place(node) for node in reversed(tree.body)]
    while waiting:
        place = waiting.pop()
        yield place
        node = place.node
        inner: list[_Place] = []
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            returns = frozenset(_returned(node))
            inner = [_Place(item, node.name, True, place.in_class, returns) for item in node.body]
        elif isinstance(node, ast.ClassDef):
            inner = [_Place(item, place.function, True, True) for item in node.body]
        else:
            # An app that is made as a context of its own (`with …:`) is made all the same.
            plain = place.plain and isinstance(node, (ast.With, ast.AsyncWith))
            inner = [_Place(item, place.function, plain, place.in_class, place.returns) for item in _blocks(node)]
        waiting += reversed(inner)


def _blocks(node: ast.stmt) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for name in ("body", "orelse", "finalbody"):
        found += getattr(node, name, [])
    for name in ("handlers", "cases"):
        for part in getattr(node, name, []):
            found += part.body
    return found


def _returned(function: _Function) -> Iterator[str]:
    """The names that a function itself gives back."""
    waiting: list[ast.stmt] = list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return) and node.value is not None:
            yield _dotted(node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield) and node.value.value is not None:
            yield _dotted(node.value.value)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            waiting += _blocks(node)


def _protocols(function: _Function) -> Iterator[Made]:
    """A function that is a WSGI or ASGI app or a serverless handler, by its arguments."""
    arguments = [argument.arg for argument in [*function.args.posonlyargs, *function.args.args]]
    is_async = isinstance(function, ast.AsyncFunctionDef)
    end = function.end_lineno or function.lineno
    if len(arguments) == 2 and arguments[1] == "start_response" and not is_async:
        yield Made("wsgi", f"def {function.name}(environ, start_response)", function.name, function.lineno, end)
    elif arguments == ["scope", "receive", "send"] and is_async:
        yield Made("asgi", f"async def {function.name}(scope, receive, send)", function.name, function.lineno, end)
    elif len(arguments) == 2 and arguments[0].lstrip("_") == "event" and arguments[1].lstrip("_") in ("context", "ctx"):
        yield Made("aws-lambda", f"def {function.name}(event, context)", function.name, function.lineno, end)


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text, "" for what is more than names."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or len(parts) > 20:
        return ""
    return ".".join([node.id, *reversed(parts)])


def _parts(value: ast.expr | None) -> list[ast.expr]:
    """What a sum is made of, and what is unpacked into a list."""
    found: list[ast.expr] = []
    while isinstance(value, ast.BinOp):
        found.append(value.right)
        value = value.left
    if isinstance(value, (ast.List, ast.Tuple)):
        return found + [item.value for item in value.elts if isinstance(item, ast.Starred)]
    return found if value is None else [*found, value]


def _strings(node: ast.expr | None) -> list[str]:
    """The text of a constant."""
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def _arguments(call: ast.Call) -> list[ast.expr]:
    return [*call.args, *(keyword.value for keyword in call.keywords)]


def _is_main(test: ast.expr) -> bool:
    """`__name__ == "__main__"`, either way round."""
    if not isinstance(test, ast.Compare) or len(test.comparators) != 1:
        return False
    sides = [test.left, test.comparators[0]]
    return any(_dotted(side) == "__name__" for side in sides) and any("__main__" in _strings(side) for side in sides)
