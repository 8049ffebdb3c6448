"""Lines put into JavaScript and TypeScript files of every shape: nothing else changes, and all of it comes out again."""
# ruff: noqa: E501 - tables of source texts are read by line

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.outcome import Rejected
from healer.setup.choices import Choices
from healer.setup.code import propose_code
from healer.setup.code.javascript_lines import Style, start_lines
from healer.setup.code.tree import read_tree
from healer.setup.dependency.json_file import add
from healer.setup.looks.calls import calls
from healer.setup.value import Entry, Service
from tests.setup.init.held import CHOICES, Held, comes_out, only, only_adds

if TYPE_CHECKING:
    from healer.setup.plan import Change, Part

ROOT = Path(__file__).resolve().parents[3]
MANIFEST = b'{"type": "commonjs", "dependencies": {"@splat-heal/sdk": "^0.1"}}'


def inject(data: bytes, path: str = "app.js", manifest: bytes = MANIFEST, choices: Choices = CHOICES) -> Part:
    """What `init` would do to a file whose Express apps are where tree-sitter sees them."""
    made = calls(path, data.decode("utf-8", "replace"), "express".__eq__)
    entries = tuple(Entry(path, "express", "app", "sure", "", each.line, each.end, each.name) for each in made)
    entries = entries or (Entry(path, "node", "main", "sure", "", 0, 0),)
    service = Service("", "javascript", "shop", ("express",), "npm", "package.json", "", None, entries)
    return propose_code(service, Held({path: data, "package.json": manifest}), choices, named=False)


def after(data: str, path: str = "app.js", **given: bytes) -> str:
    return (only(inject(data.encode(), path, **given)).after or b"").decode()


def added(data: str, path: str = "app.js") -> list[tuple[int, str]]:
    """Line numbers (from 1) and lines that are new."""
    old = data.splitlines()
    found = []
    for number, line in enumerate(after(data, path).splitlines(), 1):
        if old and line == old[0]:
            old.pop(0)
        else:
            found.append((number, line))
    assert not old, "lines are gone"
    return found


HEADS = [
    "",
    "#!/usr/bin/env node\n",
    "// A licence\n\n",
    "/* wörd\n * two\n */\n",
    "'use strict';\n",
    '"use strict"\n\n',
    "// why\n'use strict';\n",
    "\n\n",
]
IMPORTS = [
    "const a = require('a');\n",
    'const {\n  b, // one\n  c\n} = require("b")\n',
    "require('dotenv').config();\n",
    "// about d\nlet d = require('d'), e = 1;\n",
    "process.loadEnvFile();\n",
    "\n",
]
MAKES = [
    "const app = express();\n",
    "const app = express()  // made\n",
    "let app;\napp = express();\n",
    "function make() {\n\tconst app = express()\n\n\treturn app;\n}\n",
    "const app = (module.exports = express());\n",
    "const make = () => {\n  const app = express();\n  return app;\n};\n",
    "if (x) {\n  var app = express(); // here\n}\n",
    "class A { start() {\n    this.app = express();\n  } }\n",
]
AFTER = ["", "\napp.get('/', (q, r) => r.send(`a${1}\n b`));\n", "app.listen(3)", "// end", "module.exports = app;\n"]


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    parts = [draw(st.sampled_from(HEADS)), *draw(st.lists(st.sampled_from(IMPORTS), max_size=4))]
    parts += ["const express = require('express');\n", draw(st.sampled_from(MAKES)), draw(st.sampled_from(AFTER))]
    text = "".join(parts).replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


@settings(max_examples=150, deadline=None)
@given(sources())
def test_nothing_but_added_lines_and_all_of_it_comes_out(data: bytes) -> None:
    part = inject(data)
    if not part.changes:  # a place that is not certain
        assert part.pastes
        return
    change = only(part)
    only_adds(change)
    assert change.after
    assert b"splat.express(" in change.after
    assert not isinstance(read_tree("app.js", change.after), Rejected)
    again = inject(change.after)
    assert [word.code for word in again.words] == ["has-splat"]
    assert not again.changes
    comes_out(change)


def test_what_loads_the_environment_stays_in_front() -> None:
    text = "#!/usr/bin/env node\n'use strict'\nrequire('dotenv').config()\nconst express = require('express')\nconst app = express()\n"
    assert added(text) == [
        (4, "const splat = require('@splat-heal/sdk')"),
        (5, ""),
        (6, "splat.init({ repo: 'acme/shop' })"),
        (7, ""),
        (10, "splat.express(app)"),
    ]


