"""Walks parsed JSON for what may be a trace: long strings, lists of frames, and the type and message beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from healer.unwrap.marks import has_escaped_mark, is_mark

if TYPE_CHECKING:
    from collections.abc import Iterator

_TYPES = ("type", "class", "exception", "name", "error_class", "exception_class", "errorType", "class_name")
_MESSAGES = ("message", "msg", "value", "errorMessage", "error", "error_message", "exception_message")
#: Lists longer than this are not looked at as lists of frames.
_MAX_FRAMES = 20_000


def blocks_in(document: Any) -> Iterator[str]:
    """The texts of more than one line in a parsed document that may hold a trace, in its order."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            taken, below = yield from _in_object(value)
            waiting += reversed([each for key, each in below if key not in taken])
        elif isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, str) and _may_be_trace(value):
            yield value


def _in_object(value: dict[str, Any]) -> Any:
    """Yields what an object says as a whole; returns the keys that are dealt with, and all items."""
    taken = set()
    for key, each in value.items():
        text = None
        if isinstance(each, list) and 1 < len(each) < _MAX_FRAMES:
            text = _frames(value, each)
        elif isinstance(each, str) and "\n" in each.strip() and is_mark(each.lstrip("\n").split("\n", 1)[0]):
            text = _headed(value, each) if not _has_head(each) else None
        if text is not None:
            taken.add(key)
            yield text
    return taken, value.items()


def _may_be_trace(text: str) -> bool:
    inner = text.strip("\r\n")
    return ("\n" in inner and any(map(is_mark, inner.split("\n")))) or has_escaped_mark(inner)


def _has_head(text: str) -> bool:
    first = text.lstrip("\n").split("\n", 1)[0]
    return "Traceback" in first or "Uncaught " in first or "goroutine " in first or "'): " in first or "': " in first


def _frames(value: dict[str, Any], frames: list[Any]) -> str | None:
    if all(isinstance(frame, str) for frame in frames):
        if sum(map(is_mark, frames)) * 2 < len(frames):
            return None
        # Python's format_exception gives pieces that end their own lines.
        if any(frame.endswith("\n") for frame in frames):
            return "".join(frames)
        return _headed(value, "\n".join(frames))
    if all(isinstance(frame, dict) for frame in frames) and "file" in value and "line" in value:
        lines = [_php_call(number, frame) for number, frame in enumerate(frames)]
        where = f" in {_word(value['file'])}:{_word(value['line'])}"
        return f"{_type_and_message(value)}{where}\nStack trace:\n" + "\n".join(lines)
    return None


def _php_call(number: int, frame: dict[str, Any]) -> str:
    """A frame as PHP's getTrace() gives it, in the words of getTraceAsString()."""
    name = f"{_word(frame.get('class'))}{_word(frame.get('type'))}{_word(frame.get('function'))}()"
    where = f"{_word(frame['file'])}({_word(frame.get('line'))})" if "file" in frame else "[internal function]"
    return f"#{number} {where}: {name}"


def _headed(value: dict[str, Any], frames: str) -> str:
    """Frames that stand alone, under the type and message that stand beside them."""
    head = _type_and_message(value)
    return f"{head}\n{frames}" if head else frames


def _type_and_message(value: dict[str, Any]) -> str:
    kind = next((_word(value[key]) for key in _TYPES if isinstance(value.get(key), str)), "")
    said = next((_word(value[key]) for key in _MESSAGES if isinstance(value.get(key), str)), "")
    return f"{kind}: {said}" if kind and said else kind or said


def _word(value: Any) -> str:
    return " ".join(str(value).split())[:1_000] if isinstance(value, str | int) else ""
