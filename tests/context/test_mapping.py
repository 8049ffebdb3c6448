"""Runtime paths become repository paths: every rule of stage 3 on a real repository."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from healer.context import locate_root
from healer.context.sourcemap import Original, original
from healer.edge.git import GitTree
from healer.frames import Frame
from healer.outcome import Skipped
from healer.settings import Settings
from tests.context.kit import gathered, gathered_or_skipped, places, report, write

if TYPE_CHECKING:
    from pathlib import Path

CART = "import os\n\n\ndef total(cart):\n    return cart.sum\n\n\ndef count(cart):\n    return len(cart.items)\n"
OTHER = "def nothing():\n    return None\n\n\n# filler\nVALUE = 1\n"


@pytest.mark.parametrize(
    ("tracked", "printed"),
    [
        ("shop/cart.py", "/app/shop/cart.py"),
        ("shop/cart.py", "shop/cart.py"),
        ("shop/cart.py", "./shop/cart.py"),
        ("shop/cart.py", "/usr/src/app/x/../shop/cart.py"),
        ("shop/cart.py", r"C:\srv\app\shop\cart.py"),
        ("shop/cart.py", "file:///app/shop/cart.py"),
        ("shop/cart.py", "file:///app/sh%6Fp/cart.py"),
        ("services/api/shop/cart.py", "/app/shop/cart.py"),
        ("services/api/main.py", "/app/main.py"),
        ("src/shop/cart.py", "/venv/lib/python3.11/site-packages/shop/cart.py"),
        ("shop/cart.py", "/usr/lib/python3/dist-packages/shop/cart.py"),
    ],
)
def test_the_longest_suffix_among_tracked_files(tmp_path: Path, tracked: str, printed: str) -> None:
    write(tmp_path, {tracked: CART, "readme.py": "x = 1\n"})
    in_app = "-packages" not in printed
    context = gathered(tmp_path, report(Frame(printed, 5, function="total", in_app=in_app)))
    assert places(context) == [(tracked, 5)]


@pytest.mark.parametrize(
    ("runtime", "files", "printed", "expected"),
    [
        (
            "javascript",
            {"packages/cart/package.json": '{"name": "@shop/cart"}', "packages/cart/lib/total.js": "let a\nlet b\n"},
            "/app/node_modules/@shop/cart/lib/total.js",
            "packages/cart/lib/total.js",
        ),
        (
            "ruby",
            {"shop.gemspec": "", "lib/shop/total.rb": "a\nb\n"},
            "/usr/local/bundle/gems/shop-1.2.3/lib/shop/total.rb",
            "lib/shop/total.rb",
        ),
        (
            "php",
            {"composer.json": '{"name": "acme/shop"}', "src/Total.php": "<?php\n$a;\n"},
            "/srv/vendor/acme/shop/src/Total.php",
            "src/Total.php",
        ),
        (
            "go",
            {"go.mod": "module example.com/acme/shop\n\ngo 1.22\n", "cart/total.go": "package cart\n\n"},
            "/go/pkg/mod/example.com/acme/shop@v1.2.3/cart/total.go",
            "cart/total.go",
        ),
    ],
)
def test_an_installed_copy_of_the_repositorys_own_package(
    tmp_path: Path, runtime: str, files: dict[str, str], printed: str, expected: str
) -> None:
    write(tmp_path, files)
    about = report(Frame(printed, 2, in_app=False), runtime=runtime)  # type: ignore[arg-type]
    assert places(gathered(tmp_path, about)) == [(expected, 2)]


@pytest.mark.parametrize(
    ("files", "printed"),
    [
        ({"pip/_vendor/requests/api.py": CART}, "/venv/lib/python3.11/site-packages/requests/api.py"),
        ({"shop/json/decoder.py": CART, "shop/__init__.py": ""}, "/usr/lib/python3.11/json/decoder.py"),
        ({"core.py": CART}, "/venv/lib/python3.11/site-packages/click/core.py"),
        ({"shop/requests/api.py": CART, "shop/__init__.py": ""}, "/v/site-packages/requests/api.py"),
    ],
)
def test_somebody_elses_code_is_not_ours(tmp_path: Path, files: dict[str, str], printed: str) -> None:
    write(tmp_path, files)
    found = gathered_or_skipped(tmp_path, report(Frame(printed, 5, function="total", in_app=False)))
    assert isinstance(found, Skipped)
    assert found.code == "no-app-frame"
    assert "paths:" in found.next_step


def test_another_package_in_node_modules_is_not_ours(tmp_path: Path) -> None:
    write(tmp_path, {"package.json": '{"name": "shop"}', "lib/index.js": "a\nb\n"})
    frame = Frame("/app/node_modules/express/lib/index.js", 2, in_app=False)
    assert isinstance(gathered_or_skipped(tmp_path, report(frame, runtime="javascript")), Skipped)


def test_the_users_map_comes_first_and_the_longest_start_wins(tmp_path: Path) -> None:
    write(tmp_path, {"services/shop/a.py": CART, "services/other/a.py": CART, "a.py": CART})
    settings = replace(Settings(), paths={"/srv": "services/other", "/srv/app": "services/shop"})
    frame = Frame("/srv/app/a.py", 5, function="total")
    assert places(gathered(tmp_path, report(frame), settings)) == [("services/shop/a.py", 5)]


def test_the_users_map_never_leads_out_of_the_tree(tmp_path: Path) -> None:
    write(tmp_path / "repo", {"a.py": CART})
    (tmp_path / "secret.py").write_text("token\n")
    settings = replace(Settings(), paths={"/srv": "..", "/etc": "/etc"})
    for path in ("/srv/secret.py", "/etc/passwd"):
        assert isinstance(gathered_or_skipped(tmp_path / "repo", report(Frame(path, 1)), settings), Skipped)


def test_ambiguity_is_settled_by_the_function(tmp_path: Path) -> None:
    write(tmp_path, {"one/util.py": OTHER, "two/util.py": CART})
    context = gathered(tmp_path, report(Frame("/app/util.py", 5, function="total")))
    assert places(context) == [("two/util.py", 5)]


def test_ambiguity_is_settled_by_the_lines_text(tmp_path: Path) -> None:
    write(tmp_path, {"one/util.py": CART.replace("cart.sum", "cart.all"), "two/util.py": CART})
    context = gathered(tmp_path, report(Frame("/app/util.py", 5, function="total", source="return cart.sum")))
    assert places(context) == [("two/util.py", 5)]


def test_ambiguity_is_settled_by_where_the_other_frames_are(tmp_path: Path) -> None:
    write(tmp_path, {"api/util.py": CART, "web/util.py": CART, "web/views.py": "def show():\n    total(1)\n"})
    context = gathered(
        tmp_path,
        report(Frame("/app/views.py", 2, function="show"), Frame("/app/util.py", 5, function="total")),
    )
    assert places(context) == [("web/views.py", 2), ("web/util.py", 5)]


def test_where_the_other_frames_are_counts_whatever_their_order(tmp_path: Path) -> None:
    write(tmp_path, {"api/util.py": CART, "web/util.py": CART, "web/views.py": "def show():\n    total(1)\n"})
    context = gathered(
        tmp_path,
        report(Frame("/app/util.py", 5, function="total"), Frame("/app/views.py", 2, function="show")),
    )
    assert places(context) == [("web/util.py", 5), ("web/views.py", 2)]


def test_a_mere_file_name_without_any_other_sign_is_not_enough(tmp_path: Path) -> None:
    write(tmp_path, {"docs/conf/util.py": OTHER})
    assert isinstance(gathered_or_skipped(tmp_path, report(Frame("/app/x/util.py", 2, function="total"))), Skipped)


def test_built_output_that_is_not_tracked_leads_to_its_source(tmp_path: Path) -> None:
    source = "export function total(cart: Cart) {\n  return cart.sum\n}\n"
    write(tmp_path, {"src/cart.ts": source, "src/other.ts": "export function more() {}\n"})
    frame = Frame("/app/dist/cart.js", 400, 9, function="total")
    context = gathered(tmp_path, report(frame, runtime="javascript"))
    assert [suspect.path for suspect in context.suspects] == ["src/cart.ts"]
    assert context.suspects[0].function == "total"


VLQ = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def vlq(*numbers: int) -> str:
    text = ""
    for number in numbers:
        value = (-number << 1) | 1 if number < 0 else number << 1
        while True:
            value, digit = value >> 5, value & 31
            text += VLQ[digit | (32 if value else 0)]
            if not value:
                break
    return text


def source_map(**more: object) -> str:
    """Built line 3, column 0 comes from line 2 of the source; column 8 of it from line 5."""
    mappings = ";;" + vlq(0, 0, 1, 0) + "," + vlq(8, 0, 3, 2)
    return json.dumps({"version": 3, "sources": ["../src/cart.ts"], "mappings": mappings, **more})


BUILT = "'use strict'\n\nfunction total(c){return c.sum}\n//# sourceMappingURL=cart.js.map\n"
SOURCE = "// cart\nexport function total(\n  cart: Cart,\n) {\n  return cart.sum\n}\n"


@pytest.mark.parametrize(("column", "line"), [(1, 2), (8, 2), (9, 5), (30, 5), (None, 2)])
def test_a_source_map_beside_the_built_file(tmp_path: Path, column: int | None, line: int) -> None:
    write(tmp_path, {"dist/cart.js": BUILT, "dist/cart.js.map": source_map(), "src/cart.ts": SOURCE})
    context = gathered(tmp_path, report(Frame("/app/dist/cart.js", 3, column, "total"), runtime="javascript"))
    assert places(context) == [("src/cart.ts", line)]
    assert 5 in shown_lines(context)


def shown_lines(context: object) -> set[int]:
    from tests.context.kit import shown

    return shown(context, "src/cart.ts")  # type: ignore[arg-type]


def test_a_source_map_of_several_sources() -> None:
    mappings = vlq(0, 0, 4, 0) + "," + vlq(10, 2, -1, 0) + "," + vlq(10, -1, 6, 0) + ";" + vlq(0, 0, 1, 0)
    content = json.dumps(
        {"version": 3, "sources": ["a.ts", "b.ts", "c.ts"], "sourceRoot": "src/", "mappings": mappings}
    )
    where = [original(content.encode(), line, column) for line, column in ((1, 1), (1, 11), (1, 21), (2, 1), (3, 1))]
    assert where == [
        Original("src/a.ts", 5),
        Original("src/c.ts", 4),
        Original("src/b.ts", 10),
        Original("src/b.ts", 11),
        None,
    ]


def test_a_source_map_inside_the_built_file(tmp_path: Path) -> None:
    import base64

    inline = base64.b64encode(source_map().encode()).decode()
    built = BUILT.replace("cart.js.map", f"data:application/json;charset=utf-8;base64,{inline}")
    write(tmp_path, {"dist/cart.js": built, "src/cart.ts": SOURCE})
    context = gathered(tmp_path, report(Frame("/app/dist/cart.js", 3, 9, "total"), runtime="javascript"))
    assert places(context) == [("src/cart.ts", 5)]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"mappings": 3}',
        '{"mappings": ";;AACA", "sources": []}',
        '{"mappings": ";;AACA", "sources": [null]}',
        '{"mappings": ";;AACA", "sources": ["../../../etc/passwd"]}',
        '{"mappings": ";;AACA", "sources": ["/etc/passwd"]}',
        '{"mappings": ";;AAgggggggggggggB", "sources": ["../src/cart.ts"]}',
        '{"mappings": ";;????", "sources": ["../src/cart.ts"]}',
        '{"mappings": ";;AADA", "sources": ["../src/cart.ts"]}',
        "[" * 50_000,
    ],
)
def test_a_broken_or_hostile_map_leaves_the_built_file_as_it_is(tmp_path: Path, content: str) -> None:
    write(tmp_path, {"dist/cart.js": BUILT, "dist/cart.js.map": content, "src/cart.ts": SOURCE})
    context = gathered(tmp_path, report(Frame("/app/dist/cart.js", 3, 9, "total"), runtime="javascript"))
    assert places(context) == [("dist/cart.js", 3)]


def test_locate_root_names_the_folder_the_app_ran_in(tmp_path: Path) -> None:
    write(tmp_path, {"shop/cart.py": CART})
    about = report(
        Frame("/srv/web/shop/cart.py", 9, function="count"), Frame("/usr/lib/python3.11/json/x.py", 1, in_app=False)
    )
    with GitTree(tmp_path) as tree:
        assert locate_root(about, tree, Settings()).root == "/srv/web"
        assert locate_root(replace(about, root="/kept"), tree, Settings()).root == "/kept"
        assert locate_root(report(Frame("/x/y.py", 1)), tree, Settings()).root == ""
