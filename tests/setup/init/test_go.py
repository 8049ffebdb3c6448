"""Lines put into Go files of every shape: nothing else changes, gofmt is content, and all of it comes out again."""
# ruff: noqa: E501 - tables of source texts are read by line

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected
from healer.setup.choices import Choices
from healer.setup.code import propose_code
from healer.setup.code.go_lines import literal, start_lines
from healer.setup.dependency.go_mod import add
from healer.setup.value import Entry, Service
from tests.setup.init.held import CHOICES, Held, comes_out, only, only_adds

if TYPE_CHECKING:
    from healer.setup.plan import Part, Paste

MODULE = b"module shop\n\ngo 1.22\n\nrequire github.com/splat-heal/splat/sdk/go v0.1.0\n"
INIT = '\tsplat.Init(splat.Options{Repo: "acme/shop"})\n\tdefer splat.Close()\n'
SDK = 'splat "github.com/splat-heal/splat/sdk/go"'
MAKERS = {"gin": "gin.New()", "echo": "echo.New()", "chi": "chi.NewRouter()"}


def service(*entries: Entry, framework: str = "go") -> Service:
    return Service("", "go", "shop", (framework,), "go", "go.mod", "", None, entries)


def main(path: str = "main.go", certainty: str = "sure") -> Entry:
    return Entry(path, "go", "main", certainty, "`func main`", 1, 1, "main")  # type: ignore[arg-type]


def router(text: str, framework: str = "gin", name: str = "r") -> Entry:
    line = next(n for n, each in enumerate(text.splitlines(), 1) if MAKERS[framework] in each)
    return Entry("main.go", framework, "app", "sure", "", line, line, name, "main")


def inject(text: str | bytes, *entries: Entry, framework: str = "go", choices: Choices = CHOICES) -> Part:
    data = text.encode() if isinstance(text, str) else text
    held = Held({"main.go": data, "go.mod": MODULE})
    return propose_code(service(*entries, framework=framework), held, choices, named=False)


def after(text: str | bytes, *entries: Entry, framework: str = "go") -> str:
    """The file with the lines in it, which are whole lines that were added, and nothing else."""
    part = inject(text, *(entries or (main(),)), framework=framework)
    change = only(part)
    only_adds(change)
    comes_out(change)
    return (change.after or b"").decode()


def paste(text: str, *entries: Entry) -> Paste:
    part = inject(text, *(entries or (main(),)))
    assert not part.changes
    (found,) = part.pastes
    return found


def formatted(text: str) -> str:
    done = subprocess.run(["gofmt"], input=text, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 0, f"{done.stderr}\n{text}"
    return done.stdout


# --- imports


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("", f"import {SDK}\n"),
        ('import "fmt"\n', f'import "fmt"\nimport {SDK}\n'),
        ('import (\n\t"fmt"\n\t"os"\n)\n', f'import (\n\t"fmt"\n\t"os"\n\n\t{SDK}\n)\n'),
        (
            'import (\n\t"fmt"\n\n\t"github.com/a/b"\n\t"golang.org/x/text"\n)\n',
            f'import (\n\t"fmt"\n\n\t"github.com/a/b"\n\t{SDK}\n\t"golang.org/x/text"\n)\n',
        ),
        (
            'import (\n\t"github.com/a/b"\n\t// about it\n\t"golang.org/x/text"\n)\n',
            f'import (\n\t"github.com/a/b"\n\t{SDK}\n\t// about it\n\t"golang.org/x/text"\n)\n',
        ),
        (
            'import (\n\t"fmt"              // a\n\t"github.com/a/bcde" // b\n)\n',
            f'import (\n\t"fmt"              // a\n\t"github.com/a/bcde" // b\n\n\t{SDK}\n)\n',
        ),
        (
            'import "C"\nimport (\n\t_ "embed"\n)\n',
            f'import "C"\nimport (\n\t_ "embed"\n\n\t{SDK}\n)\n',
        ),
        ('import ("fmt"; "os")\n', f'import ("fmt"; "os")\nimport {SDK}\n'),
    ],
)
def test_the_import_stands_where_goimports_would_have_it(imports: str, expected: str) -> None:
    uses = "\tprintln(1)\n"
    text = "package main\n\n" + (imports + "\n" if imports else "") + "func main() {\n" + uses + "}\n"
    assert after(text) == f"package main\n\n{expected}\nfunc main() {{\n{INIT}\n{uses}}}\n"


