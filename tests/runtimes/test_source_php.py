r"""PHP source: definitions, imports, and where they lead."""

import pytest

from healer.runtimes import source_reader
from tests.runtimes.source_cases import lead, outline, parsed, written

PHP = source_reader("php")


def test_a_file_of_everything() -> None:
    module = parsed("php", "cart.php")
    assert not module.faults
    assert outline(module) == [
        "value Shop\\Cart\\MAX 10-10",
        "value FOO 11-11",
        "class Shop\\Cart\\Cart 12-29",
        "function Shop\\Cart\\Cart.__construct 19-19",
        "function Shop\\Cart\\Cart.total 20-28",
        "type Shop\\Cart\\I 30-30",
        "function Shop\\Cart\\I.a 30-30",
        "class Shop\\Cart\\Loggable 31-31",
        "function Shop\\Cart\\Loggable.log 31-31",
        "class Shop\\Cart\\Suit 32-32",
        "function Shop\\Cart\\Suit.z 32-32",
        "function Shop\\Cart\\free 33-33",
        "function /x 34-36",
        "function h 37-39",
    ]
    assert written(module) == [
        (4, "Shop\\Model\\Item", (), ("Item",)),
        (4, "Shop\\Model\\Tax", (), ("T",)),
        (5, "Shop\\helper", (), ("helper",)),
        (6, "Psr\\Log\\LoggerInterface", (), ("LoggerInterface",)),
        (7, "./inc/x.php", (), ()),
        (8, "y.php", (), ()),
        (9, "../../vendor/autoload.php", (), ()),
        (13, "Shop\\Cart\\Attr", (), ("Attr",)),
        (14, "Shop\\Cart\\Base", (), ("Base",)),
        (14, "Countable", (), ("Countable",)),
        (16, "Shop\\Cart\\Loggable", (), ("Loggable",)),
        (21, "Shop\\Cart\\Money", (), ("Money",)),
        (26, "Shop\\Cart\\NotFound", (), ("NotFound",)),
        (27, "DateTime", (), ("DateTime",)),
        (27, "Shop\\Cart\\Thing", (), ("Thing",)),
        (33, "LogicException", (), ("LogicException",)),
    ]


def test_several_namespaces_and_markup_around_them() -> None:
    module = parsed("php", "old.php")
    assert not module.faults
    assert outline(module) == [
        "class A\\One 3-3",
        "function A\\One.f 3-3",
        "class B\\Two 4-4",
    ]
    assert written(module) == [
        (3, "B\\Two", (), ("Two",)),
        (4, "A\\One", (), ("First",)),
        (4, "A\\One\\Inner", (), ("Inner",)),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "$x = match(true) { $a, $b => fn(int|null $x): static => $x?->y ?? throw new E, default => 1 };",
        "readonly class A { public function __construct(public private(set) string $x = new B(...)) {} }",
        "enum S: string implements I { case A = 'a'; const B = self::A; }",
        "function f(A&B $x, (A&B)|null $y, ...$z): never { goto a; a: exit; }",
        "echo <<<EOT\n  {$x->y['z']} ${v}\n  EOT . <<<'N'\nraw\nN;",
        "#[A(1), B] abstract class C { abstract protected static function f(): ?self; const int X = 1; }",
        "class P { public string $n { get => $this->n; set { $this->n = $value; } } }",
    ],
)
def test_valid_syntax_has_no_faults(source: str) -> None:
    assert PHP.parse(b"<?php\n" + source.encode(), "a.php").faults == ()


def test_broken_syntax_is_told_with_its_line() -> None:
    faults = PHP.parse(b"<?php\nfunction f() {\n  $x = (1;\n}\n", "a.php").faults
    assert [fault.line for fault in faults] == [3]


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("require 'a.php';", "a.php"),
        ("require_once(__DIR__ . '/a.php');", "./a.php"),
        ("include dirname(__FILE__) . '/a.php';", "./a.php"),
        ("include dirname(__DIR__) . '/a.php';", "../a.php"),
        ("require dirname(dirname(__DIR__)).'/a/b.php';", "../../a/b.php"),
        ("require dirname(__DIR__, 3) . '/a.php';", "../../../a.php"),
        ("require $base . '/a.php';", None),
        ('require "$base/a.php";', None),
        ("require __DIR__ . '/' . $x . '.php';", None),
        ("require dirname(__DIR__, 99999999999999999999) . '/a.php';", "../a.php"),
    ],
)
def test_includes_with_a_known_path(source: str, target: str | None) -> None:
    module = PHP.parse(b"<?php\n" + source.encode(), "x.php")
    assert [each.target for each in module.imports] == ([target] if target else [])


REPO = """
    src/Cart.php src/Model/Item.php src/Tokenizers/PHP.php app/Models/User.php app/Http/Controllers/UserController.php
    tests/CartTest.php inc/helpers.php bootstrap.php lib/Shop/Legacy/Thing.php src/Exception.php pkg/a/src/Twin.php
    pkg/b/src/Twin.php src/Constraint/Equality/IsEqual.php docs/deep/Lone.php
"""


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        (r"Shop\Model\Item", "src/Cart.php", "src/Model/Item.php"),
        (r"Shop\Cart", "tests/CartTest.php", "src/Cart.php"),
        (r"App\Models\User", "app/Http/Controllers/UserController.php", "app/Models/User.php"),
        (r"PHP_CodeSniffer\Tokenizers\PHP", "src/Cart.php", "src/Tokenizers/PHP.php"),
        ("Shop_Legacy_Thing", "bootstrap.php", "lib/Shop/Legacy/Thing.php"),
        (r"Pkg\Twin", "pkg/b/src/Other.php", "pkg/b/src/Twin.php"),
        (r"Shop\Constraint\IsEqual", "src/Cart.php", "src/Constraint/Equality/IsEqual.php"),
        (r"Shop\Exception", "src/Cart.php", "src/Exception.php"),
        ("./helpers.php", "inc/other.php", "inc/helpers.php"),
        ("../bootstrap.php", "tests/CartTest.php", "bootstrap.php"),
        ("inc/helpers.php", "src/Cart.php", "inc/helpers.php"),
        ("helpers.php", "inc/other.php", "inc/helpers.php"),
        ("Exception", "src/Cart.php", None),
        (r"Psr\Log\LoggerInterface", "src/Cart.php", None),
        (r"Vendor\Other\Lone", "src/Cart.php", None),
        ("../../../x.php", "src/Cart.php", None),
        ("", "src/Cart.php", None),
        ("\\", "src/Cart.php", None),
    ],
)
def test_imports_lead_to_tracked_files(target: str, path: str, expected: str | None) -> None:
    assert lead("php", target, path, REPO) == ((expected,) if expected else ())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tests/CartTest.php", True), ("src/CartTest.php", True), ("tests/bootstrap.php", True), ("Tests/x.php", True),
        ("src/Latest.php", False), ("src/Contest/A.php", False), ("src/Cart.php", False),
    ],
)  # fmt: skip
def test_tests_are_told_by_their_path(path: str, expected: bool) -> None:
    assert PHP.is_test(path) is expected
