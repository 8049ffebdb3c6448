"""How the value of an option is read, from an argument, a TOML file or a variable.

Each function gives the value in the option's own type, or raises ValueError with the words that complete
`<option> …`.
"""

from __future__ import annotations

import os

from splat.shapes import type_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Tuple

    from splat.values import Transport

_ON = ("1", "true", "yes", "on")
_OFF = ("0", "false", "no", "off")
_MOST = 1_000
_LONGEST_LABEL = 50
TRANSPORTS = ("github", "http", "file", "console", "none")


def text(value: Any) -> str:
    """A line of text without control characters."""
    if not isinstance(value, str) or len(value) > _MOST or any(ord(char) < 32 for char in value):
        raise ValueError(f"should be one line of text of at most {_MOST} characters, not {_shown(value)}")
    return value.strip()


def repository(value: Any) -> str:
    """`owner/name`, also out of an address of it."""
    name = text(value).rstrip("/")
    for start in ("https://", "http://", "ssh://", "git@"):
        if name.startswith(start):
            # What a clone was made with may hold a user and a token.
            name = name[len(start) :].rpartition("@")[2].replace(":", "/").partition("/")[2]
    name = name[:-4] if name.endswith(".git") else name
    owner, slash, rest = name.partition("/")
    if not slash or not _is_name(owner) or not _is_name(rest):
        raise ValueError(f"should be owner/name, not {_shown(value)}")
    return name


def _is_name(part: str) -> bool:
    return part.strip(".") != "" and all(char.isascii() and (char.isalnum() or char in "-_.") for char in part)


def token(value: Any) -> str:
    """A credential; what is said of a wrong one never shows it."""
    if not isinstance(value, str) or not value.strip() or not all("!" <= char <= "~" for char in value.strip()):
        raise ValueError("should be one word of visible ASCII characters")
    return value.strip()


def url(value: Any) -> str:
    """An http or https address, without a slash at its end."""
    told = value.strip().rstrip("/") if isinstance(value, str) else ""
    scheme, found, rest = told.partition("://")
    if not found or scheme.lower() not in ("http", "https") or not rest or any(not "!" <= char <= "~" for char in rest):
        raise ValueError("should be an address that begins with https:// (or http://)")
    return told


def api_url(value: Any) -> str:
    """As `url`; in the clear only on this machine, for the token goes there."""
    told = url(value)
    host = told.partition("://")[2].partition("/")[0].rpartition("@")[2]
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
    if told.lower().startswith("http:") and name not in ("localhost", "[::1]") and not name.startswith("127."):
        raise ValueError("should begin with https://, since the token goes there")
    return told


def folder(value: Any) -> str:
    """A path, text or os.PathLike; `~` is the user's."""
    path = os.fspath(value) if isinstance(value, (str, os.PathLike)) else None
    if not isinstance(path, str) or not path.strip() or "\0" in path:
        raise ValueError(f"should be the path of a folder, not {_shown(value)}")
    return os.path.expanduser(path)


def folders(value: Any) -> Tuple[str, ...]:
    """Paths: a list, or a text with commas between."""
    return tuple(folder(each) for each in _several(value))


def texts(value: Any) -> Tuple[str, ...]:
    """Texts: a list, or one text with commas between; each once."""
    return tuple(dict.fromkeys(filter(None, (text(each) for each in _several(value)))))


def label(value: Any) -> str:
    """The name of a label, as GitHub takes it."""
    name = text(value)
    if len(name) > _LONGEST_LABEL:
        raise ValueError(f"should be names of at most {_LONGEST_LABEL} characters, not {_shown(value)}")
    return name


def labels(value: Any) -> Tuple[str, ...]:
    """Names of labels: a list, or one text with commas between; each once."""
    return tuple(dict.fromkeys(filter(None, (label(each) for each in _several(value)))))


def trigger(value: Any) -> str:
    """A label of its own: `splat` is on every issue from the start, so that it would start everything at once."""
    name = label(value)
    if name.lower() == "splat":
        raise ValueError("should be another label than splat, which every issue has")
    return name


def numbers(value: Any) -> Tuple[int, ...]:
    """Numeric ids: a list, one number, or a text with commas between."""
    found = [value] if isinstance(value, int) else _several(value)
    try:
        made = tuple(int(each) for each in found if not isinstance(each, (bool, float)))
    except (TypeError, ValueError):
        made = ()
    if len(made) != len(found) or any(each <= 0 for each in made):
        raise ValueError(f"should be the numeric ids of accounts, not {_shown(value)}")
    return made


