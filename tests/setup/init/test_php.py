"""Lines put into PHP files of every shape: nothing else changes, PHP can still read them, and all of it comes out again."""
# ruff: noqa: E501 - tables of source texts are read by line

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.setup.choices import Choices
from healer.setup.code import propose_code
from healer.setup.dependency.json_file import add
from healer.setup.looks.calls import calls
from healer.setup.plan import together
from healer.setup.value import Entry, Service
from tests.setup.init.held import CHOICES, Held, comes_out, only, only_adds, taken_out
from tests.setup.trees import looked, tree

if TYPE_CHECKING:
    from pathlib import Path

    from healer.setup.plan import Part

MANIFEST = b'{"name": "acme/shop", "require": {"splat-heal/sdk": "^0.1"}}'
FRONT = "public/index.php"


def propose(framework: str, files: dict[str, bytes], *entries: Entry, choices: Choices = CHOICES) -> Part:
    service = Service("", "php", "shop", (framework,), "composer", "composer.json", "", None, entries)
    return propose_code(service, Held({"composer.json": MANIFEST, **files}), choices, named=False)


def inject(data: bytes, choices: Choices = CHOICES) -> Part:
    """What `init` would do to a front controller whose Slim apps are where tree-sitter sees them."""
    made = calls(FRONT, data.decode("utf-8", "replace"), lambda callee: callee.endswith("AppFactory::create"))
    entries = [Entry(FRONT, "slim", "app", "sure", "", each.line, each.end, each.name) for each in made]
    return propose("slim", {FRONT: data}, Entry(FRONT, "slim", "main", "sure", ""), *entries, choices=choices)


def after(part: Part) -> str:
    return (only(part).after or b"").decode()


def laravel(text: str) -> Part:
    path = "bootstrap/app.php"
    return propose("laravel", {path: text.encode()}, Entry(path, "laravel", "main", "sure", ""))


def bundles(text: str) -> Part:
    path = "config/bundles.php"
    return propose("symfony", {path: text.encode()}, Entry(path, "symfony", "config", "sure", ""))


# --- files of every shape ----------------------------------------------------------------------------------------------

HEADS = [
    "<?php\n",
    "<?php\n\ndeclare(strict_types=1);\n",
    "#!/usr/bin/env php\n<?php\n",
    "<?php declare(strict_types=1);\n\nnamespace Shop;\n",
    "<?php\n/* wörd\n * two\n */\n\nuse Slim\\Factory\\AppFactory;\n",
    "<html>\n<?php\n",
]
LOADS = [
    "require __DIR__ . '/../vendor/autoload.php';\n",
    '$loader = require_once dirname(__DIR__)."/vendor/autoload.php";\n',
    "require_once(__DIR__ . '/../vendor/autoload.php'); // classes\n\n",
    "include '../vendor/autoload.php';\n",
    "if (is_file('x')) {\n    require 'vendor/autoload.php';\n}\n",
    "require 'vendor/autoload.php'; $x = 1;\n",
    "require __DIR__ . '/lib.php';\n",
]
MAKES = [
    "$app = AppFactory::create();\n",
    "\n$app = \\Slim\\Factory\\AppFactory::create();   # made\n",
    "function make() {\n\t$app = AppFactory::create();\n\n\treturn $app;\n}\n",
    "if (true) {\n    $app = AppFactory::create();\n}\n",
    "AppFactory::create()->run();\n",
    "$app = AppFactory::create(); $app->run();\n",
    "$x = 1;\n",
]
AFTER = ["", "$app->get('/', fn () => <<<TXT\n  a $x\n  TXT);\n", "$app->run();", "// end", "?>\n<p>bye</p>\n"]


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    parts = [draw(st.sampled_from(each)) for each in (HEADS, LOADS, MAKES, AFTER)]
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
    assert change.after.count(b"\\Splat\\init(") == 1
    again = inject(change.after)
    assert [word.code for word in again.words] == ["has-splat"]
    assert not again.changes
    comes_out(change)


