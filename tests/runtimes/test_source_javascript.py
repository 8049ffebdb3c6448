"""JavaScript and TypeScript source: definitions, imports, and where they lead."""

import pytest

from healer.runtimes import source_reader
from tests.runtimes.source_cases import lead, outline, parsed, written

JAVASCRIPT = source_reader("javascript")


def test_a_javascript_file_of_everything() -> None:
    module = parsed("javascript", "modules.js")
    assert not module.faults
    assert outline(module) == [
        "function foo 8-10",
        "function arrow 11-16",
        "class Cart 17-22",
        "function Cart.handler 19-19",
        "function Cart.total 20-20",
        "function Cart.make 21-21",
        "function Foo.bar 23-23",
        "function baz 24-24",
        "function qux 25-25",
        "value module.exports 26-26",
        "function module.exports.m 26-26",
        "function module.exports.n 26-26",
        "function print 27-29",
        "function /cart 30-32",
        "function def_optimize 33-35",
        "function memo 36-38",
        "class default 39-39",
        "value CONST 40-40",
        "value OTHER 40-40",
        "function OTHER.k 40-40",
        "function inner 44-44",
        "function items.forEach 45-47",
        "function items.forEach 49-51",
        "function wrapped 52-54",
        "function default 55-55",
        "value picked 56-56",
    ]
    assert written(module) == [
        (2, "./x", ("a", "b"), ("a", "c")),
        (3, "./y", (), ("y",)),
        (4, "./d", ("default", "e"), ("D", "f")),
        (5, "ns", (), ("ns",)),
        (6, "./g.js", ("g",), ()),
        (7, "./h", ("*",), ()),
        (31, "./lazy", (), ()),
        (56, "./picked", ("member",), ("picked",)),
        (57, "./later", ("one", "two"), ("one", "deux")),
    ]


def test_a_typescript_file_of_everything() -> None:
    module = parsed("javascript", "service.ts")
    assert not module.faults
    assert outline(module) == [
        "class Svc 3-10",
        "function Svc.x 6-6",
        "function Svc.constructor 7-7",
        "function Svc.find 8-9",
        "type I 11-11",
        "type E 13-13",
        "class Z 14-14",
        "class NS 15-15",
        "function NS.inner 15-15",
        "function z 16-16",
        "function g 17-17",
        "function sel 18-20",
        "value default 21-21",
        "function default.data 21-21",
        "function default.go 21-21",
        "function over 22-22",
        "function over 23-23",
    ]
    assert written(module) == [
        (1, "./a", ("A",), ("A",)),
        (2, "fs", (), ("fs",)),
    ]


def test_the_scripts_of_a_page_keep_their_lines() -> None:
    module = parsed("javascript", "page.vue")
    assert not module.faults
    assert outline(module) == [
        "function go 4-6",
        "function late 10-10",
    ]
    assert written(module) == [
        (3, "@/cart", ("default",), ("Cart",)),
    ]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("a.js", "a?.b?.[c] ?? d; x ??= 1; class A { static { f() } #p; static #q = 1; get x() {} }"),
        (
            "a.mjs",
            "import x, * as y from 'z' with { a: 'b' }; import(`./a`); export * as n from 'm'",
        ),
        ("a.jsx", "const a = <A {...p} b={<C/>}>text {x ? <></> : null}</A>;"),
        ("a.tsx", "const f = <T,>(x: T) => <A<T> b={x!} />; function g(this: Foo, ...r: string[]): asserts r is X {}"),
        ("a.ts", "type A<T> = T extends infer U ? U : never; let x = <any>y; enum E { A = 1 << 2 } export = x;"),
        (
            "a.ts",
            "abstract class A<const T> { declare x: string; accessor y = 1; constructor(private z?: X) { super() } }",
        ),
        ("a.js", "#!/usr/bin/env node\nlabel: for (const [a, { b = 1 }] of c) continue label\n"),
        ("a.js", "// @flow\ntype A = { a: string };\nfunction f(x: number): Promise<string> { return ''; }\n"),
    ],
)
def test_valid_syntax_has_no_faults(path: str, source: str) -> None:
    assert JAVASCRIPT.parse(source.encode(), path).faults == ()


