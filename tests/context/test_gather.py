"""What is chosen for a crash, and why: on small real repositories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from healer.frames import ExceptionInfo, Frame
from healer.settings import Settings
from tests.context.kit import gathered, git, places, report, shown, within, write

if TYPE_CHECKING:
    from pathlib import Path

SHOP = {
    "shop/__init__.py": "",
    "shop/cart.py": (
        "from shop.prices import price_of\nfrom shop import limits\n\n"
        "RATE = 0.2\nUNRELATED = 'x'\n\n\n"
        "class Cart:\n"
        '    """Holds items."""\n\n'
        "    def __init__(self, items):\n        self.items = items\n        self.owner = None\n\n"
        "    def login(self, owner):\n        self.owner = owner\n\n"
        "    def total(self):\n"
        "        amount = sum(price_of(item) for item in self.items)\n"
        "        return self.owner.discount(amount) * RATE\n"
    ),
    "shop/prices.py": (
        "from shop.table import lookup\n\n\ndef price_of(item):\n    return lookup(item.code)\n\n\n"
        "def unused():\n    return 1\n"
    ),
    "shop/table.py": "PRICES = {}\n\n\ndef lookup(code):\n    return PRICES[code]\n",
    "shop/limits.py": "MOST = 10\n",
    "shop/views.py": "from shop.cart import Cart\n\n\ndef show(items):\n    return Cart(items).total()\n",
    "shop/far.py": "def far():\n    return 'far away'\n",
    "tests/test_cart.py": "from shop.cart import Cart\n\n\ndef test_total():\n    assert Cart([]).total() == 0\n",
    "pyproject.toml": '[project]\nname = "shop"\nrequires-python = ">=3.11"\ndependencies = ["requests>=2.31"]\n',
}
CRASH = Frame("/app/shop/cart.py", 20, function="total", source="return self.owner.discount(amount) * RATE")


def crashed(repo: Path, **more: object) -> object:
    write(repo, SHOP)
    return report(CRASH, kind="AttributeError", message="'NoneType' object has no attribute 'discount'", **more)


def test_the_whole_function_its_class_and_what_it_uses(tmp_path: Path) -> None:
    context = gathered(tmp_path, crashed(tmp_path))
    assert {8, 9, *range(18, 21)} <= shown(context, "shop/cart.py")
    assert {4, 5} <= shown(context, "shop/prices.py"), "a definition it uses, one import away"
    assert {4} <= shown(context, "shop/cart.py"), "a constant it uses"
    assert set(range(15, 17)) <= shown(context, "shop/cart.py"), "who assigns what was None"
    assert shown(context, "shop/views.py"), "who calls it: the trace does not say"
    assert {4, 5} <= shown(context, "tests/test_cart.py"), "a test that exercises it"
    assert not shown(context, "shop/far.py")
    assert all(excerpt.reason for excerpt in context.excerpts)


def test_two_imports_deep(tmp_path: Path) -> None:
    files = dict(SHOP)
    files["shop/prices.py"] = "from shop.table import lookup as price_of\n"
    write(tmp_path, files)
    assert {4, 5} <= shown(gathered(tmp_path, report(CRASH)), "shop/table.py")


def test_every_frame_on_the_stack_and_every_exception_of_the_chain(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    surfaced = ExceptionInfo("RuntimeError", "no", (Frame("/app/shop/views.py", 5, function="show"),))
    cause = ExceptionInfo("KeyError", "1", (Frame("/app/shop/table.py", 5, function="lookup"),), "cause", 0)
    about = replace(report(CRASH), exceptions=(surfaced, cause))
    context = gathered(tmp_path, about)
    assert places(context) == [("shop/table.py", 5), ("shop/views.py", 5)]
    assert context.excerpts[0].path == "shop/table.py", "the root cause ranks first"
    assert {4, 5} <= shown(context, "shop/views.py")


def test_admitted_are_the_files_on_the_stack_and_what_they_import(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    settings = replace(Settings(), policy=replace(Settings().policy, extra_paths=("shop/far.*",)))
    context = gathered(tmp_path, report(CRASH), settings)
    assert {"shop/cart.py", "shop/prices.py", "shop/limits.py", "shop/far.py", "tests/test_cart.py"} <= context.admitted
    assert not {"shop/views.py", "shop/table.py", "pyproject.toml"} & context.admitted


def test_go_files_of_one_package_see_each_other(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "go.mod": "module example.com/shop\n\ngo 1.22\n",
            "cart.go": "package shop\n\nfunc (c *Cart) Total() int {\n\treturn priceOf(c.items[0])\n}\n",
            "prices.go": (
                "package shop\n\ntype Cart struct {\n\titems []string\n}\n\n"
                "func priceOf(s string) int {\n\treturn len(s)\n}\n"
            ),
            "other/other.go": "package other\n\nfunc priceOf() {}\n",
        },
    )
    frame = Frame("/app/cart.go", 4, function="example.com/shop.(*Cart).Total")
    context = gathered(tmp_path, report(frame, runtime="go"))
    assert {3, 4, 7, 8, 9} <= shown(context, "prices.go")
    assert not shown(context, "other/other.go")
    assert "prices.go" in context.admitted
    assert "go 1.22 by go.mod" in context.facts["Versions"]


def test_the_same_code_in_another_module_format(tmp_path: Path) -> None:
    body = "function round(value) {\n  return value.toPrecision(2 - 4)\n}\n"
    write(tmp_path, {"lib/index.mjs": f"export {body}", "lib/index.cjs": f"'use strict'\n\n{body}"})
    context = gathered(tmp_path, report(Frame("/app/lib/index.mjs", 2, 3, "round"), runtime="javascript"))
    assert {3, 4, 5} <= shown(context, "lib/index.cjs")


def test_a_long_function_is_shown_where_it_crashed(tmp_path: Path) -> None:
    body = "".join(f"    step_{number} = compute_the_next_value_of_the_state({number})\n" for number in range(1_500))
    write(tmp_path, {"run.py": f"def run():\n{body}"})
    context = gathered(tmp_path, report(Frame("/app/run.py", 700, function="run")))
    assert {1, 690, 700, 710} <= shown(context, "run.py")
    assert context.tokens <= context.budget
    assert any(dropped.path == "run.py" for dropped in context.dropped)


def test_top_level_code_is_shown_around_its_line(tmp_path: Path) -> None:
    write(tmp_path, {"run.py": "".join(f"value_{number} = {number}\n" for number in range(1, 900))})
    lines = shown(gathered(tmp_path, report(Frame("/app/run.py", 500))), "run.py")
    assert {490, 500, 510} <= lines
    assert len(lines) < 60


def many(repo: Path) -> object:
    """A stack of forty functions of about 120 tokens each, far above a small budget."""
    text = ""
    for number in range(40):
        text += f"def step_{number}(state):\n"
        text += "".join(f"    state.field_{number}_{line} = compute(state, {line})\n" for line in range(10))
        text += "\n\n"
    write(repo, {"flow.py": text})
    frames = [Frame("/app/flow.py", 13 * number + 3, function=f"step_{number}") for number in range(40)]
    return report(*frames)


def test_the_budget_holds_and_what_was_cut_is_recorded(tmp_path: Path) -> None:
    about = many(tmp_path)
    for budget in (1_000, 2_000, 6_000, 24_000):
        context = gathered(tmp_path, about, within(Settings(), max_tokens=budget))
        assert context.tokens <= context.budget == budget
        assert shown(context, "flow.py") >= {13 * 39 + 1, 13 * 39 + 3}, "the crash itself is always shown"
        assert bool(context.dropped) == (budget < 24_000)
        for dropped in context.dropped:
            assert dropped.reason
            assert dropped.tokens > 0


def test_the_budget_holds_for_text_that_takes_many_tokens(tmp_path: Path) -> None:
    body = "".join(f"    # {'数据' * 40}\n    step({number})\n" for number in range(100))
    write(tmp_path, {"flow.py": f"def run():\n{body}"})
    for budget in (1_000, 3_000, 9_000):
        about = report(Frame("/app/flow.py", 101, function="run"))
        context = gathered(tmp_path, about, within(Settings(), max_tokens=budget))
        assert context.tokens <= budget


def test_a_report_that_says_much_leaves_room_for_the_code(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    about = report(CRASH, message="x" * 50_000)
    about = replace(about, exceptions=about.exceptions * 6)
    context = gathered(tmp_path, about, within(Settings(), max_tokens=2_000))
    assert context.tokens <= 2_000
    assert {18, 19, 20} <= shown(context, "shop/cart.py")


def test_where_functions_call_each_other_the_circle_ranks_first(tmp_path: Path) -> None:
    code = "def parse(s):\n    return value(s)\n\n\ndef value(s):\n    s.step()\n    return parse(s)\n"
    code += "\n\ndef step(s):\n    pass\n"
    write(tmp_path, {"parser.py": code})
    circle = [Frame("/app/parser.py", 2, function="parse"), Frame("/app/parser.py", 7, function="value")] * 20
    about = report(*circle, Frame("/app/parser.py", 11, function="step"), kind="RecursionError")
    reason = gathered(tmp_path, about).excerpts[0].reason
    assert reason.startswith("value: in endless recursion; parse: in endless recursion")


def test_nearer_to_the_crash_ranks_higher(tmp_path: Path) -> None:
    context = gathered(tmp_path, many(tmp_path), within(Settings(), max_tokens=3_000))
    lines = shown(context, "flow.py")
    kept = [number for number in range(40) if 13 * number + 3 in lines]
    assert kept == list(range(kept[0], 40))
    assert 0 < kept[0] < 40


def test_configuration_that_the_code_names_is_shown(tmp_path: Path) -> None:
    files = {
        "app/run.py": (
            'import json\n\nPATH = "conf/rates.json"\n\n\ndef rate():\n    return json.load(open(PATH))["eur"]\n'
        ),
        "app/conf/rates.json": '{"usd": 1}\n',
        "app/conf/other.json": "{}\n",
    }
    write(tmp_path, files)
    context = gathered(tmp_path, report(Frame("/srv/app/run.py", 7, function="rate"), kind="KeyError"))
    assert shown(context, "app/conf/rates.json") == {1}
    assert not shown(context, "app/conf/other.json")


def test_locals_only_where_the_source_names_them(tmp_path: Path) -> None:
    write(tmp_path, SHOP)
    frame = replace(CRASH, locals={"amount": "3", "password": "hunter2", "self": "<Cart>", "_hidden": "1"})
    context = gathered(tmp_path, report(frame))
    assert "amount = 3" in context.facts["Locals"]
    assert "hunter2" not in str(context.facts)
    assert "_hidden" not in context.facts["Locals"]


def test_request_data_only_where_the_source_names_it(tmp_path: Path) -> None:
    write(tmp_path, {"views.py": 'def show(request):\n    return request.args["page"] + 1\n'})
    details = {
        "request": {"args": {"page": "x", "card": "4111"}, "headers": {"cookie": "secret"}},
        "tags": {"page": "y"},
    }
    context = gathered(tmp_path, report(Frame("/app/views.py", 2, function="show"), details=details))
    assert context.facts["Request"] == "args.page = x"
    for odd in ({"request": "GET /"}, {"request": None}, {"request": {"a": {"b": {"c": {"d": {"e": {"page": 1}}}}}}}):
        gathered(tmp_path, report(Frame("/app/views.py", 2, function="show"), details=odd))


def test_facts_name_commits_and_versions(tmp_path: Path) -> None:
    files = dict(SHOP)
    files["shop/cart.py"] = "import requests\n" + files["shop/cart.py"]
    files["uv.lock"] = '[[package]]\nname = "requests"\nversion = "2.32.3"\n'
    commit = write(tmp_path, files)
    details = {"contexts": {"runtime": {"name": "CPython", "version": "3.12.1"}}}
    foreign = Frame("/venv/lib/python3.12/site-packages/urllib3/pool.py", 3, in_app=False)
    context = gathered(tmp_path, report(replace(CRASH, line=21), foreign, details=details))
    assert context.facts["Last commits on these lines"].startswith(commit[:10])
    told = context.facts["Versions"].split("\n")
    assert told == ["ran on CPython 3.12.1", "python >=3.11 by pyproject.toml", "requests 2.32.3 by uv.lock"]
    assert context.base == commit == git(tmp_path, "rev-parse", "HEAD")


def test_the_map_covers_what_imports_reach_within_its_share(tmp_path: Path) -> None:
    files = dict(SHOP)
    files["shop/table.py"] += "".join(f"\n\ndef lookup_{n}(code):\n    return lookup(code)\n" for n in range(300))
    files["shop/prices.py"] += "".join(f"\n\ndef price_{n}(item):\n    return lookup_{n}(item)\n" for n in range(300))
    write(tmp_path, files)
    for share in (0, 100, 1_500):
        context = gathered(tmp_path, report(CRASH), within(Settings(), map_tokens=share))
        assert len(context.repository_map) <= share * 3.5
        assert bool(context.repository_map) == bool(share)
    assert "far" not in context.repository_map
    assert "def price_" in context.repository_map
    for line in context.repository_map.split("\n"):
        if line.startswith("  "):
            number = int(line.strip().partition(":")[0])
            assert number not in shown(context, "shop/cart.py") or "shop/cart.py" not in context.repository_map


def test_what_is_shown_is_what_is_in_the_tree(tmp_path: Path) -> None:
    context = gathered(tmp_path, crashed(tmp_path))
    for excerpt in context.excerpts:
        lines = SHOP[excerpt.path].split("\n")
        for text in excerpt.text.split("\n"):
            if text != "...":
                number, _, content = text.lstrip("> ").partition("| ")
                assert lines[int(number) - 1] == content