# --- main


def program(body: str, head: str = "") -> str:
    return f'package main\n\nimport "fmt"\n\n{head}func main() {{\n{body}}}\n'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", INIT),
        ("\tfmt.Println()\n", f"{INIT}\n\tfmt.Println()\n"),
        ("\t// first\n\tfmt.Println()\n", f"{INIT}\n\t// first\n\tfmt.Println()\n"),
        ("\tgodotenv.Load()\n\tfmt.Println()\n", f"\tgodotenv.Load()\n\n{INIT}\n\tfmt.Println()\n"),
        (
            "\terr := godotenv.Load()\n\tif err != nil {\n\t\tpanic(err)\n\t}\n\tfmt.Println()\n",
            f"\terr := godotenv.Load()\n\tif err != nil {{\n\t\tpanic(err)\n\t}}\n\n{INIT}\n\tfmt.Println()\n",
        ),
        (
            "\tif err := godotenv.Load(); err != nil {\n\t\tpanic(err)\n\t}\n",
            f"\tif err := godotenv.Load(); err != nil {{\n\t\tpanic(err)\n\t}}\n\n{INIT}",
        ),
    ],
)
def test_it_begins_first_thing_in_main(body: str, expected: str) -> None:
    made = after(program(body))
    assert made == program(expected).replace('import "fmt"\n', f'import "fmt"\nimport {SDK}\n')
    assert formatted(made) == made


@pytest.mark.parametrize(
    "text",
    [
        "package main\n\nfunc main() { println(1) }\n",
        "package main\n\nfunc main() {}\n",
        "package main\n\nfunc main() { println(1)\n}\n",
        "package main\n\nfunc other() {\n}\n",
        "package main\n\nfunc main() {\n\tx := \n}\n",
        "package main\n\nvar splat = 1\n\nfunc main() {\n}\n",
    ],
)
def test_where_lines_cannot_be_added_they_are_shown(text: str) -> None:
    found = paste(text)
    assert 'splat.Init(splat.Options{Repo: "acme/shop"})' in found.lines
    assert found.path == "main.go"


def test_once_is_enough() -> None:
    made = after(program("\tfmt.Println()\n"))
    part = inject(made, main())
    assert not part.changes
    assert not part.pastes
    assert [word.code for word in part.words] == ["has-splat"]


def test_other_ends_of_lines_and_marks_stay() -> None:
    text = ("\ufeff" + program("\tfmt.Println()\n")).replace("\n", "\r\n")
    made = after(text)
    assert made.startswith("\ufeff")
    assert "\n" not in made.replace("\r\n", "")
    assert "\tdefer splat.Close()\r\n" in made


def test_a_likely_program_is_shown_until_somebody_says_that_it_is_one() -> None:
    text = program("\tfmt.Println()\n")
    shown = paste(text, main(certainty="likely"))
    assert "splat init --entry main.go" in shown.why
    told = Choices("acme/shop", entries=frozenset({"main.go"}))
    assert inject(text, main(certainty="likely"), choices=told).changes


# --- routers and servers


@pytest.mark.parametrize(
    ("framework", "use"), [("gin", "splat.Gin"), ("echo", "splat.Echo"), ("chi", "splat.Middleware")]
)
def test_the_line_stands_behind_the_router_and_what_recovers(framework: str, use: str) -> None:
    bare = program(f"\tr := {MAKERS[framework]}\n\tfmt.Println(r)\n")
    assert f"\tr := {MAKERS[framework]}\n\tr.Use({use})\n\tfmt" in after(bare, main(), router(bare, framework))
    recovers = program(
        f"\tr := {MAKERS[framework]}\n\tr.Use(a)\n\tr.Use(b.Recovery(), c)\n\tr.Use(d)\n\tfmt.Println(r)\n"
    )
    made = after(recovers, main(), router(recovers, framework))
    assert f"\tr.Use(b.Recovery(), c)\n\tr.Use({use})\n\tr.Use(d)\n" in made
    assert formatted(made) == made


@pytest.mark.parametrize(
    "line",
    [
        "\tif r := gin.New(); r != nil {\n\t}\n",
        "\tserve(gin.New())\n",
        "\tr := gin.New(); r.Run()\n",
        "\t_ = gin.New()\n",
    ],
)
def test_a_router_without_a_place_behind_it_is_shown(line: str) -> None:
    text = program(line)
    found = paste(text, main(), router(text, name="_" if "_ =" in line else "r"))
    assert any("Use(splat.Gin)" in each for each in found.lines)