@pytest.mark.slow
@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("load", LOADS)
def test_php_can_still_read_it(head: str, load: str, tmp_path: Path) -> None:
    made = [inject((head + load + make).encode()) for make in MAKES]
    for number, part in enumerate(made):
        for change in part.changes:
            (tmp_path / f"{number}.php").write_bytes(change.after or b"")
            subprocess.run(["php", "-l", tmp_path / f"{number}.php"], check=True, timeout=60, capture_output=True)


# --- places ------------------------------------------------------------------------------------------------------------


def test_the_start_stands_behind_the_autoloader_and_slims_line_behind_the_app() -> None:
    text = "<?php\nrequire __DIR__ . '/../vendor/autoload.php';\n$app = AppFactory::create();\n$app->run();\n"
    assert after(inject(text.encode())) == (
        "<?php\nrequire __DIR__ . '/../vendor/autoload.php';\n\n\\Splat\\init(['repo' => 'acme/shop']);\n\n"
        "$app = AppFactory::create();\n\\Splat\\Slim::install($app);\n$app->run();\n"
    )


def test_the_app_in_a_file_of_its_own() -> None:
    front = b"<?php\nrequire '../vendor/autoload.php';\nrequire '../app.php';\n"
    app = b"<?php\n$app = AppFactory::create();\n"
    entries = (
        Entry(FRONT, "slim", "main", "sure", ""),
        Entry("app.php", "slim", "app", "sure", "", 2, 2, "$app"),
    )
    part = propose("slim", {FRONT: front, "app.php": app}, *entries)
    made = {change.path: change.after or b"" for change in part.changes}
    assert b"\\Splat\\init(" in made[FRONT]
    assert b"\\Splat\\init(" not in made["app.php"]
    assert b"\\Splat\\Slim::install($app);" in made["app.php"]
    # Where the app's file loads the classes, it is the one that starts.
    loads = b"<?php\nrequire 'vendor/autoload.php';\n$app = AppFactory::create();\n"
    inner = Entry("app.php", "slim", "app", "sure", "", 3, 3, "$app")
    part = propose("slim", {FRONT: b"<?php\nrequire '../app.php';\n", "app.php": loads}, entries[0], inner)
    assert [change.path for change in part.changes] == ["app.php"]
    assert b"\\Splat\\init(" in (part.changes[0].after or b"")
    assert not part.pastes


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<?php\n\n/* a */\n\n$app = 1;\n", "<?php\n\nSTART\n\n/* a */\n\n$app = 1;\n"),
        ("<?php\n$app = 1;\n", "<?php\n\nSTART\n\n$app = 1;\n"),
        ("<?php\n/**\n * @license MIT\n */\n\n$app = 1;\n", "<?php\n/**\n * @license MIT\n */\n\nSTART\n\n$app = 1;\n"),
        ("<?php\n/* License of $app */ $app = 1;\n", "<?php\n\nSTART\n\n/* License of $app */ $app = 1;\n"),
        ("<?php\n\nuse A\\B;\nuse C;\n\nreturn 1;\n", "<?php\n\nuse A\\B;\nuse C;\n\nSTART\n\nreturn 1;\n"),
        ("<?php\ndeclare(strict_types=1);\nnamespace A;\nfoo();", "<?php\ndeclare(strict_types=1);\nnamespace A;\n\nSTART\n\nfoo();"),
        ("<?php\n\nrequire_once __DIR__.'/../vendor/autoload.php';\n\n(new Env)->load();\n", "<?php\n\nrequire_once __DIR__.'/../vendor/autoload.php';\n\nSTART\n\n(new Env)->load();\n"),
    ],
)  # fmt: skip
def test_laravels_start_stands_before_its_first_statement(text: str, wanted: str) -> None:
    assert after(laravel(text)) == wanted.replace("START", "\\Splat\\init(['repo' => 'acme/shop']);")


