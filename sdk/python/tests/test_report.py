"""R: from an event to the report that goes out."""

from __future__ import annotations

import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Optional

import jsonschema
import pytest

from splat.options import Options
from splat.packages import Packages
from splat.report import Reporter
from splat.source import Sources
from splat.values import Item, Raised
from tests.events import event_of, raised

SCHEMA = json.loads((Path(__file__).parents[2] / "report.schema.json").read_text())
HERE = str(Path(__file__).parent)


class Warnings(List[str]):
    def __call__(self, text: str, kind: Optional[str] = None) -> None:
        self.append(text)


def reported(event: Any, **given: Any) -> Optional[Item]:
    return Reporter(Options(**{"root": HERE, **given}), Warnings()).item(event)


def body(event: Any, **given: Any) -> Dict[str, Any]:
    item = reported(event, **given)
    assert item is not None
    assert json.loads(item.text) == item.body
    jsonschema.validate(item.body, SCHEMA)
    return item.body  # type: ignore[return-value]


def test_what_all_reports_say() -> None:
    event = raised("boom")
    report = body(event, service="shop", environment="staging", release="abc1234", deploy="v7")
    assert re.fullmatch(r"[0-9a-f]{32}", report["id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", report["time"])
    assert report["signature"] == event.signature
    assert report["runtime"] == "python"
    assert report["runtime_version"] == "{}.{}.{}".format(*sys.version_info[:3])
    assert report["sdk"]["name"] == "splat-sdk"
    assert (report["service"], report["environment"], report["release"]) == ("shop", "staging", "abc1234")
    assert report["deploy"] == {"id": "v7"}
    assert report["occurrences"] == {"count": 1, "first_seen": report["time"], "last_seen": report["time"]}
    assert report["root"] == HERE
    assert report["mechanism"] == {"type": "test", "handled": False}
    assert "truncated" not in report


def test_a_frame_has_its_place_and_the_lines_around_it() -> None:
    frame = body(raised("boom"))["exceptions"][0]["frames"][-1]
    lines = Path(HERE, "events.py").read_text().split("\n")
    line = next(number for number, text in enumerate(lines, 1) if "raise ValueError(message)" in text)
    assert (frame["path"], frame["line"], frame["function"], frame["in_app"]) == ("events.py", line, "raised", True)
    assert frame["source"] == "        raise ValueError(message)"
    assert frame["pre_context"] == lines[line - 6 : line - 1]
    assert frame["post_context"] == lines[line : line + 5]
    assert frame.get("column") == (9 if sys.version_info >= (3, 11) else None)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="columns came with Python 3.11")
def test_a_column_counts_characters_not_bytes(tmp_path: Path) -> None:
    (tmp_path / "wide.py").write_text("def go():\n    'äöü€𝄞'; {}['x']\n", encoding="utf-8")
    code = compile((tmp_path / "wide.py").read_text(encoding="utf-8"), str(tmp_path / "wide.py"), "exec")
    space: Dict[str, Any] = {}
    exec(code, space)
    try:
        space["go"]()
    except KeyError as error:
        frame = body(event_of(error, root=str(tmp_path)), root=str(tmp_path))["exceptions"][0]["frames"][-1]
    assert frame["source"][frame["column"] - 1 :] == "{}['x']"


def test_library_frames_have_their_line_and_no_context() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        frames = body(event_of(error))["exceptions"][0]["frames"]
    assert [frame["in_app"] for frame in frames] == [True, False, False, False]
    assert "self.scan_once(s, idx)" in frames[-1]["source"]
    assert "pre_context" not in frames[-1]
    assert "locals" not in frames[-1]


def test_without_source_there_is_none() -> None:
    frame = body(raised("boom"), include_source=False)["exceptions"][0]["frames"][-1]
    assert not {"source", "pre_context", "post_context", "column"} & set(frame)


def test_a_chain_keeps_its_links() -> None:
    event = raised("one")
    chain = (
        Raised("KeyError", "a", "", -1, event.exceptions[0].frames),
        Raised("ValueError", "b", "cause", 0, ()),
        Raised("OSError", "c", "context", 1, ()),
    )
    exceptions = body(event._replace(exceptions=chain))["exceptions"]
    assert [(each["relation"], each["parent"]) for each in exceptions] == [
        ("surfaced", None),
        ("cause", 0),
        ("context", 1),
    ]


