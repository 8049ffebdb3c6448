"""Python source: definitions, imports, and where they lead."""

import pytest

from healer.runtimes import source_reader
from tests.runtimes.source_cases import lead, outline, parsed, written

PYTHON = source_reader("python")


def test_a_file_of_everything() -> None:
    module = parsed("python", "cart.py")
    assert not module.faults
    assert outline(module) == [
        "value LIMIT 16-16",
        "value low 17-17",
        "value high 17-17",
        "value FAST 19-19",
        "value FAST 21-21",
        "value DEEP 24-24",
        "type Pair 25-25",
        "class Cart 28-45",
        "function Cart.total 38-43",
        "function Cart.total.inner 40-42",
        "function Cart.load 45-45",
        "function free 47-49",
        "function next_one 50-50",
    ]
    assert written(module) == [
        (4, "os.path", (), ("osp",)),
        (4, "json", (), ("json",)),
        (5, "shop.tax.rates", (), ("shop",)),
        (6, ".", ("discounts", "errors"), ("d", "errors")),
        (7, "..models.item", ("Item", "Price"), ("Item", "P")),
        (8, "shop.helpers", ("*",), ()),
        (9, "importlib", ("import_module",), ("import_module",)),
        (12, "typing", ("TYPE_CHECKING",), ("TYPE_CHECKING",)),
        (14, "shop.types", ("Money",), ("Money",)),
        (41, "shop.lazy", (), ("shop",)),
        (48, "shop.plugin", (), ()),
        (48, ".near", (), ()),
    ]


def test_uses_are_the_names_in_the_text_of_a_definition() -> None:
    module = parsed("python", "cart.py")
    cart = next(each for each in module.definitions if each.name == "Cart")
    inner = next(each for each in module.definitions if each.name == "inner")
    assert {"decorated", "dataclass", "Money", "rates", "VAT", "self", "items"} <= cart.uses
    assert inner.uses == {"inner", "x", "shop", "lazy", "price", "rates", "VAT"}
    assert module.uses_in(42, 42) == {"x", "price", "rates", "VAT"}
    assert module.uses_in(1, 10**9) >= cart.uses


def test_around_finds_the_innermost() -> None:
    module = parsed("python", "cart.py")
    assert getattr(module.around(42), "qualified", "") == "Cart.total.inner"
    assert getattr(module.around(43, "function"), "qualified", "") == "Cart.total"
    assert getattr(module.around(36), "qualified", "") == "Cart"
    assert module.around(11) is None


@pytest.mark.parametrize(
    "source",
    [
        "match command:\n    case {'a': [x, *rest]} if x: pass\n",
        "try:\n    pass\nexcept* (A, B) as group:\n    pass\n",
        "with (open('a') as a, open('b') as b):\n    pass\n",
        "def f(a, /, b, *, c: int = 1, **kw) -> list[int]: ...\n",
        "x = f'{a!r:>{width}} {\"nested\"} {b=}'\n",
        "type Alias[T: int, *Ts, **P] = dict[T, int]\n",
        "async def f():\n    return [x async for x in y if await x]\n",
        "if (n := len(a)) > 10: print(n)\n",
        "print >>sys.stderr, 'two'\n",
        "lambda *a, **k: (yield)\n",
    ],
)
def test_valid_syntax_has_no_faults(source: str) -> None:
    assert PYTHON.parse(source.encode(), "a.py").faults == ()


@pytest.mark.parametrize(
    ("source", "line"),
    [("x = 1\ndef f(:\n    pass\n", 2), ("x = (1,\n", 1), ("a\n\nclass\n", 3), ("\n\nreturn = 3\n", 3)],
)
def test_broken_syntax_is_told_with_its_line(source: str, line: int) -> None:
    faults = PYTHON.parse(source.encode(), "a.py").faults
    assert faults
    assert faults[0].line == line
    assert faults[0].message.startswith(("unexpected", "missing"))


def test_what_stands_before_a_fault_is_still_read() -> None:
    module = PYTHON.parse(b"def good():\n    return 1\n\ndef bad(:\n    pass\n", "a.py")
    assert "good" in [each.name for each in module.definitions]