ITEM = "    Splat\\Symfony\\SplatBundle::class => ['all' => true],\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<?php\n\nreturn [\n    A::class => ['all' => true],\n];\n", "<?php\n\nreturn [\n    A::class => ['all' => true],\nITEM];\n"),
        ("<?php\nreturn [\n    A::class => [],\n    B::class => [] // last\n];\n", "<?php\nreturn [\nITEM    A::class => [],\n    B::class => [] // last\n];\n"),
        ("<?php\nreturn [\n    // first\n    A::class => []\n];\n", "<?php\nreturn [\nITEM    // first\n    A::class => []\n];\n"),
        ("<?php\nreturn [\n    A::class => [\n        'all' => true,\n    ], // a\n];\n", "<?php\nreturn [\n    A::class => [\n        'all' => true,\n    ], // a\nITEM];\n"),
    ],
)  # fmt: skip
def test_the_bundle_joins_the_others(text: str, wanted: str) -> None:
    assert after(bundles(text)) == wanted.replace("ITEM", ITEM)


@pytest.mark.parametrize(
    "text",
    [
        "<?php\nreturn [A::class => []];\n",
        "<?php\nreturn [\n    A::class => [], B::class => []];\n",
        "<?php\n$bundles = [];\nreturn $bundles;\n",
        "<?php\nreturn array(\n    A::class => [],\n);\n",
        "<?php\nreturn [];\n",
        "<?php\nreturn [\n",
    ],
)
def test_a_list_of_another_shape_is_pasted(text: str) -> None:
    part = bundles(text)
    assert not part.changes
    assert part.pastes[0].lines == (ITEM.strip(),)


def test_symfonys_requests_and_commands_are_started() -> None:
    start = b"<?php\n\nrequire_once dirname(__DIR__).'/vendor/autoload_runtime.php';\n\nreturn fn () => 1;\n"
    files = {
        FRONT: start,
        "bin/console": b"#!/usr/bin/env php\n" + start,
        "src/Kernel.php": b"<?php\nclass Kernel {}\n",
    }
    entries = [Entry(path, "symfony", "main", "likely", "") for path in files]
    part = propose("symfony", files, *entries)
    assert [change.path for change in part.changes] == [FRONT, "bin/console"]
    assert all(b"autoload_runtime.php';\n\n\\Splat\\init(" in (change.after or b"") for change in part.changes)
    assert [(paste.path, paste.lines) for paste in part.pastes] == [("src/Kernel.php", (ITEM.strip(),))]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("<?php\necho 1;\n", "autoload.php"),
        ("<?php\nrequire 'vendor/autoload.php'; run();\n", "same line"),
        ("<?php\nrequire 'vendor/autoload.php'\n", "syntax error"),
        ("<?php\nif (1) {\n    require 'vendor/autoload.php';\n}\n", "statement of its own"),
    ],
)
def test_a_place_that_is_not_certain_is_pasted(text: str, told: str) -> None:
    part = inject(text.encode())
    assert not part.changes
    assert told in part.pastes[0].why
    assert part.pastes[0].lines[0] == "\\Splat\\init(['repo' => 'acme/shop']);"


def test_a_namespace_of_the_projects_own_stays() -> None:
    manifest = b'{"require": {"splat-heal/sdk": "1"}, "autoload": {"psr-4": {"Splat\\\\": "src/"}}}'
    part = propose(
        "php",
        {"composer.json": manifest, FRONT: b"<?php\nrequire 'vendor/autoload.php';\n"},
        Entry(FRONT, "php", "main", "sure", ""),
    )
    assert not part.changes
    assert "Splat of its own" in part.pastes[0].why


def test_an_enterprise_server_a_long_line_and_odd_names() -> None:
    choices = Choices("acme/" + "shop" * 9, "https://github.acme.example/api/v3", ("splat", "it's $5 é"))
    part = inject(b"<?php\nrequire 'vendor/autoload.php';\n", choices)
    text = after(part)
    assert "\\Splat\\init([\n    'repo' => '" in text
    assert "\n    'api_url' => 'https://github.acme.example/api/v3',\n" in text
    assert "\n    'trigger_label' => \"it's \\$5 \\u{e9}\",\n]);\n" in text
    comes_out(only(part))


