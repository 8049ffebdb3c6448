"""What the user asked for: arguments of `init`, then `[tool.splat]` of pyproject.toml, then `SPLAT_*`, then defaults.

The first source that names an option counts; a value there that cannot be used warns once, and the default is used.
"""

from __future__ import annotations

import os
import sys

from splat import reading, release
from splat.warn import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Mapping, NoReturn, Optional, Tuple, Type, Union

    from splat.values import Report, Transport

    Ignored = Union[str, Type[BaseException]]

_MOST_FOLDERS = 40
_MOST_BYTES = 1_000_000


class Options:
    """Frozen; made by `read`. Texts are "" and tuples empty where nothing is set."""

    repo: str  #: owner/name of the repository that gets the issues
    token: str  #: may read and write issues there
    api_url: str  #: without a slash at the end
    service: str
    environment: str
    release: str
    deploy: str  #: names what was deployed last
    deploy_time: str  #: when, in the form of rule R1
    root: str  #: absolute; "" when even the working folder is unknown
    include: Tuple[str, ...]  #: folders that hold the app's code although they look like a library's
    transport: Union[str, Transport]  #: github, http, file, console, none, or an object that delivers
    url: str  #: where `http` posts to
    folder: str  #: where `file` writes reports
    spool_dir: str  #: "" for the default place (rule P1)
    labels: Tuple[str, ...]  #: besides `splat`
    trigger_label: str
    reporters: Tuple[int, ...]  #: ids of accounts whose marked issues count, besides the token's own
    before_send: Optional[Callable[[Report], Optional[Report]]]
    ignore: Tuple[Ignored, ...]
    sample_rate: float
    enabled: bool
    debug: bool
    include_source: bool
    include_query: bool
    include_headers: bool
    include_body: bool
    locals: str  #: shape, values or off
    durable: bool
    redact: Tuple[str, ...]  #: names of secrets, besides those every SDK knows
    public_logs: bool
    public_request: bool
    public_locals: bool
    integrations: Tuple[str, ...]
    shutdown_timeout: float  #: seconds

    __slots__ = tuple(__annotations__)

    def __init__(self, **given: Any) -> None:
        """Every option that is not given has its default; nothing is checked: that is what `read` does."""
        for name, option in _TABLE.items():
            object.__setattr__(self, name, given.pop(name, option.default))
        if given:
            raise TypeError(f"no such option: {', '.join(sorted(given))}")

    def replace(self, **changes: Any) -> Options:
        """The same but for these."""
        return Options(**{**{name: getattr(self, name) for name in self.__slots__}, **changes})

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"options do not change: call init again to set {name}")

    def __repr__(self) -> str:
        shown = (f"{name}={getattr(self, name)!r}" for name in self.__slots__ if name != "token")
        return f"Options({', '.join(shown)}, token={'set' if self.token else 'not set'})"


class _Option:
    """One line of the table: the default, and how a given value is read (ValueError says what it should be)."""

    __slots__ = ("default", "in_files", "read")

    def __init__(self, default: object, read: Callable[[Any], object], in_files: bool = True) -> None:
        self.default = default
        self.read = read
        self.in_files = in_files