def test_a_router_outside_of_functions_is_shown() -> None:
    text = program("\tr.Run()\n", head="var r = gin.New()\n\n")
    assert "r.Use(splat.Gin)" in paste(text, main(), router(text)).lines


def test_a_field_is_a_name_too() -> None:
    text = program("\ts.web = gin.New()\n\tfmt.Println(s)\n")
    assert "\ts.web = gin.New()\n\ts.web.Use(splat.Gin)\n" in after(text, main(), router(text, name="s.web"))


def test_a_server_gets_its_handler_around() -> None:
    text = program('\tsrv := &http.Server{\n\t\tAddr: ":1",\n\t}\n\tfmt.Println(srv.ListenAndServe())\n')
    assert "\t}\n\tsrv.Handler = splat.Handler(srv.Handler)\n" in after(text, main(), framework="net/http")
    two = text.replace("\tfmt.Println(srv", '\tb := http.Server{Addr: ":2"}\n\tfmt.Println(b, srv')
    assert "splat.Handler" not in after(two, main(), framework="net/http")
    assert "splat.Handler" not in after(text, main(), framework="gin")


@pytest.mark.parametrize("made", ["gin.New().Handler()", "gin.New().Group(`/x`).BasePath()"])
def test_what_a_method_of_a_router_gives_is_shown(made: str) -> None:
    text = program(f"\tr := {made}\n\tfmt.Println(r)\n")
    assert "r.Use(splat.Gin)" in paste(text, main(), router(text)).lines


def test_a_router_may_be_declared_with_var() -> None:
    for made in ("\tvar r = gin.New()\n", "\tvar r *gin.Engine = gin.New()\n"):
        text = program(made + "\tfmt.Println(r)\n")
        assert made + "\tr.Use(splat.Gin)\n" in after(text, main(), router(text))


def test_what_loads_the_environment_later_is_not_waited_for() -> None:
    text = program("\trun(func() {\n\t\tgodotenv.Load()\n\t})\n")
    assert after(text).index("splat.Init(") < after(text).index("run(func")


def test_generated_programs_are_shown() -> None:
    text = "// Code generated by wire. DO NOT EDIT.\n\n" + program("\tfmt.Println()\n")
    assert "generated" in paste(text).why


def test_a_name_that_the_package_has_already_is_not_imported() -> None:
    files = {"main.go": program("").encode(), "other.go": b"package main\n\nfunc splat() {}\n", "go.mod": b"go 1.22\n"}
    part = propose_code(service(main()), Held(files), CHOICES, named=False)
    assert "name `splat`" in {each.path: each.why for each in part.pastes}["main.go"]
    assert {each.path: each.lines for each in part.pastes}["go.mod"] == ("go get github.com/splat-heal/splat/sdk/go",)
    assert not part.changes


# --- go.mod


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module a\n\ngo 1.22\n", "module a\n\ngo 1.22\n\nrequire github.com/splat-heal/splat/sdk/go v0.1.0\n"),
        ("module a\n\ngo 1.22", "module a\n\ngo 1.22\n\nrequire github.com/splat-heal/splat/sdk/go v0.1.0\n"),
        (
            "go 1.22\nrequire a.b/c v1.0.0 // why\nreplace a.b/c => ../c\n",
            "go 1.22\nrequire a.b/c v1.0.0 // why\nrequire github.com/splat-heal/splat/sdk/go v0.1.0\nreplace a.b/c => ../c\n",
        ),
        (
            "go 1.22\n\nrequire (\n\ta.b/c v1.0.0\n\tz.y/x v1.0.0 // indirect\n)\n\nrequire (\n\tb.c/d v1.0.0\n)\n",
            "go 1.22\n\nrequire (\n\ta.b/c v1.0.0\n\tgithub.com/splat-heal/splat/sdk/go v0.1.0\n\tz.y/x v1.0.0 // indirect\n)\n\n"
            "require (\n\tb.c/d v1.0.0\n)\n",
        ),
        (
            "go 1.22\r\nrequire (\r\n\ta.b/c v1.0.0\r\n)\r\n",
            "go 1.22\r\nrequire (\r\n\ta.b/c v1.0.0\r\n\tgithub.com/splat-heal/splat/sdk/go v0.1.0\r\n)\r\n",
        ),
    ],
)
def test_what_a_module_requires(text: str, expected: str) -> None:
    made = add(text.encode(), "github.com/splat-heal/splat/sdk/go")
    assert isinstance(made, bytes)
    assert made.decode() == expected


