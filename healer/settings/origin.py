"""Every setting: what it does, its default, its value, and where that value came from."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from healer.outcome import UsageError
from healer.settings.load import load_settings
from healer.settings.mistakes import CONFIG_PATH, NEXT_STEP, position, schema
from healer.settings.values import Settings
from healer.settings.variables import SETTABLE, variable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The action's inputs that are settings; action.yml gives each to its variable, and a test says so.
INPUTS = {"gate.labels": "labels", "gate.mention": "mention", "limits.dollars": "dollars"}


@dataclass(frozen=True, slots=True)
class Explained:
    """One setting. `origin` is "default", ".github/splat.yml:LINE", a variable's name or "command line"; `variable` is
    "" for what only the file can set; `input` is the action's, "" for none; `shape` says what may be given.
    """

    key: str
    about: str
    shape: str
    default: Any
    value: Any
    origin: str
    variable: str = ""
    input: str = ""

    @property
    def changed(self) -> bool:
        """True where somebody set it, be it to what it was."""
        return self.origin != "default"


def explained(text: bytes | None, environ: Mapping[str, str]) -> tuple[Explained, ...]:
    """Every setting, in the schema's order; `text` are the bytes of `.github/splat.yml`. Raises ConfigError as
    `load_settings` does.
    """
    settings, defaults, known = load_settings(text, environ=environ), Settings(), load_settings(environ={})
    root = _nodes(text)
    found = []
    for key, rule in _rules(schema()):
        origin = _origin(key, settings.sources.get(key, ""), environ, root)
        value, default = _value(settings, key), _value(defaults, key)
        if key == "prices":
            # What is known anyway is nobody's setting.
            value = {model: price for model, price in value.items() if known.prices.get(model) != price}
        name = variable(key) if key in SETTABLE else ""
        about = str(rule.get("description", ""))
        found.append(Explained(key, about, _shape(rule), default, value, origin, name, INPUTS.get(key, "")))
    return tuple(found)


def meant(key: str, settings: tuple[Explained, ...]) -> tuple[Explained, ...]:
    """The setting of that key, or all of a group; a variable's name is understood too. Raises UsageError with the
    nearest ones for any other.
    """
    wanted = key.strip().strip(".")
    found = tuple(
        each
        for each in settings
        if wanted in (each.key, each.variable) or (each.key.startswith(f"{wanted}.") and wanted)
    )
    if found:
        return found
    names = {each.key.rpartition(".")[2]: each.key for each in settings} | {each.key: each.key for each in settings}
    names |= {each.variable: each.key for each in settings if each.variable}
    near = dict.fromkeys(names[name] for name in get_close_matches(wanted, names, n=3, cutoff=0.6))
    perhaps = f"Did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f"There is no setting {wanted[:100]!r}", next_step=f"{perhaps}{NEXT_STEP}")


def plain_value(value: Any) -> Any:
    """A setting's value as JSON knows it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain_value(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain_value(each) for each in value]
    return {str(name): plain_value(each) for name, each in value.items()} if hasattr(value, "items") else value


def _rules(rule: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, inner in rule["properties"].items():
        if name == "$schema":
            continue
        if "properties" in inner:
            yield from _rules(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


def _value(settings: Settings, key: str) -> Any:
    found: Any = settings
    for part in key.split("."):
        found = getattr(found, part)
    return found


def _nodes(text: bytes | None) -> Any:
    import yaml

    return yaml.compose(text, Loader=yaml.SafeLoader) if text else None


def _origin(key: str, source: str, environ: Mapping[str, str], root: Any) -> str:
    if source == CONFIG_PATH:
        *above, name = key.split(".")
        return f"{CONFIG_PATH}:{position(root, tuple(above), name)[0]}"
    if source == "environment":
        given = f" (the action's input `{INPUTS[key]}`)" if key in INPUTS and environ.get("GITHUB_ACTIONS") else ""
        return f"{variable(key)}{given}"
    return source or "default"


def _shape(rule: Mapping[str, Any]) -> str:
    """What may be given, in a few words."""
    if "enum" in rule:
        return "one of " + ", ".join(map(str, rule["enum"]))
    kind = rule.get("type")
    if kind in ("integer", "number"):
        least, above, most = rule.get("minimum"), rule.get("exclusiveMinimum"), rule.get("maximum")
        begin = f"from {least}" if least is not None else f"above {above}" if above is not None else ""
        end = f"up to {most}" if most is not None else ""
        return " ".join(filter(None, [f"a {'whole ' if kind == 'integer' else ''}number", begin, end]))
    words = {"boolean": "true or false", "string": "a text", "array": "a list", "object": "a mapping"}
    return words.get(str(kind), str(rule.get("title") or "a list of texts"))