_TABLE: dict[str, _Option] = {
    "repo": _Option("", reading.repository),
    "token": _Option("", reading.token),
    "api_url": _Option("https://api.github.com", reading.api_url),
    "service": _Option("", reading.text),
    "environment": _Option("production", reading.text),
    "release": _Option("", reading.text),
    "deploy": _Option("", reading.text),
    "deploy_time": _Option("", reading.moment),
    "root": _Option("", reading.folder),
    "include": _Option((), reading.folders),
    "transport": _Option("", reading.transport),
    "url": _Option("", reading.url),
    "folder": _Option("splat-reports", reading.folder),
    "spool_dir": _Option("", reading.folder),
    "labels": _Option((), reading.labels),
    "trigger_label": _Option("auto-fix", reading.trigger),
    "reporters": _Option((), reading.numbers),
    "before_send": _Option(None, reading.function, in_files=False),
    "ignore": _Option((), reading.ignored),
    "sample_rate": _Option(1.0, reading.share),
    "enabled": _Option(True, reading.flag),
    "debug": _Option(False, reading.flag),
    "include_source": _Option(True, reading.flag),
    "include_query": _Option(False, reading.flag),
    "include_headers": _Option(False, reading.flag),
    "include_body": _Option(False, reading.flag),
    "locals": _Option("shape", reading.one_of("shape", "values", "off")),
    "durable": _Option(False, reading.flag),
    "redact": _Option((), reading.texts),
    "public_logs": _Option(False, reading.flag),
    "public_request": _Option(False, reading.flag),
    "public_locals": _Option(False, reading.flag),
    "integrations": _Option(
        ("excepthook", "threads", "asyncio", "logging"),
        reading.some_of("excepthook", "threads", "asyncio", "logging", "unraisable"),
    ),
    "shutdown_timeout": _Option(2.0, reading.seconds),
}
#: Variables that begin as ours do and belong to the program that heals.
_NOT_OURS = ("SPLAT_LIMITS_", "SPLAT_TREE", "SPLAT_RESULTS", "SPLAT_TOOLS")


def read(arguments: Mapping[str, object], environ: Optional[Mapping[str, str]] = None) -> Options:
    """The options of one `init`; never raises for what a user wrote. Arguments that are None are not given."""
    environ = os.environ if environ is None else environ
    found = _from_arguments(arguments)
    variables = _from_environment(environ)
    root = _root(found, variables)
    for name, sourced in (*_from_pyproject(root).items(), *variables.items()):
        found.setdefault(name, sourced)
    chosen = {name: value for name, each in found.items() if (value := _checked(name, *each)) is not None}
    chosen["root"] = _absolute(str(chosen.get("root", "")))
    for name in ("folder", "spool_dir"):
        if chosen.get(name):
            chosen[name] = os.path.join(str(chosen["root"]), str(chosen[name]))
    chosen["include"] = tuple(_absolute(each, str(chosen["root"])) for each in chosen.get("include", ()))  # type: ignore[attr-defined]
    chosen.setdefault("release", release.release(environ, str(chosen["root"])))
    chosen.setdefault("deploy", release.deploy(environ))
    chosen["transport"] = _transport(chosen)
    return Options(**chosen)


def _transport(chosen: Mapping[str, Any]) -> object:
    """The one that was asked for, else the one that the rest asks for; `none` where it lacks what it needs."""
    asked = chosen.get("transport") or (
        "http" if chosen.get("url") else "github" if chosen.get("repo") or chosen.get("token") else ""
    )
    if not asked:
        if chosen.get("enabled", True):
            warn("errors are not sent anywhere: give init() repo= and token=, or url=, or transport=", "no transport")
        return "none"
    needed = {"github": ("repo", "token"), "http": ("url",)}.get(asked, ()) if isinstance(asked, str) else ()
    missing = [name for name in needed if not chosen.get(name)]
    if missing and chosen.get("enabled", True):
        wanted = " and ".join(f"{name}= (or SPLAT_{name.upper()})" for name in missing)
        warn(f"errors are not sent anywhere: the transport {asked} needs {wanted}", "no transport")
    return "none" if missing else asked


# --- the sources: name to (value, where it stands) --------------------------------------------------------------------

if TYPE_CHECKING:
    _Found = dict[str, Tuple[object, str]]


def _from_arguments(arguments: Mapping[str, object]) -> _Found:
    return {
        name: (value, f"{name}=")
        for name, value in arguments.items()
        if value is not None and _is_known(name, f"init(): no option {name!r}")
    }


def _from_environment(environ: Mapping[str, str]) -> _Found:
    found: _Found = {}
    for variable in environ:
        if not variable.startswith("SPLAT_") or not environ[variable].strip():
            continue
        name = variable[6:].lower()
        if name in _TABLE:
            if _TABLE[name].in_files:
                found[name] = (environ[variable], variable)
        elif not variable.startswith(_NOT_OURS) and _alike(name):
            # Without a likeness it is most likely another program's.
            warn(f"no variable {variable} is known{_alike(name, 'SPLAT_')}; it is passed over", f"option {name}")
    return found