def test_secrets_go_before_anything_leaves() -> None:
    scope = {
        "request": {"method": "GET", "path": "/", "headers": {"Authorization": "Bearer hunter2hunter2"}},
        "tags": {"password": "hunter2"},
        "logs": [(1_795_000_000.0, "INFO", "shop", "token=hunter2")],
        "contexts": {"db": {"url": "postgres://me:hunter2@db/x"}},
        "breadcrumbs": [(1_795_000_000.0, "db", "api_key: hunter2", "info", {"secret": "hunter2"})],
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
    }
    item = reported(raised("password=hunter2 for you", scope=scope))
    assert item is not None
    assert "hunter2" not in item.text
    assert item.body["logs"][0]["time"] == "2026-11-18T11:06:40.000Z"  # type: ignore[index]
    assert item.body["trace_id"] == scope["trace_id"]  # type: ignore[index]


def test_limits_hold_after_redaction() -> None:
    report = body(raised("x" * 100_000))
    assert len(report["exceptions"][0]["message"]) <= 5_000
    assert report["truncated"]


def test_what_is_remembered_of_a_frame_is_not_changed_by_what_comes_after() -> None:
    reporter = Reporter(Options(root=HERE, before_send=_spoil), Warnings())
    first, second = reporter.item(raised("one")), reporter.item(raised("one"))
    assert first is not None
    assert second is not None
    frames = [item.body["exceptions"][0]["frames"] for item in (first, second)]  # type: ignore[index]
    assert frames[0] == frames[1] == [{"path": "spoilt"}]
    assert Reporter(Options(root=HERE), Warnings()).build(raised("one"))["exceptions"][0]["frames"][-1]["line"]


def _spoil(report: Dict[str, Any]) -> Dict[str, Any]:
    assert report["exceptions"][0]["frames"][-1]["line"]
    report["exceptions"][0]["frames"] = [{"path": "spoilt"}]
    return report


# --- before_send -----------------------------------------------------------------------------------------------------


def test_before_send_may_drop() -> None:
    assert reported(raised("boom"), before_send=lambda report: None) is None


def test_before_send_sees_no_secret_and_can_add_none() -> None:
    seen: List[str] = []

    def add(report: Dict[str, Any]) -> Dict[str, Any]:
        seen.append(json.dumps(report))
        report["tags"] = {"api_key": "hunter2", "note": "password=hunter3", "kept": "yes"}
        return report

    report = body(raised("token=hunter1"), before_send=add)
    assert "hunter1" not in seen[0]
    assert report["tags"] == {"api_key": "[REDACTED]", "note": "password=[REDACTED]", "kept": "yes"}


def test_before_send_that_fails_counts_as_if_it_were_not_there() -> None:
    def fail(report: Dict[str, Any]) -> Dict[str, Any]:
        report.clear()
        raise RuntimeError("hunter2")

    warnings = Warnings()
    item = Reporter(Options(root=HERE, before_send=fail), warnings).item(raised("boom"))
    assert item is not None
    assert item.body["exceptions"][0]["message"] == "boom"  # type: ignore[index]
    assert len(warnings) == 1
    assert "hunter2" not in warnings[0]


@pytest.mark.parametrize(
    "answer", [7, "text", [], {}, {"schema": "other"}, {"exceptions": []}, object(), float("nan"), {"exceptions": [{}]}]
)
def test_before_send_that_returns_no_report_counts_as_if_it_were_not_there(answer: Any) -> None:
    report = body(raised("boom"), before_send=lambda report: answer)
    assert report["exceptions"][0]["message"] == "boom"


def test_before_send_cannot_change_what_names_the_bug() -> None:
    event = raised("boom")
    report = body(event, before_send=lambda report: {**report, "signature": "0" * 16, "id": "x", "time": "never"})
    assert (report["signature"], report["id"]) == (event.signature, event.id)


def test_before_send_may_put_anything_in() -> None:
    class Strange:
        def __repr__(self) -> str:
            raise RuntimeError

    def add(report: Dict[str, Any]) -> Dict[str, Any]:
        cycle: List[Any] = []
        cycle.append(cycle)
        report["contexts"] = {"strange": Strange(), "cycle": cycle, "nan": float("nan"), 7: {1, 2}, "text": "\ud800"}
        return report

    assert body(raised("boom"), before_send=add)["contexts"]["nan"] == "NaN"


# --- source ----------------------------------------------------------------------------------------------------------


def test_a_file_that_no_code_was_loaded_from_is_not_read(tmp_path: Path) -> None:
    """A code object may name any file."""
    for name in (".env", "secrets.txt", "id_rsa", "config.yaml"):
        (tmp_path / name).write_text("password\n" * 9)
        assert Sources().around(str(tmp_path / name), 3) == (None, (), ())