def test_without_composer_nothing_is_written() -> None:
    service = Service("", "php", "shop", ("php",), None, "", "", None, (Entry("index.php", "php", "main", "sure", ""),))
    part = propose_code(service, Held({"index.php": b"<?php\necho 1;\n"}), CHOICES, named=False)
    assert not part.changes
    assert [paste.lines[0] for paste in part.pastes] == [
        "composer require splat-heal/sdk",
        "\\Splat\\init(['repo' => 'acme/shop']);",
    ]


@pytest.mark.parametrize(
    ("names", "before"),
    [
        ("php ext-a lib-b composer-runtime-api a/a slim/slim symfony/x", "symfony/x"),
        ("php-64bit a/a slim/slim", "slim/slim"),
        ("php z/z b/b a/a", "a/a"),
        ("php ext-a", "ext-a"),
        ("z/z", "z/z"),
    ],
)
def test_the_place_among_the_requirements(names: str, before: str) -> None:
    data = json.dumps({"require": dict.fromkeys(names.split(), "*")}, indent=4).encode()
    after = add("require", data, "splat-heal/sdk")
    assert after == data.replace(f'"{before}"'.encode(), f'"splat-heal/sdk": "^0.1",\n        "{before}"'.encode())


def test_a_lock_file_needs_composer() -> None:
    service = Service(
        "",
        "php",
        "shop",
        ("php",),
        "composer",
        "composer.json",
        "composer.lock",
        None,
        (Entry(FRONT, "php", "main", "sure", ""),),
    )
    files = {
        "composer.json": b'{\n    "require": {\n        "php": ">=8.1"\n    }\n}\n',
        "composer.lock": b"{}",
        FRONT: b"<?php\nrequire 'vendor/autoload.php';\n",
    }
    part = propose_code(service, Held(files), CHOICES, named=False)
    assert [change.path for change in part.changes] == ["composer.json", FRONT]
    (word,) = part.words
    assert (word.code, word.where) == ("lock", "composer.lock")
    assert "composer update splat-heal/sdk" in word.next_step


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("^7.4", True), ("~8.0.0", True), ("8.0.*", True), ("7.*", True), ("^5.6 || ^7.0", True), ("7.4.33", True),
        ("^7.4|^8.0", False), (">=7.2", False), ("^8.0", False), ("~8.0", False), ("8.*", False), ("*", False), ("^8.3", False), ("", False),
    ],
)  # fmt: skip
def test_a_php_that_is_too_old(wanted: str, told: bool) -> None:
    for manifest in ({"require": {"php": wanted}}, {"config": {"platform": {"php": wanted}}}):
        files = {"composer.json": json.dumps(manifest).encode(), FRONT: b"<?php\nrequire 'vendor/autoload.php';\n"}
        part = propose("php", files, Entry(FRONT, "php", "main", "sure", ""))
        assert [word.code for word in part.words] == ["php-version"] * told
        assert bool(part.changes or part.pastes) != told


def test_lumen_has_to_be_told() -> None:
    manifest = b'{"require": {"laravel/lumen-framework": "^10", "splat-heal/sdk": "1"}}'
    files = {
        "composer.json": manifest,
        "bootstrap/app.php": b"<?php\n\nrequire_once __DIR__.'/../vendor/autoload.php';\n\n$app = 1;\n",
    }
    part = propose("laravel", files, Entry("bootstrap/app.php", "laravel", "main", "sure", ""))
    assert "autoload.php';\n\n\\Splat\\init(" in after(part)
    assert "SplatServiceProvider" in part.pastes[0].lines[0]


# --- what is seen of a project ------------------------------------------------------------------------------------------

COMPOSER = '{"require": {"php": ">=8.1", "slim/slim": "4.*"}}'
PLAIN = COMPOSER.replace('"slim/slim"', '"acme/x"')
LOAD = "<?php\nrequire_once __DIR__ . '/../vendor/autoload.php';\n"