@pytest.mark.parametrize("path", ["a.js", "a.ts", "a.tsx"])
def test_broken_syntax_is_told_with_its_line(path: str) -> None:
    faults = JAVASCRIPT.parse(b"const a = 1;\nfunction f( {\n  return 1;\n}\n", path).faults
    assert [fault.line for fault in faults][:1] == [2]


REPO = """
    package.json src/index.ts src/cart.ts src/cart/tax.tsx src/cart/index.js src/both.js src/both.ts src/data.json
    src/utils/format.js src/components/Button.vue src/old.jsx lib/rules/a/index.cjs lib/rules/a/index.mjs
    packages/core/package.json packages/core/src/index.ts packages/core/src/deep/x.ts packages/ui/package.json
    packages/ui/index.js packages/ui/src/app.js packages/ui/src/theme.js packages/plain/package.json
    packages/plain/plain.js app/routes/home.ts examples/react/package.json examples/react/index.js tool/package.json
    tool/lib/tool.js tool/bin/run.js
"""


@pytest.mark.parametrize(
    ("target", "path", "expected"),
    [
        ("./cart", "src/index.ts", "src/cart.ts"),
        ("./cart/", "src/data.json", "src/cart.ts"),
        ("./cart/tax", "src/index.ts", "src/cart/tax.tsx"),
        ("./cart.js", "src/index.ts", "src/cart.ts"),
        ("./old.js", "src/index.ts", "src/old.jsx"),
        ("../cart/tax.jsx", "src/utils/format.js", "src/cart/tax.tsx"),
        ("./both", "src/index.ts", "src/both.ts"),
        ("./both", "src/old.jsx", "src/both.js"),
        ("./both.js", "src/index.ts", "src/both.js"),
        ("./data.json", "src/index.ts", "src/data.json"),
        ("./components/Button", "src/index.ts", "src/components/Button.vue"),
        ("./components/Button.vue?raw", "src/index.ts", "src/components/Button.vue"),
        ("../dist/utils/format", "app/x.js", "src/utils/format.js"),
        ("./a/index.mjs", "lib/rules/x.mjs", "lib/rules/a/index.mjs"),
        ("@/cart", "app/routes/home.ts", "src/cart.ts"),
        ("@/theme", "packages/ui/src/app.js", "packages/ui/src/theme.js"),
        ("~/routes/home", "src/index.ts", "app/routes/home.ts"),
        ("utils/format", "src/cart/tax.tsx", "src/utils/format.js"),
        ("@acme/core", "src/index.ts", None),
        ("core", "src/index.ts", "packages/core/src/index.ts"),
        ("core/deep/x", "src/index.ts", "packages/core/src/deep/x.ts"),
        ("ui", "packages/core/src/index.ts", "packages/ui/index.js"),
        ("plain", "src/index.ts", "packages/plain/plain.js"),
        ("..", "tool/bin/run.js", "tool/lib/tool.js"),
        # Not ours.
        ("react", "src/index.ts", None),
        ("fs", "src/index.ts", None),
        ("node:path", "src/index.ts", None),
        ("lodash/get", "src/index.ts", None),
        ("../../../etc/passwd", "src/index.ts", None),
        ("./index", "src/index.ts", None),
        ("", "src/index.ts", None),
        (".", "src/index.ts", None),
        ("https://deno.land/x.ts", "src/index.ts", None),
    ],
)
def test_imports_lead_to_tracked_files(target: str, path: str, expected: str | None) -> None:
    assert lead("javascript", target, path, REPO) == ((expected,) if expected else ())


def test_a_scoped_package_is_found_by_its_folder() -> None:
    files = "packages/@acme/core/package.json packages/@acme/core/index.js app/main.js"
    assert lead("javascript", "@acme/core", "app/main.js", files) == ("packages/@acme/core/index.js",)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/cart.test.ts", True), ("src/cart.spec.jsx", True), ("test/cart.js", True),
        ("src/__tests__/cart.js", True),
        ("test.js", True), ("test-cart.mjs", True), ("cart_test.cjs", True), ("jest.setup.js", True),
        ("src/latest.js", False), ("src/contest/a.js", False), ("src/inspect.js", False), ("src/cart.js", False),
    ],
)  # fmt: skip
def test_tests_are_told_by_their_path(path: str, expected: bool) -> None:
    assert JAVASCRIPT.is_test(path) is expected