MONOREPO = """
    setup.py
    services/cart/app/__init__.py services/cart/app/main.py services/cart/app/db.py services/cart/common/util.py
    services/mail/app/__init__.py services/mail/app/main.py services/mail/app/db.py services/mail/common/util.py
    libs/shop/src/shop/__init__.py libs/shop/src/shop/tax/__init__.py libs/shop/src/shop/tax/rates.py
    libs/shop/src/shop/json.py libs/shop/src/shop/redis.py libs/shop/src/shop/tax/redis.py
    tools/run.py tools/helper.py tools/logging.py libs/shop/tests/test_tax.py stubs/typed.pyi
    flat/__init__.py flat/app.py flat/models.py space/inner/deep.py
"""


@pytest.mark.parametrize(
    ("target", "names", "path", "expected"),
    [
        ("app.db", (), "services/cart/app/main.py", ("services/cart/app/db.py",)),
        ("app.db", (), "services/mail/app/main.py", ("services/mail/app/db.py",)),
        ("app", ("db",), "services/mail/app/main.py", ("services/mail/app/db.py",)),
        (
            "app",
            ("db", "VERSION"),
            "services/mail/app/main.py",
            ("services/mail/app/db.py", "services/mail/app/__init__.py"),
        ),
        ("common.util", ("x",), "services/cart/app/main.py", ("services/cart/common/util.py",)),
        ("shop.tax.rates", (), "services/cart/app/main.py", ("libs/shop/src/shop/tax/rates.py",)),
        ("shop.tax", ("rates",), "libs/shop/tests/test_tax.py", ("libs/shop/src/shop/tax/rates.py",)),
        ("shop", (), "tools/run.py", ("libs/shop/src/shop/__init__.py",)),
        ("helper", (), "tools/run.py", ("tools/helper.py",)),
        (".rates", ("VAT",), "libs/shop/src/shop/tax/__init__.py", ("libs/shop/src/shop/tax/rates.py",)),
        (
            ".",
            ("rates", "x"),
            "libs/shop/src/shop/tax/redis.py",
            ("libs/shop/src/shop/tax/rates.py", "libs/shop/src/shop/tax/__init__.py"),
        ),
        ("..json", (), "libs/shop/src/shop/tax/rates.py", ("libs/shop/src/shop/json.py",)),
        ("..", ("tax",), "libs/shop/src/shop/tax/rates.py", ("libs/shop/src/shop/tax/__init__.py",)),
        ("typed", ("*",), "tools/run.py", ("stubs/typed.pyi",)),
        ("models", (), "flat/app.py", ("flat/models.py",)),
        ("inner.deep", (), "tools/run.py", ("space/inner/deep.py",)),
        ("logging", (), "tools/run.py", ("tools/logging.py",)),
        # Not ours: the standard library, an installed package that shares its name with a module inside a package.
        ("json", (), "services/cart/app/main.py", ()),
        ("logging", (), "services/cart/app/main.py", ()),
        ("redis", (), "libs/shop/src/shop/tax/rates.py", ()),
        ("redis", (), "services/cart/app/main.py", ()),
        ("....above", (), "tools/run.py", ()),
        ("...", ("x",), "tools/run.py", ()),
        ("", (), "tools/run.py", ()),
        ("run", (), "tools/run.py", ()),
    ],
)
def test_imports_lead_to_tracked_files(
    target: str, names: tuple[str, ...], path: str, expected: tuple[str, ...]
) -> None:
    assert lead("python", target, path, MONOREPO, *names) == expected


def test_a_name_that_many_files_have_leads_nowhere() -> None:
    files = " ".join(f"app{n}/util.py" for n in range(30))
    assert lead("python", "util", "main.py", files) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/test_cart.py", True), ("shop/cart_test.py", True), ("conftest.py", True), ("tests/data/x.py", True),
        ("shop/tests.py", True), ("shop/contest.py", False), ("shop/latest.py", False), ("testimony/a.py", False),
        ("celery/contrib/testing/app.py", False), ("testing/a.py", True),
    ],
)  # fmt: skip
def test_tests_are_told_by_their_path(path: str, expected: bool) -> None:
    assert PYTHON.is_test(path) is expected


def test_an_import_of_nothing_is_none() -> None:
    assert source_reader("python").parse(b"import;", "a.py").imports == ()
