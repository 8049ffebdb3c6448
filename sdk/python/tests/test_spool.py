"""P: the spool, with the files that processes leave, live and dead, whole and broken."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Iterator

import pytest

from splat import clock, files, folder, journal, spool
from splat.options import Options
from splat.spool import Spool
from splat.values import Count, Item
from splat.wire import item_of, text_of
from tests.programs import environment

DEAD = 4_200_000  # above the largest pid of Linux


def report(number: int = 0, at: float = 1_795_000_000.0, **more: object) -> Item:
    ident = f"{number:032x}"
    body = {
        "schema": "splat-report/1",
        "runtime": "python",
        "id": ident,
        "time": clock.iso(at + number),
        "signature": "17310dbb56def269",
        "exceptions": [{"type": "E"}],
        **more,
    }
    return Item(ident, at + number, body)


def count(seen: int = 3, at: float = 1_795_000_000.25) -> Item:
    return Item(os.urandom(16).hex(), at, Count("17310dbb56def269", seen, at - 1, at, "v1"))


def keep(place: Spool, item: Item) -> str:
    return place.put(item, text_of(item))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Spool]:
    yield Spool(str(tmp_path / "cache" / "spool"))
    spool.forget()


def names(place: Spool) -> list[str]:
    return sorted(os.listdir(place.folder))


def test_folder_and_files_are_for_this_user_alone(place: Spool) -> None:
    path = keep(place, report())
    assert stat.S_IMODE(os.stat(place.folder).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_a_folder_that_others_can_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    Spool(str(tmp_path / "open"))
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o700


def test_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(files.NotPrivate, match="is a link"):
        Spool(str(tmp_path / "link"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 65534, 65534)
    with pytest.raises(files.NotPrivate, match="another user"):
        Spool(str(tmp_path / "theirs"))


def test_names_order_by_time(place: Spool) -> None:
    for number in (5, 1, 3):
        keep(place, report(number))
    keep(place, count(at=1_795_000_002.5))
    assert names(place) == sorted(names(place))
    assert names(place)[0] == f"20261118110641000-{1:032x}.json"
    assert names(place)[1] == "20261118110642500-17310dbb56def269.count.json"


def test_what_is_kept_comes_back_as_it_was_the_oldest_first(place: Spool) -> None:
    kept = [report(2), report(1), count()]
    for item in kept:
        keep(place, item)
    taken = place.take(10)
    assert [each.item.body for each in taken] == [kept[2].body, kept[1].body, kept[0].body]
    assert [each.item.text for each in taken] == [text_of(kept[2]), text_of(kept[1]), text_of(kept[0])]
    for each in taken:
        place.done(each)
    assert names(place) == []


def test_two_counts_in_one_millisecond_are_both_there(place: Spool) -> None:
    for seen in (3, 4):
        keep(place, count(seen))
    assert sorted(each.item.body.seen for each in place.take(10)) == [3, 4]  # type: ignore[union-attr]


def test_what_is_taken_nobody_else_takes_until_it_is_given_back(place: Spool) -> None:
    keep(place, report())
    (taken,) = place.take(10)
    other = Spool(place.folder)
    assert other.take(10) == []
    other.tidy()
    assert other.take(10) == []
    place.back(taken)
    assert len(other.take(10)) == 1


@pytest.mark.parametrize(
    ("pid", "age", "comes_back"),
    [(DEAD, 0, True), (os.getppid(), 0, False), (os.getppid(), 601, True), (os.getpid(), 0, True), (10**12, 0, False)],
    # Ids without numbers of processes, which differ between those that run the tests.
    ids=["dead", "alive", "alive-but-old", "our-own-id", "beyond-ids"],
)
def test_what_the_dead_had_taken_is_given_back(place: Spool, pid: int, age: int, comes_back: bool) -> None:
    """A process with our own number that we know nothing of is dead too: in a container all have the same."""
    path = keep(place, report())
    taken = f"{path}.{pid}.taken"
    os.rename(path, taken)
    os.utime(taken, (time.time() - age, time.time() - age))
    place.tidy()
    assert len(place.take(10)) == comes_back


def test_old_reports_are_not_old_as_taken(place: Spool) -> None:
    path = keep(place, report())
    os.utime(path, (1, 1))
    place.take(1)
    script = f"from splat.spool import Spool; place = Spool({place.folder!r}); place.tidy(); print(len(place.take(9)))"
    done = subprocess.run([sys.executable, "-c", script], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"schema":"splat-report/2"}',
        '{"exceptions":[],"runtime":"python","schema":"splat-report/1"}',
        '{"exceptions":[{"type":"E"}],"runtime":"python","schema":"splat-report/1"}',
        '{"schema":"splat-count/1"}',
        '["schema","splat-count/1","\\"schema\\":\\"splat-count/1\\""]',
        '"\\"schema\\":\\"splat-count/1\\""',
        '{"count":-1,"first":"x","schema":"splat-count/1"}',
        "[" * 100_000,
        '{"a":' * 5_000,
        "\x00" * 100,
    ],
)
def test_what_is_no_report_is_set_aside(place: Spool, text: str) -> None:
    Path(place.folder, "20200101000000000-bad.json").write_text(text)
    keep(place, report())
    assert [each.item.id for each in place.take(10)] == ["0" * 32]
    assert "20200101000000000-bad.json.bad" in names(place)
    assert place.take(10) == []


def test_what_is_no_plain_file_is_set_aside_and_nothing_hangs(place: Spool, tmp_path: Path) -> None:
    os.mkfifo(os.path.join(place.folder, "20200101000000000-pipe.json"))
    os.mkdir(os.path.join(place.folder, "20200101000000000-folder.json"))
    (tmp_path / "secret").write_text(text_of(report()))
    os.symlink(tmp_path / "secret", os.path.join(place.folder, "20200101000000000-link.json"))
    Path(place.folder, "20200101000000000-bytes.json").write_bytes(b"\xff\xfe{}")
    with open(os.path.join(place.folder, "20200101000000000-large.json"), "wb") as file:
        file.truncate(5_000_000)
    assert place.take(10) == []
    assert sum(name.endswith(".bad") for name in names(place)) == 5


def test_only_json_is_read(place: Spool) -> None:
    for name in ("a.json.tmp", "b.txt", "c.json.bad", "d.json~", ".lock"):
        Path(place.folder, name).write_text(text_of(report()))
    assert place.take(10) == []


def test_old_remains_are_deleted(place: Spool) -> None:
    day = 86_400
    ages = {"a.json.1.tmp": 3_700, "b.json.1.tmp": 3_500, "c.json.bad": 7 * day + 60, "d.json.bad": 7 * day - 60}
    for name, age in ages.items():
        path = Path(place.folder, name)
        path.write_text("")
        os.utime(path, (time.time() - age, time.time() - age))
    place.tidy()
    assert names(place) == ["b.json.1.tmp", "d.json.bad"]


def test_at_most_200_files_the_oldest_goes_first_and_is_counted(place: Spool) -> None:
    for number in range(205):
        files.write(place.folder, files.name_of(report(number)), text_of(report(number)), sync=False)
    keep(place, report(205))
    assert place.dropped == 6
    assert len(names(place)) == 200
    assert place.take(1)[0].item.id == f"{6:032x}"


def test_at_most_20_megabytes(place: Spool) -> None:
    for number in range(25):
        item = report(number, padding="x" * 999_000)
        place.put(item, text_of(item), sync=False)
    assert place.dropped == 5
    assert sum(os.path.getsize(os.path.join(place.folder, name)) for name in names(place)) <= 20_000_000


def test_a_write_that_fails_leaves_nothing(place: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(OSError, match="large"):
            keep(place, report())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert names(place) == []


# --- the journal -----------------------------------------------------------------------------------------------------


def left_in(folder: str) -> list[str]:
    return [text for _, texts in journal.left(folder) for text in texts]


def dead_journal(place: Spool, data: bytes) -> Path:
    path = Path(place.folder, f"{DEAD}-00000000.journal")
    path.write_bytes(data)
    return path


def test_a_journal_is_nobody_elses_while_its_owner_lives(place: Spool) -> None:
    mine = journal.Journal(place.folder)
    mine.append({report().id: text_of(report())})
    script = f"from splat.journal import left; print(list(left({place.folder!r})))"
    command = [sys.executable, "-c", script]
    assert subprocess.check_output(command, env=environment(), text=True) == "[]\n"
    assert left_in(place.folder) == []
    mine.forget()
    assert left_in(place.folder) == [text_of(report())]
    assert names(place) == []


def test_a_fork_leaves_the_lock_with_the_parent(place: Spool) -> None:
    mine = journal.Journal(place.folder)
    mine.append({"a": "text"})
    child = os.fork()
    if not child:
        mine.forget()
        spool.forget()
        os._exit(len(left_in(place.folder)))
    assert os.waitpid(child, 0)[1] == 0
    script = f"from splat.journal import left; print(list(left({place.folder!r})))"
    assert subprocess.check_output([sys.executable, "-c", script], env=environment(), text=True) == "[]\n"
    mine.settle(["a"])
    mine.close()


def test_what_is_settled_is_not_left(place: Spool) -> None:
    mine = journal.Journal(place.folder)
    mine.append({"a": "one", "b": "two"})
    mine.append({"c": "three"})
    mine.settle(["b", "unknown"])
    mine.forget()
    assert left_in(place.folder) == ["one", "three"]


def test_a_journal_whose_all_is_settled_is_empty_and_goes(place: Spool) -> None:
    mine = journal.Journal(place.folder)
    mine.append({"a": "one"})
    mine.settle(["a"])
    assert os.path.getsize(mine.path) == 0
    mine.append({"b": "two"})
    assert os.path.getsize(mine.path) == len("+b two\n")
    mine.settle(["b"])
    mine.close()
    assert names(place) == []


def test_half_a_line_was_never_written(place: Spool) -> None:
    whole = f"+{report(1).id} {text_of(report(1))}\n"
    for cut in range(0, len(whole), 7):
        dead_journal(place, f"+{report().id} {text_of(report())}\n{whole[:cut]}".encode())
        assert left_in(place.folder) == [text_of(report())]


def test_what_a_dead_journal_holds_becomes_files_once(place: Spool) -> None:
    lines = [f"+{each.id} {text_of(each)}\n" for each in (report(1), report(2), count())]
    dead_journal(place, ("".join(lines) + f"-{report(1).id}\n+x not json\n\xff\n\n").encode("latin-1"))
    place.tidy()
    Spool(place.folder).tidy()
    assert [each.item.id for each in place.take(10)][-1] == report(2).id
    assert [name for name in names(place) if not name.endswith(".taken")] == [f"{DEAD}-00000000.journal.bad"]
    assert len(names(place)) == 3


def test_what_another_version_left_is_said_and_set_aside(tmp_path: Path) -> None:
    """In a journal, and in a file."""
    from splat.store import Store

    warnings: list[tuple[str, ...]] = []
    store = Store(str(tmp_path / "spool"), lambda *told: warnings.append(told))
    store.tidy()
    assert warnings == []
    place = Spool(store.folder)
    newer = text_of(report(1)).replace("splat-report/1", "splat-report/2")
    count_newer = text_of(count()).replace("splat-count/1", "splat-count/2")
    dead_journal(
        place, f"+{report(1).id} {newer}\n+{count().id} {count_newer}\n+{report(2).id} {text_of(report(2))}\n".encode()
    )
    Path(place.folder, "20200101000000000-x.json").write_text(newer)
    store.tidy()
    assert [each.item.id for each in store.take(10)] == [report(2).id]
    assert [kind for _, kind in warnings] == ["unreadable"] * 2
    assert warnings[0][0].startswith(f"errors that were left in {place.folder} (2) cannot be read: another version")
    assert f"{place.folder} (1) cannot" in warnings[1][0]
    bad = Path(place.folder, f"{DEAD}-00000000.journal.bad")
    assert bad.read_text().splitlines() == [newer, count_newer]
    assert stat.S_IMODE(bad.stat().st_mode) == 0o600


def test_a_short_write_is_taken_back(place: Spool) -> None:
    import resource

    mine = journal.Journal(place.folder)
    mine.append({"a": "one"})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        with pytest.raises(OSError, match=r"full|large"):
            mine.append({"b": "x" * 100})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    mine.append({"c": "three"})
    mine.forget()
    assert left_in(place.folder) == ["one", "three"]


def test_a_journal_is_full_before_it_fills_the_disk(place: Spool) -> None:
    mine = journal.Journal(place.folder)
    mine.append({"a": "x" * 7_000_000})
    with pytest.raises(OSError, match="enough"):
        mine.append({"b": "x" * 2_000_000})
    mine.settle(["a"])
    mine.append({"b": "x" * 2_000_000})
    mine.forget()


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", [report(), count()])
def test_an_item_reads_back_as_it_was(item: Item) -> None:
    text = text_of(item)
    assert json.loads(text)
    assert "\n" not in text
    back = item_of(text)
    assert back.body == item.body
    assert back.signature == item.signature
    assert text_of(back) == text


@pytest.mark.parametrize("at", [0.0, 1.0, 1_795_000_000.123, 1_795_000_000.999999, 4_000_000_000.5])
def test_times_there_and_back(at: float) -> None:
    assert abs(clock.seconds(clock.iso(at)) - at) <= 0.001
    assert clock.iso(clock.seconds(clock.iso(at))) == clock.iso(at)
    assert len(clock.digits(at)) == 17


@pytest.mark.parametrize("text", ["", "2026-11-21", "2026-11-21T07:00:00Z", "2026-13-21T07:00:00.000Z", "x" * 24])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time"):
        clock.seconds(text)


# --- where it is -----------------------------------------------------------------------------------------------------


def options(**given: object) -> Options:
    return Options(transport="github", repo="octo/shop", **given)


def test_each_destination_has_a_folder_of_its_own(tmp_path: Path) -> None:
    given = {"spool_dir": str(tmp_path)}
    places = {
        folder.of(options(**given)),
        folder.of(options(**given).replace(repo="octo/other")),
        folder.of(options(**given).replace(api_url="https://git.example.com/api/v3")),
        folder.of(Options(transport="http", url="https://collector.example.com", **given)),
        folder.of(Options(transport="http", url="https://collector.example.com/2", **given)),
        folder.of(Options(transport="file", folder="/a", **given)),
    }
    assert len(places) == 6
    assert all(os.path.dirname(place) == str(tmp_path) for place in places)
    assert os.path.basename(folder.of(options(**given))).startswith("octo-shop-")


def test_by_default_it_is_in_the_users_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert os.path.dirname(folder.of(options())) == str(tmp_path / "cache" / "splat")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert os.path.dirname(folder.of(options())) == str(tmp_path / ".cache" / "splat")


def test_without_a_home_it_is_in_the_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")
    place = folder.of(options())
    assert os.path.dirname(place) == tempfile.gettempdir()
    assert os.path.basename(place).startswith(f"splat-{os.geteuid()}-octo-shop-")


@pytest.mark.parametrize(
    ("name", "waits"),
    [
        ("a.json", True),
        (f"a.json.{DEAD}.taken", True),
        (f"{DEAD}-aa.journal", True),
        ("ALIVE-aa.journal", False),
        ("a.json.ALIVE.taken", False),
        ("a.json.bad", False),
        ("a.json.tmp", False),
        ("x-aa.journal", False),
        (".taken", False),
        ("a.json.99999999999999999999.taken", False),
    ],
)
def test_whether_something_waits(tmp_path: Path, name: str, waits: bool) -> None:
    assert not folder.waits_in(str(tmp_path))
    (tmp_path / name.replace("ALIVE", str(os.getppid()))).write_text("")  # not in the test's id, which is not to change
    assert folder.waits_in(str(tmp_path)) is waits


def test_nothing_waits_in_no_folder(tmp_path: Path) -> None:
    assert not folder.waits_in(str(tmp_path / "none"))