def test_imports_come_first_in_a_module() -> None:
    text = '// The shop.\n\nimport "dotenv/config";\nimport express from "express";\nimport { x } from "./x.js";\n\nexport const app = express();\n'
    assert added(text, "app.mjs") == [
        (4, 'import * as splat from "@splat-heal/sdk";'),
        (8, 'splat.init({ repo: "acme/shop" });'),
        (9, ""),
        (11, "splat.express(app);"),
    ]


@pytest.mark.parametrize(
    ("imports", "place"),
    [
        (["express"], 0),
        (["@nestjs/core", "./app.js"], 1),
        (["!reflect-metadata", "@nestjs/core", "express", "./x.js"], 2),
        (["node:fs", "path", "fs/promises", "express"], 3),
        (["node:fs"], 1),
        (["!./polyfills.js", "!./style.css"], 2),
        (["node:fs", "", "./x.js"], 1),
        (["koa", "axios"], 0),
        (["axios", "", "@sentry/node", "koa"], 0),
        (["./x.js", "express"], 0),
        (["@shop/common", "", "@nestjs/core", "express", "", "./x.js"], 3),
        (["@nestjs/core", "", "./x.js"], 1),
    ],
)
def test_the_import_stands_where_linters_of_order_have_nothing_to_say(imports: list[str], place: int) -> None:
    lines = [
        f"import '{each[1:]}'" if each.startswith("!") else f"import a{number} from '{each}'" if each else ""
        for number, each in enumerate(imports)
    ]
    made = after("\n".join([*lines, "", "const app = express()", ""]), "app.mjs").splitlines()
    while made[place] == "":
        place += 1
    assert made[place] == "import * as splat from '@splat-heal/sdk'"
    assert made.index("splat.init({ repo: 'acme/shop' })") > max(made.index(line) for line in lines if line)


def test_what_begins_a_file_stays_first_and_what_speaks_of_a_line_stays_above_it() -> None:
    text = "// @ts-check\nimport a from 'z'\n\nconst app = express()\n"
    assert added(text, "app.mjs")[0] == (2, "import * as splat from '@splat-heal/sdk'")
    text = "// eslint-disable-next-line x/y\nimport a from 'z'\n\nconst app = express()\n"
    assert added(text, "app.mjs")[0] == (1, "import * as splat from '@splat-heal/sdk'")
    text = "/* eslint-disable */\nconst a = require('a')\n\nconst app = express()\n"
    assert added(text)[:2] == [(2, ""), (3, "const splat = require('@splat-heal/sdk')")]


def test_the_start_waits_for_what_loads_the_environment_further_down() -> None:
    text = "import a from 'z'\n\nconst log = a()\nif (x) {\n  require('dotenv').config()\n  dotenv.config({ path })\n}\n\nconst app = express()\n"
    start = "}\n\nsplat.init({ repo: 'acme/shop' })\n\nconst app = express()\nsplat.express(app)\n"
    assert after(text, "app.ts").endswith(start)
    late = "const log = a()\ndotenv.config()\nconst app = express()\n"
    assert "\ndotenv.config()\n\nsplat.init({ repo: 'acme/shop' })\n\nconst app" in after(late)


@pytest.mark.parametrize(
    "start",
    [
        "(async () => {\n  dotenv.config()\n  await main()\n})();\n",
        "if (require.main === module) {\n  dotenv.config();\n  main();\n}\n",
        "try {\n  dotenv.config();\n} catch {\n  main();\n}\n",
    ],
)
def test_the_start_does_not_wait_for_what_starts_the_app_too(start: str) -> None:
    text = after("const a = require('z');\n\n" + start)
    assert text.index("splat.init(") < text.index("dotenv.config(")


@pytest.mark.parametrize("start", ["(async () => {})()", "[1].forEach(f)", "`x`.length", "/* c */ (0, eval)('')", "+x"])
def test_code_without_semicolons_does_not_become_a_call(start: str) -> None:
    assert "\nsplat.init({ repo: 'acme/shop' });\n" in after(f"{start}\n")
    text = after(f"const a = require('z')\nconst app = express();\n{start}\n")
    assert f"\nsplat.express(app);\n{start}" in text


@pytest.mark.parametrize(
    "made",
    [
        "const server = express().listen(3)",
        "const handler = express().use(a).callback()",
        "let app\nif (x) app = express()",
        "for (;;) app = express()",
        "let app\nx && (app = express())",
        "const app = x ? express() : null",
        "const [app] = [express()]",
        "const app = wrap(express())",
        "class A {\n  app = express()\n}",
    ],
)
def test_what_may_be_no_app_is_pasted(made: str) -> None:
    part = inject(f"import a from 'z'\n\n{made}\n".encode(), "app.ts")
    assert not part.changes
    assert part.pastes


