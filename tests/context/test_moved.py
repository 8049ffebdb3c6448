"""HEAD has moved since the crash: the suspect line is found by its text and its function, not by its number."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from healer.frames import Frame
from tests.context.kit import gathered, git, places, report, write

if TYPE_CHECKING:
    from pathlib import Path

OLD = """def total(cart):
    subtotal = sum(cart)
    return subtotal / cart.count


def average(cart):
    subtotal = sum(cart)
    return subtotal / cart.count
"""
NEW = '"""A cart."""\n\nimport os\n\n\nclass Cart:\n    pass\n\n\n' + OLD.replace(
    "    subtotal", "    # added\n    subtotal"
)


def crash_line(repo: Path, **frame: object) -> int:
    about = report(Frame("/app/cart.py", **frame))  # type: ignore[arg-type]
    return places(gathered(repo, about))[0][1]


def test_the_number_holds_where_the_text_is_still_there(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": OLD})
    assert crash_line(tmp_path, line=3, function="total", source="return subtotal / cart.count") == 3


@pytest.mark.parametrize(("function", "line", "now"), [("total", 3, 13), ("average", 8, 19)])
def test_the_same_text_counts_in_its_own_function(tmp_path: Path, function: str, line: int, now: int) -> None:
    write(tmp_path, {"cart.py": NEW})
    assert NEW.split("\n")[now - 1].strip() == "return subtotal / cart.count"
    assert crash_line(tmp_path, line=line, function=function, source="return subtotal / cart.count") == now


def test_the_nearest_of_several_within_the_function(tmp_path: Path) -> None:
    body = "".join(f"    step({number})\n    check(state)\n" for number in range(10))
    write(tmp_path, {"cart.py": f"# one more line\ndef run(state):\n{body}"})
    was = 1 + 2 * 7  # the seventh check, before the line was added
    assert crash_line(tmp_path, line=was, function="run", source="check(state)") in (was - 1, was + 1)


STEPS = "".join(f"    step_{number}(state)\n    check(state)\n" for number in range(10))


@pytest.mark.parametrize("now", [0, 4, 9])
def test_the_lines_around_it_tell_equal_lines_apart(tmp_path: Path, now: int) -> None:
    """However far all of it has moved, and though the same text stands where the number points."""
    write(tmp_path, {"cart.py": "import os\nimport sys\ndef run(state):\n" + STEPS})
    old = ("def run(state):\n" + STEPS).splitlines()
    was = 3 + 2 * now
    assert old[was - 1] == "    check(state)"
    frame = {"line": was, "function": "run", "source": old[was - 1].strip()}
    around = {"pre_context": tuple(old[max(0, was - 6) : was - 1]), "post_context": tuple(old[was : was + 5])}
    assert crash_line(tmp_path, **frame, **around) == was + 2
    assert crash_line(tmp_path, **frame) == (was if now else was + 2), "the control: without them the number decides"


def test_the_lines_around_it_come_from_the_release_where_the_report_has_none(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": "def run(state):\n" + STEPS})
    first = git(tmp_path, "rev-parse", "HEAD")
    write(tmp_path, {"cart.py": "import os\nimport sys\ndef run(state):\n" + STEPS})
    about = report(Frame("/app/cart.py", line=11, function="run", source="check(state)"), release=first)
    assert places(gathered(tmp_path, about))[0][1] == 13


def test_other_lines_around_it_do_not_keep_a_line_from_being_found(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": NEW})
    around = {"pre_context": ("gone",) * 5, "post_context": ("gone too",) * 5}
    assert crash_line(tmp_path, line=3, function="total", source="return subtotal / cart.count", **around) == 13
    write(tmp_path, {"cart.py": OLD})
    assert crash_line(tmp_path, line=3, function="total", source="return subtotal / cart.count", **around) == 3


def test_many_equal_lines_and_frames_take_no_long_time(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": "check(state)\n" * 150_000})
    around = {"pre_context": ("x",) * 50, "post_context": ("y",) * 50}
    frames = [Frame("/app/cart.py", line=number, source="check(state)", **around) for number in range(1, 200)]
    began = time.process_time()
    gathered(tmp_path, report(*frames))
    assert time.process_time() - began < 8


def test_reformatting_does_not_hide_a_line(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": "if True:\n    def total(cart):\n        return  cart.sum   /  cart.count\n"})
    assert crash_line(tmp_path, line=1, function="total", source="return cart.sum / cart.count") == 3


def test_text_that_moved_to_another_function_is_still_found(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": "def other():\n    pass\n\n\ndef renamed(cart):\n    return cart.very.special\n"})
    assert crash_line(tmp_path, line=2, function="total", source="return cart.very.special") == 6


def test_text_that_is_gone_leads_to_the_function(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": NEW})
    assert crash_line(tmp_path, line=3, function="average", source="return cart.gone_for_good") == 16


def test_without_text_a_function_elsewhere_beats_the_number(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": NEW})
    assert crash_line(tmp_path, line=3, function="total") == 10


def test_without_text_a_number_inside_the_function_holds(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": NEW})
    assert crash_line(tmp_path, line=12, function="total") == 12


@pytest.mark.parametrize("name", ["commit", "short", "tag", "version"])
def test_the_released_file_gives_the_text_that_the_trace_lacks(tmp_path: Path, name: str) -> None:
    released = write(tmp_path, {"cart.py": OLD})
    git(tmp_path, "tag", "v2.1.0")
    write(tmp_path, {"cart.py": NEW})
    release = {"commit": released, "short": released[:8], "tag": "v2.1.0", "version": "2.1.0"}[name]
    about = report(Frame("/app/cart.py", 8, function="average"), release=release)
    assert places(gathered(tmp_path, about)) == [("cart.py", 19)]


def test_a_release_no_one_knows_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": OLD})
    about = report(Frame("/app/cart.py", 3, function="total"), release="--upload-pack=evil")
    assert places(gathered(tmp_path, about)) == [("cart.py", 3)]


@pytest.mark.parametrize(
    ("line", "function", "now"), [(999, "", None), (None, "", None), (None, "total", 1), (999, "total", 1)]
)
def test_numbers_that_cannot_be(tmp_path: Path, line: int | None, function: str, now: int | None) -> None:
    write(tmp_path, {"cart.py": OLD, "main.py": "x = 1\ny = 2\n"})
    about = report(Frame("/app/main.py", 2), Frame("/app/cart.py", line, function=function))
    assert dict(places(gathered(tmp_path, about))).get("cart.py") == now


def test_the_suspect_line_is_marked_in_the_text(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": NEW})
    about = report(Frame("/app/cart.py", 3, function="total", source="return subtotal / cart.count"))
    text = gathered(tmp_path, about).excerpts[0].text
    assert ">13|     return subtotal / cart.count" in text
    assert text.count(">") == 1


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_other_systems_count_the_same(tmp_path: Path, ends: str) -> None:
    write(tmp_path, {"cart.py": b"\xef\xbb\xbf" + OLD.replace("\n", ends).encode()})
    about = report(Frame("/app/cart.py", 1, function="average", source="return subtotal / cart.count"))
    context = gathered(tmp_path, about)
    assert places(context) == [("cart.py", 8)]
    assert "\r" not in context.excerpts[0].text


def test_a_recursion_is_one_function(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": OLD})
    deep = tuple(Frame("/app/cart.py", 3, function="total") for _ in range(5_000))
    about = report(*deep)
    context = gathered(tmp_path, replace(about, exceptions=about.exceptions * 2))
    assert set(places(context)) == {("cart.py", 3)}
    assert len(context.suspects) < 1_000
    assert len(context.excerpts) == 1
