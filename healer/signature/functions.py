"""S5: a function's name as a printed trace shows it, without what changes from call to call or from build to build."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.signature.text import field

if TYPE_CHECKING:
    from collections.abc import Callable

    from healer.frames import RuntimeName

_JS_PREFIX = re.compile(r"^(?:async|new|bound|get|set) ")
_RUBY_BLOCK = re.compile(r"^(?:block|rescue|ensure)(?: \([0-9]+ levels\))? in ")
_RUBY_TEMPLATE = re.compile(r"_{2,4}[0-9]+_[0-9]+$")
_GO_RANGE = re.compile(r"-range[0-9]+")
_GO_CLOSURE = re.compile(r"^(?:func|gowrap|deferwrap)?[0-9]+$")


def clean_function(runtime: RuntimeName, name: str) -> str:
    r"""The name as signatures and comparisons use it; JavaScript's anonymous functions and top level have none.

    `Cart.total [as sum]` and `async Cart.total` are `total`; `main.(*Cart[...]).Total.func1` is `Cart.Total.func`;
    `block (2 levels) in Cart#total` is `total`; `App\Cart->total` is `total`.
    """
    return _CLEANERS[runtime](field(name))


def _python(name: str) -> str:
    return name.rpartition(".")[2]


def _javascript(name: str) -> str:
    name = name.partition(" [as ")[0].rpartition("*")[2]
    if name in ("global code", "module code", "eval code"):
        return ""
    name = _strip_prefixes(_JS_PREFIX, name).rpartition("/")[2].removesuffix("<").rpartition(".")[2]
    name = _strip_prefixes(_JS_PREFIX, name)
    return "" if name.startswith("<") else name


def _ruby(name: str) -> str:
    name = _strip_prefixes(_RUBY_BLOCK, name)
    name = name.rpartition("#")[2] if "#" in name else name.rpartition(".")[2]
    return _RUBY_TEMPLATE.sub("", name)


def _php(name: str) -> str:
    if "{closure" in name:
        return "{closure}"
    for separator in ("->", "::", "\\"):
        name = name.rpartition(separator)[2]
    return name


def _go(name: str) -> str:
    name = _GO_RANGE.sub("", _without_brackets(name).rpartition("/")[2].removesuffix("-fm"))
    bare_receiver = name.startswith("(")
    parts = name.replace("(*", "").replace("(", "").replace(")", "").split(".")
    closures = 0
    while closures < len(parts) - 1 and _GO_CLOSURE.match(parts[-1 - closures]):
        closures += 1
    named, end = parts[: len(parts) - closures], [".func"] if closures else []
    # Some recoverers print no package: `(*Context).Next` and `Logger.func1` have none to lose.
    if len(named) > 1 and not bare_receiver:
        named = named[1:]
    return ".".join(named) + "".join(end)


def _without_brackets(name: str) -> str:
    """Type arguments taken out; brackets may nest."""
    kept, depth = [], 0
    for char in name:
        depth += char == "["
        if not depth:
            kept.append(char)
        depth -= char == "]" and depth > 0
    return "".join(kept)


def _strip_prefixes(pattern: re.Pattern[str], name: str) -> str:
    while match := pattern.match(name):
        name = name[match.end() :]
    return name


_CLEANERS: dict[str, Callable[[str], str]] = {
    "python": _python,
    "javascript": _javascript,
    "go": _go,
    "ruby": _ruby,
    "php": _php,
}
