"""Reads the configuration file, the environment and the command line into one `Settings`."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from healer.outcome import ConfigError
from healer.settings.clouds import priced
from healer.settings.document import read_yaml, unusable
from healer.settings.mistakes import CONFIG_PATH, NEXT_STEP, explain, first_mistake, schema
from healer.settings.values import Price, Settings, TriageRule
from healer.settings.variables import SETTABLE, from_environment, unknown, variable

if TYPE_CHECKING:
    from collections.abc import Mapping


def load_settings(
    text: bytes | None = None,
    *,
    environ: Mapping[str, str],
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """Settings from the bytes of `.github/splat.yml` (None: no such file), the environment and the command line.

    `options` maps dotted keys ("limits.dollars") to values, None meaning "not given". Raises ConfigError that names
    the line and column, or the variable, and what would be right.
    """
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for source, found in (
        (CONFIG_PATH, _flatten(_parse(text)) if text is not None else {}),
        ("environment", from_environment(environ)),
        ("command line", {key: value for key, value in (options or {}).items() if value is not None}),
    ):
        values |= found
        sources |= dict.fromkeys(found, source)
    if values.get("sandbox") == "none" and environ.get("GITHUB_ACTIONS") == "true":
        raise ConfigError(
            "`sandbox: none` is refused in GitHub Actions: the repository's code would run beside your credentials",
            where=sources["sandbox"],
            next_step="Remove it; `docs/sandbox.md` says how to make bubblewrap start on a runner.",
        )
    for key in values.keys() & (SETTABLE.keys() | {"triage", "ignore"}):
        if sources[key] != CONFIG_PATH:
            _check_one(key, values[key], sources[key])
    return _build(values, environ, sources)


def _flatten(document: Mapping[str, Any]) -> dict[str, Any]:
    """One level of nesting becomes dotted keys, for the groups that have settings of their own."""
    flat: dict[str, Any] = {}
    for key, value in document.items():
        if key in _GROUPS:
            flat |= {f"{key}.{inner}": innermost for inner, innermost in value.items()}
        elif key != "$schema":
            flat[key] = value
    return flat


def _parse(text: bytes) -> dict[str, Any]:
    document = read_yaml(text, CONFIG_PATH)
    if document is None:
        return {}
    _check(document, text)
    return cast("dict[str, Any]", document)


def _check(document: object, text: bytes) -> None:
    if (mistake := first_mistake(document, text)) is not None:
        raise mistake.error()


def _check_one(key: str, value: Any, source: str) -> None:
    """The same rules for a value that did not come from the file."""
    import jsonschema

    known = schema()
    rule = known
    for part in key.split("."):
        rule = rule["properties"][part]
    error = jsonschema.exceptions.best_match(
        jsonschema.Draft202012Validator(rule | {"$defs": known["$defs"]}).iter_errors(value)
    )
    found = explain(error) if error else next(iter((unusable(value) or ())[1:]), "")
    if found:
        where = variable(key) if source == "environment" else source
        raise ConfigError(f"{key}: {found}", where=where, next_step=NEXT_STEP)


def _build(values: Mapping[str, Any], environ: Mapping[str, str], sources: Mapping[str, str]) -> Settings:
    groups: dict[str, Any] = {name: _group(cls, name, values) for name, cls in _GROUPS.items()}
    tops = {key: _freeze(value) for key, value in values.items() if "." not in key and key not in ("prices", "triage")}
    return Settings(
        **groups,
        **tops,
        prices=_prices(values, environ),
        triage=tuple(TriageRule(**rule) for rule in values.get("triage", ())),
        in_actions=environ.get("GITHUB_ACTIONS") == "true",
        sources=sources,
        warnings=unknown(environ),
    )


def _group(cls: type[Any], name: str, values: Mapping[str, Any]) -> Any:
    prefix = f"{name}."
    given = {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}
    for key in _COMMANDS & given.keys():
        given[key] = (given[key],) if isinstance(given[key], str) else tuple(given[key])
    return cls(**{key: _freeze(value) for key, value in given.items()})


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _prices(values: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Price]:
    known, configured = json.loads(data("prices.json"))["models"], dict(values.get("prices", {}))
    # A price without cache figures is charged as if nothing were cached: the cap must never be too generous.
    prices = {
        model: Price(**{"cache_read": price["input"], "cache_write": 1.25 * price["input"], **price})
        for model, price in (known | configured).items()
    }
    models, backend = values.get("models", ()), values.get("backend", "")
    return priced(prices, configured, models, backend, environ.get("CLOUD_ML_REGION", ""))


def data(name: str) -> bytes:
    """A file of `healer/data/`: the tables that are data, not code."""
    return files("healer.data").joinpath(name).read_bytes()


#: The settings that have settings of their own, by the field that holds them.
_GROUPS: dict[str, type[Any]] = {
    each.name: cast("type[Any]", each.default_factory)
    for each in fields(Settings)
    if is_dataclass(each.default_factory)
}
_COMMANDS = {"setup", "lint"}