def seen(folder: Path, files: dict[str, str]) -> Part:
    """What `init` would do to a repository with these files, all that runs in it together."""
    found = looked(tree(folder, files))
    held = Held({path: text.encode() for path, text in files.items()})
    parts = [propose_code(each, held, CHOICES, named=False) for each in found.services if each.runtime == "php"]
    return together(parts)


def paths(part: Part) -> tuple[list[str], list[str]]:
    """What is changed, and where something is pasted."""
    return sorted(each.path for each in part.changes), [each.path for each in part.pastes]


def test_the_front_goes_through_what_loads_the_classes(tmp_path: Path) -> None:
    app = "use Slim\\Factory\\AppFactory;\n$app = AppFactory::create();\n"
    files = {"composer.json": COMPOSER, FRONT: "<?php\n(require dirname(__DIR__) . '/config/a.php')->run();\n"}
    loads = LOAD + app + "return $app;\n"
    part = seen(tmp_path, {**files, "config/a.php": loads})
    assert paths(part) == (["composer.json", "config/a.php"], [])
    deep = {
        **files,
        "config/a.php": "<?php\n// require __DIR__ . '/c.php';\ninclude('b.php');\n",
        "config/b.php": loads,
    }
    part = seen(tmp_path / "b", {**deep, "config/c.php": LOAD})
    assert paths(part) == (["composer.json", "config/b.php"], [])
    around = {**files, "config/a.php": "<?php\nrequire __DIR__ . '/../public/index.php';\n"}
    assert paths(seen(tmp_path / "c", around)) == ([], ["composer.json", FRONT])


def test_wordpress_begins_with_its_configuration(tmp_path: Path) -> None:
    files = {"composer.json": PLAIN, "web/index.php": "<?php\nrequire __DIR__ . '/wp/wp-blog-header.php';\n"}
    assert paths(seen(tmp_path, {**files, "web/wp-config.php": LOAD})) == (["composer.json", "web/wp-config.php"], [])
    assert paths(seen(tmp_path / "b", files)) == ([], ["composer.json", "web/index.php"])


def test_a_plugin_has_no_page_of_its_own(tmp_path: Path) -> None:
    silence = {"composer.json": PLAIN, "index.php": "<?php\n// Silence is golden.\n"}
    assert [word.code for word in seen(tmp_path, silence).words] == ["library"]
    plugin = {"composer.json": PLAIN[:-1] + ', "type": "wordpress-plugin"}', "index.php": LOAD + "run();\n"}
    assert [word.code for word in seen(tmp_path / "b", plugin).words] == ["library"]


@pytest.mark.parametrize(
    ("manifest", "load", "known"),
    [
        (PLAIN, "__DIR__ . '/../vendor/autoload.php'", True),
        (PLAIN, "dirname(__FILE__) . '/../vendor/autoload.php'", True),
        (PLAIN, "\\dirname(__DIR__, 1).'/vendor/autoload.php'", True),
        (PLAIN, "ROOT . '/vendor/autoload.php'", True),
        (PLAIN, "'vendor/autoload.php'", True),
        (PLAIN, "__DIR__ . '/../lib/autoload.php'", False),
        (PLAIN, "ROOT . '/autoload.php'", False),
        (PLAIN, "__DIR__ . '/../../vendor/autoload.php'", False),
        (PLAIN, "dirname(__DIR__, 2) . '/vendor/autoload.php'", False),
        (PLAIN[:-1] + ', "config": {"vendor-dir": "libs/php"}}', "__DIR__ . '/../libs/php/autoload.php'", True),
        (PLAIN[:-1] + ', "config": {"vendor-dir": "libs/php"}}', "__DIR__ . '/../vendor/autoload.php'", False),
        (PLAIN[:-1] + ', "config": {"vendor-dir": "../vendor"}}', "__DIR__ . '/../../vendor/autoload.php'", True),
        (PLAIN[:-1] + ', "config": []}', "__DIR__ . '/../vendor/autoload.php'", True),
    ],
)  # fmt: skip
def test_classes_of_composer_and_of_this_project(manifest: str, load: str, known: bool, tmp_path: Path) -> None:
    root = {"composer.json": PLAIN, "src/A.php": "<?php\nclass A {}\n"}
    part = seen(
        tmp_path, {**root, "shop/composer.json": manifest, "shop/web/index.php": f"<?php\nrequire {load};\nrun();\n"}
    )
    assert paths(part)[0] == (["shop/composer.json", "shop/web/index.php"] if known else [])