def _from_pyproject(root: str) -> _Found:
    path, text = _find_pyproject(root)
    if not path:
        return {}
    if sys.version_info < (3, 11):
        warn(f"{path}: [tool.splat] is read from Python 3.11 on; use arguments or SPLAT_* variables", "pyproject")
        return {}
    import tomllib  # novm

    try:
        table = tomllib.loads(text).get("tool", {}).get("splat", {})
    except (ValueError, AttributeError, RecursionError) as error:
        warn(f"{path} cannot be read ({error}); its [tool.splat] is passed over", "pyproject")
        return {}
    if not isinstance(table, dict):
        warn(f"{path}: tool.splat is no table; it is passed over", "pyproject")
        return {}
    folder = os.path.dirname(path)
    found: _Found = {}
    for name, value in table.items():
        where = f"{path}: [tool.splat] {name}"
        known = name.replace("-", "_")
        if not _is_known(known, f"{path}: [tool.splat] has no option {name!r}"):
            continue
        if not _TABLE[known].in_files:
            warn(f"{where} can only be an argument of init(); it is passed over", f"option {known}")
            continue
        if known == "token":
            warn(f"{where}: a token in a file that is committed is no secret; use SPLAT_TOKEN", "token in a file")
        below = known in ("root", "folder", "spool_dir") and isinstance(value, str)
        found[known] = (os.path.join(folder, value) if below else value, where)
    return found


def _find_pyproject(root: str) -> Tuple[str, str]:
    """The nearest pyproject.toml upwards that has something for us, and its text; "" and "" without one."""
    folder = _absolute(root)
    for _ in range(_MOST_FOLDERS):
        path = os.path.join(folder, "pyproject.toml")
        try:
            with open(path, "rb") as file:
                data = file.read(_MOST_BYTES)
        except OSError:
            data = b""
        # tomllib is loaded only for a file that names us.
        if b"splat" in data and b"tool" in data and _names_us(data):
            return path, data.decode("utf-8", "replace")
        folder, before = os.path.dirname(folder), folder
        if folder == before:
            break
    return "", ""


def _names_us(data: bytes) -> bool:
    """Whether it has the table in one of its forms; a dependency on this package is none."""
    squeezed = data.translate(None, b" \t\r\"'")
    if b"tool.splat" in squeezed:
        return True
    return b"[tool]" in squeezed and (b"\nsplat." in squeezed or b"\nsplat=" in squeezed)


# --- one option -------------------------------------------------------------------------------------------------------


def _checked(name: str, value: object, where: str) -> Optional[object]:
    """The value as the option has it; None, and a warning, when it cannot be used."""
    try:
        return _TABLE[name].read(value)
    except Exception as error:  # a user's object may do anything when it is looked at
        why = str(error) if type(error) is ValueError else "it cannot be read"
        default = _TABLE[name].default
        used = "it is left out" if default in ("", None, ()) else f"{default!r} is used"
        warn(f"{where} {why}; {used}", f"option {name}")
        return None


def _is_known(name: object, otherwise: str) -> bool:
    if name in _TABLE:
        return True
    warn(f"{otherwise}{_alike(str(name))}; it is passed over", f"option {str(name)[:100]}")
    return False


def _alike(name: str, before: str = "") -> str:
    """` (did you mean …?)`, or nothing."""
    found = reading.closest(name, _TABLE)
    return f" (did you mean {before}{found.upper() if before else found}?)" if found else ""


def _root(*sources: _Found) -> str:
    """Where pyproject.toml is looked for; what is wrong with it is said later."""
    for source in sources:
        if "root" in source:
            try:
                return reading.folder(source["root"][0])
            except Exception:
                return ""
    return ""


def _absolute(path: str, below: str = "") -> str:
    try:
        return os.path.normpath(os.path.join(below or os.getcwd(), path))
    except (OSError, ValueError):
        return os.path.normpath(path) if path else ""


def names() -> Iterable[str]:
    """Every option."""
    return _TABLE.keys()
