"""Go source: definitions, imports, and where they lead."""

import pytest

from healer.runtimes import source_reader
from tests.runtimes.source_cases import lead, outline, parsed, written

GO = source_reader("go")


def test_a_file_of_everything() -> None:
    module = parsed("go", "cart.go")
    assert not module.faults
    assert outline(module) == [
        "value Max 11-12",
        "value A 15-15",
        "value B 16-16",
        "value x 19-19",
        "value y 19-19",
        "value z 21-21",
        "type Cart 24-27",
        "type I 29-29",
        "type Al 30-30",
        "function Cart.Total 33-39",
        "function Cart.No 40-40",
        "function Free 41-41",
    ]
    assert written(module) == [
        (5, "fmt", (), ("fmt",)),
        (6, "strings", (), ("str",)),
        (7, "embed", (), ()),
        (8, "example.com/shop/internal/cart", (), ("cart",)),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "type Set[T comparable, U ~int | ~string] map[T]struct{}\n",
        "func f[T any](xs ...T) (n int, err error) { for i := range 10 { _ = i }; return min(1, 2), nil }\n",
        "func f() { for x := range seq { go func() { defer close(x) }() }; select { case <-c: default: } }\n",
        "type A = B[int]\ntype I interface { ~int; M(); comparable }\n",
        'var x = [...]string{1: `raw\n`, 0x1p-2: ""}\n//go:embed a\nvar _ = 0b1_0 + 0o7i\n',
    ],
)
def test_valid_syntax_has_no_faults(source: str) -> None:
    assert GO.parse(b"package p\n" + source.encode(), "a.go").faults == ()


def test_broken_syntax_is_told_with_its_line() -> None:
    faults = GO.parse(b"package p\n\nfunc f() {\n\tx := (1\n}\n", "a.go").faults
    assert faults
    assert faults[0].line in (3, 4)


@pytest.mark.parametrize(
    ("written_as", "bound"),
    [
        ('"github.com/urfave/cli/v3"', ("cli",)),
        ('"gopkg.in/yaml.v3"', ("yaml",)),
        ('"github.com/mattn/go-isatty"', ("isatty",)),
        ('. "fmt"', ()),
        ("_ `embed`", ()),
    ],
)
def test_an_import_binds_its_package_name(written_as: str, bound: tuple[str, ...]) -> None:
    module = GO.parse(f"package p\nimport {written_as}\n".encode(), "a.go")
    assert [each.bound for each in module.imports] == [bound]


MONOREPO = """
    go.mod shop.go shop_test.go internal/cart/cart.go internal/cart/total.go internal/cart/cart_test.go http/client.go
    services/mail/go.mod services/mail/main.go services/mail/internal/cart/cart.go services/mail/send/send.go
"""


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("github.com/acme/shop/internal/cart", "shop.go", ("internal/cart/cart.go", "internal/cart/total.go")),
        ("github.com/acme/shop/v2/internal/cart", "shop.go", ("internal/cart/cart.go", "internal/cart/total.go")),
        ("example.com/x/internal/cart", "http/client.go", ("internal/cart/cart.go", "internal/cart/total.go")),
        ("shop/internal/cart", "shop.go", ("internal/cart/cart.go", "internal/cart/total.go")),
        ("example.com/mail/internal/cart", "services/mail/main.go", ("services/mail/internal/cart/cart.go",)),
        ("github.com/acme/shop/services/mail/send", "shop.go", ("services/mail/send/send.go",)),
        ("github.com/acme/shop", "http/client.go", ("shop.go",)),
        ("github.com/acme/shop/v2", "http/client.go", ("shop.go",)),
        ("net/http", "shop.go", ()),
        ("github.com/pkg/errors", "shop.go", ()),
        ("golang.org/x/http", "shop.go", ()),
        ("", "shop.go", ()),
        ("a//b", "shop.go", ()),
    ],
)
def test_imports_lead_to_the_files_of_a_package(target: str, path: str, expected: tuple[str, ...]) -> None:
    assert lead("go", target, path, MONOREPO) == expected


def test_the_files_of_a_package_see_each_other() -> None:
    files = frozenset(MONOREPO.split())
    assert GO.siblings("internal/cart/cart.go", files) == ("internal/cart/total.go",)
    assert GO.siblings("internal/cart/cart_test.go", files) == ("internal/cart/cart.go", "internal/cart/total.go")
    assert GO.siblings("shop.go", files) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a/cart_test.go", True), ("testdata/x.go", True), ("a/latest.go", False), ("a/cart.go", False)],
)
def test_tests_are_told_by_their_path(path: str, expected: bool) -> None:
    assert GO.is_test(path) is expected