def test_a_script_without_an_ending_is_read_when_it_is_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "manage").write_text("one\ntwo\n")
    module = type(sys)("made_up")
    module.__file__ = str(tmp_path / "manage")
    monkeypatch.setitem(sys.modules, "made_up", module)
    assert Sources().around(str(tmp_path / "manage"), 2)[0] == "two"


def test_a_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("one\n")
    sources = Sources()
    assert sources.around(str(tmp_path / "a.py"), 1)[0] == "one"
    (tmp_path / "a.py").write_text("two\n")
    assert sources.around(str(tmp_path / "a.py"), 1)[0] == "one"


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n" * (1024 * 1024))
    (tmp_path / "b.py").write_text("x\n" * (1024 * 1024) + "y")
    assert Sources().around(str(tmp_path / "a.py"), 1)[0] == "x"
    assert Sources().around(str(tmp_path / "b.py"), 1)[0] is None


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ("# -*- coding: latin-1 -*-\n'ä'".encode("latin-1"), "'ä'"),
        ("\ufeff#\n'ä'".encode(), "'ä'"),
        ("#\n'ä'".encode("latin-1"), "'\ufffd'"),
        (b"# coding: no-such-thing\n'a'", "'a'"),
        (b"# coding: hex\n'a'", "'a'"),
        (b"#\r\n'a'\r\n", "'a'"),
        (b"#\r'a'\r", "'a'"),
        (b"#\x0cx\n'a'", "'a'"),
    ],
)
def test_encodings_and_line_ends(tmp_path: Path, data: bytes, line: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert Sources().around(str(tmp_path / "a.py"), 2)[0] == line


def test_what_is_no_file_hangs_nothing(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "folder.py").mkdir()
    for name in ("pipe.py", "folder.py", "none.py", "nul\0.py"):
        assert Sources().around(str(tmp_path / name), 1) == (None, (), ())


def test_code_in_a_zip_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("zipped_module.py", "def go():\n    raise ValueError('zip')\n")
    monkeypatch.syspath_prepend(str(tmp_path / "app.zip"))
    import zipped_module

    try:
        zipped_module.go()
    except ValueError as error:
        frame = body(event_of(error))["exceptions"][0]["frames"][-1]
    assert frame["source"] == "    raise ValueError('zip')"


def test_generated_code_that_linecache_knows() -> None:
    import linecache

    linecache.cache["<made up>"] = (18, None, ["one\n", "two\n"], "<made up>")
    try:
        assert Sources().around("<made up>", 2)[0] == "two"
        assert Sources().around("<other>", 2)[0] is None
    finally:
        del linecache.cache["<made up>"]


def test_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    sources = Sources()
    for number in range(12):
        (tmp_path / f"a{number}.py").write_text("x" * 999_999 + "\n")
        assert sources.around(str(tmp_path / f"a{number}.py"), 1)[0]
    assert sources._characters <= 4_000_000


# --- packages --------------------------------------------------------------------------------------------------------


def test_the_distributions_that_frames_touch(tmp_path: Path) -> None:
    folder = tmp_path / "site-packages"
    for info, top in (("Flask_Login-0.6.3.dist-info", None), ("PyYAML-6.0.1.dist-info", "_yaml\nyaml\n")):
        (folder / info).mkdir(parents=True)
        if top:
            (folder / info / "top_level.txt").write_text(top)
    packages = Packages()
    assert packages.of(str(folder / "flask_login" / "utils.py")) == ("flask-login", "0.6.3")
    assert packages.of(str(folder / "yaml" / "scanner.py")) == ("pyyaml", "6.0.1")
    assert packages.of(str(folder / "yaml.py")) == ("pyyaml", "6.0.1")
    assert packages.of(str(folder / "unknown" / "a.py")) is None
    assert packages.of(str(tmp_path / "app.py")) is None


def test_real_distributions_as_importlib_tells() -> None:
    from importlib import metadata

    import hypothesis

    name, version = Packages().of(hypothesis.__file__) or ("", "")
    assert (name, version) == ("hypothesis", metadata.version("hypothesis"))


def test_a_report_names_them() -> None:
    import hypothesis

    with pytest.raises(Exception, match="max_examples") as caught:
        hypothesis.settings(max_examples="x")  # type: ignore[arg-type]
    assert "hypothesis" in body(event_of(caught.value))["dependencies"]
