"""Hostile traces, reports and repositories: no crash, no hang, nothing read outside the tree."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from healer.context import Context, gather
from healer.context.names import function_names, spoken_of
from healer.context.paths import Finder, parts_of
from healer.context.sourcemap import map_reference, original
from healer.edge.git import GitTree
from healer.frames import Frame
from healer.outcome import Skipped
from healer.runtimes import RUNTIMES
from healer.settings import Settings
from tests.context.kit import gathered, gathered_or_skipped, places, report, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CODE = "def total(cart):\n    return cart.sum\n"


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "/proc/self/environ",
        "C:\\Windows\\win.ini",
        "\\\\server\\share\\a.py",
        "a.py\x00",
        "\x00",
        "",
        ".",
        "..",
        "/",
        "//",
        "~/.ssh/id_rsa",
        "$(touch ran)",
        "a" * 1_000_000,
        "/" * 1_000_000,
        "../" * 300_000 + "etc/passwd",
        "%2e%2e/" * 1000 + "etc/passwd",
        "file:///%00",
        "webpack://",
        "http://",
        "é" * 5000,
        "\udcff.py",
        "shop\n/cart.py",
        "<string>",
        "node:internal/process",
        ":(top)shop/none.py",
        "HEAD:shop",
        "--output=x.py",
    ],
    ids=lambda path: repr(path[:20]),
)
def test_a_path_from_outside_never_leads_outside(tmp_path: Path, path: str) -> None:
    (tmp_path / "passwd").write_text("root\n")
    write(tmp_path / "repo", {"shop/cart.py": CODE})
    began = time.process_time()
    found = gathered_or_skipped(tmp_path / "repo", report(Frame(path, 1, function="total")))
    assert isinstance(found, Skipped)
    assert time.process_time() - began < 5
    with_code = gathered(tmp_path / "repo", report(Frame(path, 1), Frame("/app/shop/cart.py", 2, function="total")))
    assert places(with_code) == [("shop/cart.py", 2)]


class Watched:
    """A tree that notes every path it is asked for."""

    def __init__(self, tree: GitTree) -> None:
        self._tree = tree
        self.base = tree.base
        self.asked: set[str] = set()

    def paths(self) -> frozenset[str]:
        return self._tree.paths()

    def read(self, path: str) -> bytes | None:
        self.asked.add(path)
        return self._tree.read(path)

    def history(self, path: str, first: int, last: int) -> Sequence[str]:
        self.asked.add(path)
        return self._tree.history(path, first, last)


def test_only_tracked_paths_are_ever_asked_for(tmp_path: Path) -> None:
    evil = "import json\nfrom ..... import x\nfrom a.b import *\n" + CODE + "OPEN = '../../../etc/passwd.json'\n"
    write(tmp_path, {"shop/cart.py": evil, "dist/a.js": "//# sourceMappingURL=../../../../etc/passwd\n"})
    with GitTree(tmp_path) as tree:
        watched = Watched(tree)
        gather(report(Frame("/app/shop/cart.py", 5, function="total"), Frame("/etc/passwd", 1)), watched, Settings())
        gather(report(Frame("/app/dist/a.js", 1), runtime="javascript"), watched, Settings())
        assert watched.asked <= tree.paths()


def test_own_work_follows_the_files_opened_not_the_repository(tmp_path: Path) -> None:
    files = {f"pkg/m{folder}/f{number}.py": CODE for folder in range(60) for number in range(50)}
    write(tmp_path, {**files, "shop/cart.py": CODE})
    with GitTree(tmp_path) as tree:
        watched = Watched(tree)
        gather(report(Frame("/app/shop/cart.py", 2, function="total")), watched, Settings())
        assert len(tree.paths()) == 3_001
        assert len(watched.asked) < 20


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\x00\x01binary",
        b"\xff\xfe\xfa",
        b"x = 1\n" * 300_000,
        b"x" * 1_900_000,
        b"(" * 200_000,
        b"def f(:\n" * 2000,
        "e\u0301\u2028\u2029\x0c\x85 = 1\n".encode() * 50,
        b"def total(c):\n" + b" " * 5_000 + b"return c\n",
    ],
    ids=["empty", "newline", "binary", "latin", "long", "one line", "brackets", "broken", "separators", "indent"],
)
@pytest.mark.parametrize("runtime", ["python", "javascript"])
def test_odd_files_on_the_stack(tmp_path: Path, content: bytes, runtime: str) -> None:
    suffix = "py" if runtime == "python" else "js"
    write(tmp_path, {f"odd.{suffix}": content, f"shop/cart.{suffix}": CODE})
    began = time.process_time()
    frames = (Frame(f"/app/shop/cart.{suffix}", 2), Frame(f"/app/odd.{suffix}", 2, function="total", source="return c"))
    context = gathered(tmp_path, report(*frames, runtime=runtime))  # type: ignore[arg-type]
    assert time.process_time() - began < 10
    assert context.tokens <= context.budget
    assert ("shop/cart." + suffix, 2) in places(context)
    assert all(len(line) < 700 for excerpt in context.excerpts for line in excerpt.text.split("\n"))


def test_a_file_above_the_limit_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"big.py": b"# x\n" * 600_000, "cart.py": CODE})
    about = report(Frame("/app/cart.py", 2, function="total"), Frame("/app/big.py", 2))
    assert places(gathered(tmp_path, about)) == [("cart.py", 2)]


def test_links_and_submodules_are_no_files(tmp_path: Path) -> None:
    write(tmp_path, {"cart.py": CODE})
    (tmp_path / "link.py").symlink_to("/etc/passwd")
    write(tmp_path, {"more.py": "x = 1\n"})
    found = gathered_or_skipped(tmp_path, report(Frame("/app/link.py", 1)))
    assert isinstance(found, Skipped)


def test_imports_in_a_circle_end(tmp_path: Path) -> None:
    files = {f"m{n}.py": f"from m{(n + 1) % 5} import *\nfrom m{(n + 1) % 5} import lost\n" for n in range(5)}
    files["m0.py"] += "\n\ndef run():\n    return lost(found, 1)\n"
    write(tmp_path, files)
    assert places(gathered(tmp_path, report(Frame("/app/m0.py", 6, function="run")))) == [("m0.py", 6)]


def test_a_line_that_would_make_a_pattern_backtrack(tmp_path: Path) -> None:
    evil = "x" + " ," * 200_000
    code = f"def total(cart):\n    {evil}\n    a.b.c = {'a.' * 50_000}b\n    return cart.sum\n"
    write(tmp_path, {"cart.py": code + '"' * 100_000 + "\n", "go.mod": "module " * 50_000})
    began = time.process_time()
    context = gathered(
        tmp_path,
        report(Frame("/app/cart.py", 4, function="total"), message="'" * 100_000 + "a_" * 50_000 + "<" * 50_000),
    )
    assert places(context) == [("cart.py", 4)]
    assert time.process_time() - began < 5


def test_many_exceptions_and_frames_stay_bounded(tmp_path: Path) -> None:
    from dataclasses import replace

    write(tmp_path, {f"m{number}.py": CODE for number in range(100)})
    about = report(
        *(Frame(f"/app/m{n % 100}.py", 2, function="total", locals={"cart": "x" * 10_000}) for n in range(3_000))
    )
    about = replace(about, exceptions=about.exceptions * 500)
    began = time.process_time()
    context = gathered(tmp_path, about)
    assert time.process_time() - began < 10
    assert context.tokens <= context.budget


text = st.text(max_size=60) | st.sampled_from(
    ["shop/cart.py", "../", "file://", "webpack://a/", "<", "{closure}", "%2e"]
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitTree]:
    place = tmp_path_factory.mktemp("repo")
    write(place, {"shop/cart.py": CODE, "lib/a.js": "function a() {\n  b()\n}\n", "x.go": "package x\n", "é.rb": "a\n"})
    with GitTree(place) as tree:
        yield tree


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    frames=st.lists(
        st.builds(
            Frame,
            path=st.lists(text, max_size=3).map("".join),
            line=st.none() | st.integers(1, 10**9),
            column=st.none() | st.integers(1, 10**9),
            function=text,
            in_app=st.booleans(),
            source=text,
            locals=st.dictionaries(text, text, max_size=2),
        ),
        max_size=4,
    ),
    runtime=st.sampled_from(RUNTIMES),
    message=text,
    release=text,
)
def test_any_report_gives_a_context_or_a_reason(
    tree: GitTree, frames: list[Frame], runtime: str, message: str, release: str
) -> None:
    frames = [*frames, Frame("/app/shop/cart.py", 2, function="total")]
    found = gather(report(*frames, runtime=runtime, message=message, release=release), tree, Settings())  # type: ignore[arg-type]
    assert isinstance(found, (Context, Skipped))
    if isinstance(found, Context):
        assert found.tokens <= found.budget
        assert {excerpt.path for excerpt in found.excerpts} <= tree.paths()
        assert found.admitted <= tree.paths()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_path_rules_give_tracked_paths_or_none(path: str) -> None:
    files = frozenset({"shop/cart.py", "src/app.ts", "a"})
    assert not {"", ".", ".."} & set(parts_of(path))
    found = Finder(files, {path[:5]: path[5:10]}, lambda _: None).find(path)
    assert {candidate.path for candidate in found} <= files


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f'{{"mappings": "{text}"}}'.encode()))
def test_source_maps_never_raise(content: bytes) -> None:
    original(content, 1, 1)
    map_reference(b"//# sourceMappingURL=" + content)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_names_never_raise(words: str) -> None:
    assert len(function_names(words)) <= 7
    spoken_of(words)