@pytest.mark.parametrize(
    "made",
    [
        "export const app = express().use(a).get('/', b);",
        "var app = module.exports = express();",
        "const app: Express = express() as Express;",
        "export const app = await express();",
        "const app = (exports.app = express()), server = http.createServer(app);",
    ],
)
def test_what_is_the_app_for_sure_gets_its_line(made: str) -> None:
    assert f"{made}\nsplat.express(app);\n" in after(f"import a from 'z';\n\n{made}\n", "app.ts")


def test_no_line_goes_into_a_text() -> None:
    part = inject(b"import a from 'z'; const t = `\n\n`;\n\nconst app = express();\n", "app.mjs")
    assert not part.changes
    assert "goes on" in part.pastes[0].why


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("const express = require('express'); const app = express(); app.listen(1)\n", "same line"),
        ("const splat = 1\nconst app = express()\n", "`splat` for something else"),
        ("const app = express(\n", "syntax error"),
        ("const app = express();\r", "carriage return"),
        ("require('express')().listen(1)\nexpress().listen(2)\n", "not bound to a name"),
        ("x\xff", ""),
    ],
)
def test_a_place_that_is_not_certain_is_pasted(text: str, told: str) -> None:
    part = inject(text.encode("latin-1"))
    assert not part.changes
    assert told in part.pastes[0].why
    assert any("@splat-heal/sdk" in line for line in part.pastes[0].lines)


def test_an_enterprise_server_and_a_long_line() -> None:
    choices = Choices("acme/" + "shop" * 9, "https://github.acme.example/api/v3", ("splat", "it's"))
    text = (only(inject(b"const app = express();\n", choices=choices)).after or b"").decode()
    assert "splat.init({\n  repo: '" in text
    assert "\n  apiUrl: 'https://github.acme.example/api/v3',\n" in text
    assert """\n  triggerLabel: "it's",\n});\n""" in text
    comes_out(only(inject(b"const app = express();\n", choices=choices)))


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("make", MAKES)
def test_node_can_still_read_it(head: str, make: str, tmp_path: Path) -> None:
    part = inject((head + "const express = require('express');\n" + make).encode())
    for change in part.changes:
        (tmp_path / "app.cjs").write_bytes(change.after or b"")
        subprocess.run(["node", "--check", tmp_path / "app.cjs"], check=True, timeout=60)


# --- package.json ------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(
    st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=6),
    st.dictionaries(
        st.text(max_size=8), st.one_of(st.none(), st.integers(), st.lists(st.text(max_size=3))), max_size=4
    ),
    st.sampled_from([None, 2, "\t"]),
)
def test_a_table_gets_one_more_member_and_no_other_line_changes(
    held: dict[str, str], rest: dict[str, object], indent: int | str | None
) -> None:
    before = rest | {"dependencies": held}
    data = json.dumps(before, indent=indent).encode()
    made = add("dependencies", data, "@splat-heal/sdk")
    assert isinstance(made, bytes)
    assert json.loads(made) == before | {"dependencies": held | {"@splat-heal/sdk": "^0.1"}}
    if held and indent:
        assert set(data.splitlines()) <= set(made.splitlines())


def test_all_lines_are_shown_where_the_dependency_cannot_be_written() -> None:
    part = inject(b"const express = require('express');\nconst app = express();\n", manifest=b"{ // shop\n}\n")
    assert not part.changes
    shown = {each.path: each.lines for each in part.pastes}["app.js"]
    assert [line for line in shown if "splat." in line] == ["splat.init({ repo: 'acme/shop' });", "splat.express(app);"]


def test_a_command_without_a_suffix(tmp_path: Path) -> None:
    text = b"#!/usr/bin/env node\n\n'use strict';\n\nrequire('x');\n"
    change = only(inject(text, "bin/shop"))
    assert (change.after or b"").startswith(b"#!/usr/bin/env node\n\n'use strict';\n\nconst splat = require(")
    comes_out(change)
    assert not inject(b"#!/bin/sh\nnode x\n", "bin/shop").changes