def flag(value: Any) -> bool:
    """True or False, or a word for it."""
    word = value.strip().lower() if isinstance(value, str) else value
    if word is True or word is False:
        return bool(word)
    if isinstance(word, int) and word in (0, 1):
        return bool(word)
    if isinstance(word, str) and word in _ON + _OFF:
        return word in _ON
    raise ValueError(f"should be true or false, not {_shown(value)}")


def share(value: Any) -> float:
    """A number from 0 to 1."""
    number = _number(value)
    if not 0 <= number <= 1:
        raise ValueError(f"should be a number from 0 to 1, not {_shown(value)}")
    return number


def seconds(value: Any) -> float:
    """A number from 0 to 60."""
    number = _number(value)
    if not 0 <= number <= 60:
        raise ValueError(f"should be a number of seconds from 0 to 60, not {_shown(value)}")
    return number


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return -1.0
    try:
        return float(value)
    except (ValueError, OverflowError):
        return -1.0


def moment(value: Any) -> str:
    """A time as reports have it; from a text in that form, seconds since the epoch, or a datetime."""
    from splat import clock

    try:
        at = value if isinstance(value, (int, float)) else getattr(value, "timestamp", None)
        if at is not None:
            return clock.iso(float(at() if callable(at) else at))
        told = text(value)
        return clock.iso(clock.seconds(told if len(told) > 20 else told.replace("Z", ".000Z")))
    except (TypeError, ValueError, OverflowError, OSError):
        raise ValueError(f"should be a time like 2026-11-21T07:00:00Z, not {_shown(value)}") from None


def function(value: Any) -> Callable[..., Any]:
    """Something that can be called."""
    if not callable(value):
        raise ValueError(f"should be a function, not {_shown(value)}")
    found: Callable[..., Any] = value
    return found


def ignored(value: Any) -> Tuple[Any, ...]:
    """Classes of exceptions, or their names (`KeyError`, `shop.errors.OutOfStock`)."""
    found = [value] if isinstance(value, type) else _several(value)
    for each in found:
        if isinstance(each, type) and issubclass(each, BaseException):
            continue
        if not isinstance(each, str) or not all(part.isidentifier() for part in each.strip().split(".")):
            raise ValueError(f"should be exceptions or their names, not {_shown(each)}")
    return tuple(each.strip() if isinstance(each, str) else each for each in found)


def transport(value: Any) -> str | Transport:
    """The name of one of ours, or an object with `send`, `tick` and `close`."""
    if isinstance(value, str):
        return _word(value, TRANSPORTS)
    missing = [name for name in ("send", "tick", "close") if not callable(getattr(value, name, None))]
    if missing:
        raise ValueError(f"should be one of {', '.join(TRANSPORTS)}, or an object with send, tick and close")
    found: Transport = value
    return found


def one_of(*words: str) -> Callable[[Any], str]:
    """Reads one of these words."""
    return lambda value: _word(value, words)


def some_of(*words: str) -> Callable[[Any], Tuple[str, ...]]:
    """Reads any of these words; none at all as an empty list or `none`."""

    def read(value: Any) -> Tuple[str, ...]:
        found = _several(value)
        return () if found == ["none"] else tuple(dict.fromkeys(_word(each, words) for each in found))

    return read


def _word(value: Any, words: Iterable[str]) -> str:
    word = value.strip().lower() if isinstance(value, str) else ""
    if word in words:
        return word
    alike = closest(word, words)
    hint = f" (did you mean {alike}?)" if alike else ""
    raise ValueError(f"should be one of {', '.join(words)}, not {_shown(value)}{hint}")


def _several(value: Any) -> list[Any]:
    if isinstance(value, str):
        return [each.strip() for each in value.split(",") if each.strip()]
    if isinstance(value, (list, tuple, set, frozenset)) and len(value) <= _MOST:
        return list(value)
    raise ValueError(f"should be a list, not {_shown(value)}")


def closest(name: str, names: Iterable[str]) -> str:
    """The one of `names` that `name` is most likely meant to be; "" when none is."""
    import difflib

    return next(iter(difflib.get_close_matches(name[:100].lower(), list(names), 1, 0.6)), "")


def _shown(value: Any) -> str:
    if type(value) is str:
        return repr(safe(value))[:60]
    if type(value) in (int, float, bool):
        return repr(value)[:60]
    return f"a value of type {type_name(type(value))}"


def safe(told: str) -> str:
    """What is said of a user's text, which may be the token that was meant for another option."""
    from splat.redact import redact_text  # only who made a mistake pays for it

    return redact_text(told[:_MOST])