def test_what_stands_on_symfony_is_symfony(tmp_path: Path) -> None:
    bundles = "<?php\nreturn [\n    A::class => ['all' => true],\n];\n"
    files = {"composer.json": PLAIN, FRONT: LOAD, "bin/console": LOAD, "config/bundles.php": bundles}
    assert paths(seen(tmp_path, files)) == (["bin/console", "composer.json", "config/bundles.php", FRONT], [])


def test_a_kernel_that_makes_its_bundles(tmp_path: Path) -> None:
    files = {
        "composer.json": PLAIN.replace("acme/x", "symfony/framework-bundle"),
        "web/index.php": LOAD + "(new AppKernel())->run();\n",
        "web/app.php": "<?php\nreturn require __DIR__ . '/index.php';\n",
        "app/AppKernel.php": "<?php\nclass AppKernel {\n    public function registerBundles() { return []; }\n}\n",
    }
    part = seen(tmp_path, files)
    assert paths(part) == (["composer.json", "web/index.php"], ["app/AppKernel.php"])
    assert part.pastes[0].lines == ("new \\Splat\\Symfony\\SplatBundle(),",)


# --- out again, when a person was there --------------------------------------------------------------------------------


def test_an_option_that_a_person_added_keeps_its_brackets() -> None:
    choices = Choices("acme/" + "shop" * 9, "https://github.acme.example/api/v3")
    head = b"<?php\nrequire 'vendor/autoload.php';\n"
    part = inject(head + b"run();\n", choices)
    text = only(part).after or b""
    assert taken_out(part.changes, {FRONT: text.replace(b"\n]);", b"\n    'durable' => true,\n]);")})[1] == [FRONT]
    changes, left = taken_out(part.changes, {FRONT: text.replace(b"\nrun();", b"\nrun();\nmore();")})
    assert (changes[FRONT], left) == (head + b"run();\nmore();\n", [])
    changes, left = taken_out(part.changes, {FRONT: text.replace(b"php';\n\n", b"php';\n// Splats\n")})
    assert (changes[FRONT], left) == (head + b"// Splats\n\nrun();\n", [])


def test_a_line_that_was_made_a_comment_is_left() -> None:
    text = "<?php\nrequire 'vendor/autoload.php';\n$app = AppFactory::create();\n$app->run();\n"
    part = inject(text.encode())
    now = (only(part).after or b"").replace(b"\\Splat\\Slim", b"// \\Splat\\Slim")
    assert taken_out(part.changes, {FRONT: now})[1] == [FRONT]


def test_the_dependency_stays_as_long_as_a_program_without_an_ending_needs_it() -> None:
    start = b"<?php\nrequire 'vendor/autoload.php';\n"
    entries = [Entry(path, "symfony", "main", "likely", "") for path in ("public/index.php", "bin/console")]
    files = {"composer.json": b'{"require": {"php": "*"}}', "public/index.php": start, "bin/console": start}
    part = propose("symfony", files, *entries)
    console = next(change.after or b"" for change in part.changes if change.path == "bin/console")
    changes, left = taken_out(part.changes, {"bin/console": console.replace(b"['repo'", b"['durable' => true, 'repo'")})
    assert changes["public/index.php"] == start
    assert "composer.json" not in changes
    assert sorted(left) == ["bin/console", "composer.json"]