def test_an_app_that_is_not_certain_is_shown_where_another_file_starts_the_service() -> None:
    files = {"server.js": b"start();\n", "web.js": b"x.app = express();\n", "package.json": MANIFEST}
    entries = (
        Entry("server.js", "express", "main", "sure", ""),
        Entry("web.js", "express", "app", "likely", "it may", 1, 1, "app"),
    )
    service = Service("", "javascript", "shop", ("express",), "npm", "package.json", "", None, entries)
    part = propose_code(service, Held(files), CHOICES, named=False)
    assert [each.path for each in part.changes] == ["server.js"]
    (shown,) = part.pastes
    assert shown.path == "web.js"
    assert not any("splat.init(" in line for line in shown.lines)
    assert shown.lines[-1] == "splat.express(app);"


# --- Next.js -----------------------------------------------------------------------------------------------------------


def next_change(files: dict[str, bytes]) -> Change:
    service = Service("", "javascript", "shop", ("next",), "npm", "package.json", "", None, ())
    return only(propose_code(service, Held({"package.json": MANIFEST} | files), CHOICES, named=False))


def test_a_new_file_is_written_as_the_ones_beside_it() -> None:
    layout = b'import "./x.css";\n\nexport default function Layout() {\n    return null;\n}\n'
    made = next_change({"app/layout.tsx": layout})
    assert made.path == "instrumentation.ts"
    assert '\n        const splat = await import("@splat-heal/sdk");\n' in (made.after or b"").decode()
    bare = next_change({"src/app/layout.js": b"import x from 'x'\n\nexport default () => {\n\treturn x\n}\n"})
    assert bare.path == "src/instrumentation.js"
    text = (bare.after or b"").decode()
    assert (
        "\n\t\tconst splat = await import('@splat-heal/sdk')\n\t\tsplat.init({ repo: 'acme/shop' })\n\t}\n}\n" in text
    )
    assert "export async function onRequestError(error, request, context) {\n\tif" in text


def test_a_typed_file_passes_the_compiler_and_formatters_of_any_width(tmp_path: Path) -> None:
    text = (next_change({"app/layout.tsx": b"export default () => 1;\n"}).after or b"").decode()
    assert "export async function onRequestError(...args: [unknown, object, object]) {\n" in text
    assert max(map(len, text.splitlines()[1:])) <= 80
    source = ROOT / "sdk/javascript/src/index.js"
    checked = tmp_path / "instrumentation.ts"
    declared = "declare const process: { env: Record<string, string> };\n"
    checked.write_text(declared + text.replace("@splat-heal/sdk", str(source)))
    done = subprocess.run(
        [ROOT / "sdk/javascript/node_modules/.bin/tsc", "--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext",
         "--target", "es2022", "--types", "node", "--typeRoots", ROOT / "sdk/javascript/node_modules/@types", checked],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


def test_what_is_longer_than_a_formatters_line_is_broken_as_it_would_be() -> None:
    choices = Choices("a-long-organisation/a-long-repository")
    service = Service("", "javascript", "@a-long-scope/a-service", ("node",), "npm", "package.json", "", None, ())
    assert start_lines(service, choices, Style(), named=True) == [
        "splat.init({",
        "  repo: 'a-long-organisation/a-long-repository',",
        "  service: '@a-long-scope/a-service',",
        "});",
    ]


def test_a_comment_on_the_line_of_an_app_is_no_statement() -> None:
    text = "exports.start = async () => {\n  const app = express(); // of the shop\n\n  return app;\n};\n"
    assert "  const app = express(); // of the shop\n  splat.express(app);\n" in after(text)


def test_a_new_file_lies_beside_the_folder_that_next_takes() -> None:
    assert next_change({"src/app/a.ts": b"", "pages/a.tsx": b""}).path == "instrumentation.ts"
    assert next_change({"src/app/a.ts": b"", "public/a.txt": b""}).path == "src/instrumentation.ts"


def test_lines_in_a_file_of_tabs_are_indented_by_tabs() -> None:
    text = b"export async function register() {\n\tawait start();\n}\n"
    made = next_change({"instrumentation.ts": text, "app/page.tsx": b""})
    assert b"{\n\tif (process.env.NEXT_RUNTIME === 'nodejs') {\n\t\tconst splat = await import(" in (made.after or b"")
    comes_out(made)


def test_a_dependency_that_no_code_uses_yet_is_not_written() -> None:
    held = Held({"app.js": b"express().listen(1);\n", "package.json": b"{}"})
    entry = Entry("app.js", "express", "app", "likely", "it may", 1, 1)
    service = Service("", "javascript", "shop", ("express",), "pnpm", "package.json", "pnpm-lock.yaml", None, (entry,))
    part = propose_code(service, held, CHOICES, named=False)
    assert not part.changes
    assert [each.lines[-1] for each in part.pastes] == ["pnpm add @splat-heal/sdk", "splat.express(app);"]