@pytest.mark.parametrize("text", ["module a\n", "module a\n\ngo 1.20\n", "go 1.22\nrequire (\n\ta.b/c v1\n"])
def test_a_module_that_cannot_have_it_is_told_why(text: str) -> None:
    assert isinstance(add(text.encode(), "github.com/splat-heal/splat/sdk/go"), Rejected)
    held = Held({"main.go": program("").encode(), "go.mod": text.encode()})
    part = propose_code(service(main()), held, CHOICES, named=False)
    assert not part.changes
    assert [each.path for each in part.pastes] == ["go.mod", "main.go"]


def test_vendored_modules_are_told_of() -> None:
    held = Held({"main.go": program("").encode(), "go.mod": b"module a\n\ngo 1.22\n", "vendor/modules.txt": b""})
    (word,) = propose_code(service(main()), held, CHOICES, named=False).words
    assert "`go mod tidy && go mod vendor`" in word.next_step
    assert word.where == "go.sum"


# --- of any shape


def test_options_are_go() -> None:
    long = Choices("acme/shop", api_url="https://git.example.org/api/v3", labels=("fix-it", "later"))
    lines = start_lines(service(), long, named=True)
    body = "".join(f"\t{line}\n" for line in lines)
    text = program(body)
    assert formatted(text) == text
    assert len(lines) > 2


@given(st.text(max_size=40))
@settings(max_examples=100)
def test_a_literal_is_what_go_reads_back(text: str) -> None:
    made = literal(text.encode("utf-8", "replace").decode())
    assert made.isascii()
    assert "\n" not in made


PIECES = {
    "head": [
        "",
        "// A licence.\n\n",
        "//go:build linux\n\n",
        "/* A\n   block */\n\n",
        "// Package main does it — ö.\n",
    ],
    "imports": [
        "",
        'import "fmt"\n\n',
        'import (\n\t"fmt"\n)\n\n',
        'import (\n\t"fmt"\n\n\t"example.org/z"\n)\n\n',
        'import (\n\t"github.com/a/b"\n\n\t// own\n\t"shop/internal/x"\n)\n\n',
        'import (\n\tf "fmt"\n\t_ "net/http/pprof"\n\t. "strings"\n)\n\n',
        'import "fmt"\n\nimport (\n\t"os" // the system\n)\n\n',
    ],
    "before": [
        "",
        "const x = 1\n\n",
        "// y is y.\nvar y = `\nfunc main() {\n`\n\n",
        "func helper() {\n\tr := gin.New()\n\t_ = r\n}\n\n",
    ],
    "body": [
        "",
        "\t// nothing\n",
        "\tr := gin.New()\n\tr.Run()\n",
        "\tvar r = gin.New() // the router\n\n\tr.GET(`/`, nil)\n",
        "\tdefer func() {\n\t\trecover()\n\t}()\n\n\tr := gin.New()\n\tr.Use(\n\t\tgin.Recovery(),\n\t)\n\tr.Run()\n",
        "\tfor {\n\t\tr := gin.New()\n\t\tr.Run()\n\t}\n",
    ],
    "after": ["", "\nfunc end() {}\n", "\n// the end\n"],
    "newline": ["\n", "\r\n"],
}


@given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in PIECES.items()}))
@settings(max_examples=80, deadline=None)
def test_files_of_any_shape(pieces: dict[str, str]) -> None:
    text = pieces["head"] + "package main\n\n" + pieces["imports"] + pieces["before"]
    text += "func main() {\n" + pieces["body"] + "}\n" + pieces["after"]
    assert formatted(text) == text
    lines = text.splitlines()
    inside = lines.index("func main() {", text[: text.rindex("func main() {")].count("\n"))
    entries = [main()]
    places = [n for n, each in enumerate(lines, 1) if "gin.New()" in each and n > inside]
    entries += [Entry("main.go", "gin", "app", "sure", "", n, n, "r", "main") for n in places[:1]]
    made = after(text.replace("\n", pieces["newline"]), *entries).replace("\r\n", "\n")
    assert formatted(made) == made
    assert made.count("splat.Init(") == 1
    assert made.count("r.Use(splat.Gin)") == len(places[:1])
    assert json.dumps("acme/shop") in made
