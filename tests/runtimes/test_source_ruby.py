"""Ruby source: definitions, imports, and where they lead."""

import pytest

from healer.runtimes import source_reader
from healer.runtimes.ruby.imports import snake_case
from tests.runtimes.source_cases import lead, outline, parsed, written

RUBY = source_reader("ruby")


def test_a_file_of_everything() -> None:
    module = parsed("ruby", "shop.rb")
    assert not module.faults
    assert outline(module) == [
        "class Shop 5-32",
        "value Shop::MAX 7-7",
        "class Shop::Point 8-10",
        "function Shop::Point.dist 9-9",
        "class Shop::Cart 11-30",
        "function Shop::Cart.total 17-19",
        "function Shop::Cart.build 20-20",
        "function Shop::Cart.make 22-22",
        "function Shop::Cart.hidden 24-24",
        "function Shop::Cart.== 25-25",
        "function Shop::Cart.dyn 26-28",
        "function Shop::Cart.recent 29-29",
        "class Shop::Admin::User 31-31",
        "function /cart 33-35",
        "function Shop::Cart 36-40",
        "function Shop::Cart.adds 37-39",
    ]
    assert written(module) == [
        (1, "json", (), ()),
        (2, "./cart/item", (), ()),
        (3, "shop/foo", ("Foo",), ("Foo",)),
        (4, "./lib/x", (), ()),
        (4, "File", (), ("File",)),
        (8, "Struct", (), ("Struct",)),
        (13, "Base::Thing", (), ("Base",)),
        (14, "Enumerable", (), ("Enumerable",)),
        (18, "Tax::RATE", (), ("Tax",)),
        (34, "Shop::Cart", (), ("Shop",)),
    ]


@pytest.mark.parametrize(
    "source",
    [
        "case {a: [1, x]}\nin {a: [Integer => n, *]} if n > 0 then n\nend\n",
        "def f(...) = g(...)\ndef h(a, *b, c: 1, **nil, &d); end\n",
        "x = <<~A + <<-'B'\n  #{y}\nA\n  z\n  B\n",
        "%w[a b].each(&:upcase) rescue nil\nfoo&.bar ||= ->(x) { x } \n",
        "x => {name:}\nputs(<<~EOS.strip) unless a in [_, *]\n  hi\nEOS\n",
        "class << self; private attr_reader :x; end\nBEGIN { }\n__END__\nfree ( text\n",
    ],
)
def test_valid_syntax_has_no_faults(source: str) -> None:
    assert RUBY.parse(source.encode(), "a.rb").faults == ()


def test_broken_syntax_is_told() -> None:
    assert RUBY.parse(b"class A\n  def f(\n  end\nend\n", "a.rb").faults
    assert RUBY.parse(b"def f\n  x = [1,\n", "a.rb").faults


GEM = """
    lib/shop.rb lib/shop/cart.rb lib/shop/cart/item.rb lib/shop/checkout.rb lib/shop/item.rb lib/shop/tags/if.rb
    lib/shop/http_client.rb spec/spec_helper.rb spec/shop/cart_spec.rb app/models/user.rb app/models/admin/user.rb
    app/models/concerns/priced.rb app/services/cart_service.rb config/routes.rb engines/pay/lib/pay.rb lib/shop/error.rb
    lib/shop/string.rb lib/other/registry.rb extra/one/registry.rb extra/two/registry.rb extra/three/twice.rb
"""


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("shop/cart", "config/routes.rb", "lib/shop/cart.rb"),
        ("shop", "spec/spec_helper.rb", "lib/shop.rb"),
        ("spec_helper", "spec/shop/cart_spec.rb", "spec/spec_helper.rb"),
        ("pay", "config/routes.rb", "engines/pay/lib/pay.rb"),
        ("./cart/item", "lib/shop/checkout.rb", "lib/shop/cart/item.rb"),
        ("../lib/shop.rb", "spec/spec_helper.rb", "lib/shop.rb"),
        ("Shop::Cart", "config/routes.rb", "lib/shop/cart.rb"),
        ("Shop::Cart::MAX", "config/routes.rb", "lib/shop/cart.rb"),
        ("Item", "lib/shop/cart.rb", "lib/shop/cart/item.rb"),
        ("Item", "lib/shop/checkout.rb", "lib/shop/item.rb"),
        ("Cart", "lib/shop/cart/item.rb", "lib/shop/cart.rb"),
        ("HTTPClient", "lib/shop/cart.rb", "lib/shop/http_client.rb"),
        ("User", "app/services/cart_service.rb", "app/models/user.rb"),
        ("Admin::User", "config/routes.rb", "app/models/admin/user.rb"),
        ("Priced", "app/models/user.rb", "app/models/concerns/priced.rb"),
        ("Shop::If", "lib/shop.rb", "lib/shop/tags/if.rb"),
        ("If", "lib/shop/checkout.rb", "lib/shop/tags/if.rb"),
        ("String", "lib/shop/cart.rb", None),
        ("ERROR", "config/routes.rb", None),
        ("json", "lib/shop.rb", None),
        ("cart", "lib/shop.rb", None),
        ("../../../x", "lib/shop.rb", None),
        ("", "lib/shop.rb", None),
    ],
)
def test_imports_lead_to_tracked_files(target: str, path: str, expected: str | None) -> None:
    assert lead("ruby", target, path, GEM) == ((expected,) if expected else ())


def test_an_autoload_leads_to_its_path() -> None:
    assert lead("ruby", "shop/cart", "lib/shop.rb", GEM, "Cart") == ("lib/shop/cart.rb",)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Shop::HTTPCart", "shop/http_cart"), ("CartV2Item", "cart_v2_item"), ("X", "x"), ("HTML", "html")],
)
def test_constants_become_paths_as_autoloaders_have_it(name: str, expected: str) -> None:
    assert snake_case(name) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("spec/a_spec.rb", True), ("test/a.rb", True), ("app/cart_test.rb", True), ("test_cart.rb", True),
        ("spec/spec_helper.rb", True), ("lib/inspec.rb", False), ("lib/latest.rb", False), ("lib/contest/a.rb", False),
        ("lib/rack/test/session.rb", False), ("lib/x/features/y.rb", False), ("features/steps/a.rb", True),
    ],
)  # fmt: skip
def test_tests_are_told_by_their_path(path: str, expected: bool) -> None:
    assert RUBY.is_test(path) is expected
