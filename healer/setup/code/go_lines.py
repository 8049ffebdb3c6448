"""The lines that Splat's Go SDK needs, as text in the form that gofmt gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from healer.setup.code.chosen import options_of

if TYPE_CHECKING:
    from healer.setup.choices import Choices
    from healer.setup.value import Entry, Service

SDK = "github.com/splat-heal/splat/sdk/go"
IMPORT = f'splat "{SDK}"'
#: What a router of each framework uses.
USES = {"gin": "splat.Gin", "echo": "splat.Echo", "chi": "splat.Middleware"}
_WIDTH = 100
_NAMES = {"repo": "Repo", "api_url": "APIURL", "service": "Service", "trigger_label": "TriggerLabel"}


def start_lines(service: Service, choices: Choices, *, named: bool) -> list[str]:
    """`splat.Init(…)` and the end of it. The token comes from SPLAT_TOKEN by itself."""
    options = {_NAMES[name]: text for name, text in options_of(service, choices, named=named).items()}
    line = f"splat.Init(splat.Options{{{', '.join(f'{key}: {literal(text)}' for key, text in options.items())}}})"
    if len(line) <= _WIDTH:
        return [line, "defer splat.Close()"]
    width = max(map(len, options)) + 1
    fields = [f"\t{key + ':':<{width}} {literal(text)}," for key, text in options.items()]
    return ["splat.Init(splat.Options{", *fields, "})", "defer splat.Close()"]


def literal(text: str) -> str:
    """A Go string in ASCII."""
    return '"' + "".join(map(_character, text)) + '"'


def _character(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    if " " <= char <= "~":
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def use_line(entry: Entry) -> str:
    """The line behind what makes a router."""
    return f"{entry.name or 'r'}.Use({USES[entry.framework]})"


def server_line(name: str) -> str:
    """The line behind an `http.Server` that is bound to a name."""
    return f"{name}.Handler = splat.Handler({name}.Handler)"
