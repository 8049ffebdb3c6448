"""A program that does what it is told, one JSON object a line: what `tests/sdks` drives every SDK by."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from typing import Any, Callable, Dict, List, Optional

import splat

BUGS: List[Callable[[str], None]] = []


def bug(work: Callable[[str], None]) -> Callable[[str], None]:
    """One more place where it fails."""
    BUGS.append(work)
    return work


@bug
def bug_0(text: str) -> None:
    raise ValueError(text)


@bug
def bug_1(text: str) -> None:
    raise ValueError(text)


@bug
def bug_2(text: str) -> None:
    raise ValueError(text)


@bug
def bug_3(text: str) -> None:
    raise ValueError(text)


@bug
def bug_4(text: str) -> None:
    raise ValueError(text)


@bug
def bug_5(text: str) -> None:
    raise ValueError(text)


@bug
def bug_6(text: str) -> None:
    raise ValueError(text)


@bug
def bug_7(text: str) -> None:
    raise ValueError(text)


@bug
def bug_8(text: str) -> None:
    raise ValueError(text)


@bug
def bug_9(text: str) -> None:
    raise ValueError(text)


@bug
def bug_10(text: str) -> None:
    raise ValueError(text)


@bug
def bug_11(text: str) -> None:
    raise ValueError(text)


@bug
def bug_12(text: str) -> None:
    raise ValueError(text)


@bug
def bug_13(text: str) -> None:
    raise ValueError(text)


@bug
def bug_14(text: str) -> None:
    raise ValueError(text)


@bug
def bug_15(text: str) -> None:
    raise ValueError(text)


@bug
def bug_16(text: str) -> None:
    raise ValueError(text)


@bug
def bug_17(text: str) -> None:
    raise ValueError(text)


@bug
def bug_18(text: str) -> None:
    raise ValueError(text)


@bug
def bug_19(text: str) -> None:
    raise ValueError(text)


@bug
def bug_20(text: str) -> None:
    raise ValueError(text)


@bug
def bug_21(text: str) -> None:
    raise ValueError(text)


@bug
def bug_22(text: str) -> None:
    raise ValueError(text)


@bug
def bug_23(text: str) -> None:
    raise ValueError(text)


@bug
def bug_24(text: str) -> None:
    raise ValueError(text)


@bug
def bug_25(text: str) -> None:
    raise ValueError(text)


@bug
def bug_26(text: str) -> None:
    raise ValueError(text)


@bug
def bug_27(text: str) -> None:
    raise ValueError(text)


@bug
def bug_28(text: str) -> None:
    raise ValueError(text)


@bug
def bug_29(text: str) -> None:
    raise ValueError(text)


def capture(told: Dict[str, Any]) -> Dict[str, Any]:
    ids = [met(told["bug"], told.get("message", "it failed")) for _ in range(told.get("times", 1))]
    return {"ids": ids[:10]}


def met(bug: int, text: str) -> Optional[str]:
    try:
        BUGS[bug](text)
    except ValueError as error:
        return splat.capture_exception(error)
    return None


def init(told: Dict[str, Any]) -> Dict[str, Any]:
    splat.init(**told.get("options", {}))
    return {"ok": True}


def flush(told: Dict[str, Any]) -> Dict[str, Any]:
    return {"flushed": splat.flush(told["seconds"])}


def message(told: Dict[str, Any]) -> Dict[str, Any]:
    return {"id": splat.capture_message(told["text"])}


def breadcrumb(told: Dict[str, Any]) -> Dict[str, Any]:
    splat.add_breadcrumb(told["message"])
    return {"ok": True}


def tag(told: Dict[str, Any]) -> Dict[str, Any]:
    splat.set_tag(told["name"], told["value"])
    return {"ok": True}


def close(told: Dict[str, Any]) -> Dict[str, Any]:
    splat.close()
    return {"ok": True}


def sleep(told: Dict[str, Any]) -> Dict[str, Any]:
    time.sleep(told["seconds"])
    return {"ok": True}


def end(how: str) -> None:
    if how == "exit":
        sys.exit(3)
    if how == "uncaught":
        BUGS[0]("it failed")
    if how == "thread":
        threading.Thread(target=BUGS[0], args=("it failed",)).start()
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    verbs = (init, capture, flush, message, breadcrumb, tag, close, sleep)
    told_by_name = {verb.__name__: verb for verb in verbs}
    for line in sys.stdin:
        told = json.loads(line)
        if told["do"] == "end":
            end(told["how"])
            return
        print(json.dumps(told_by_name[told["do"]](told)), flush=True)


if __name__ == "__main__":
    main()
