"""What a package runs or loads first, with the reason; and where its app is made."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from healer.runtimes.layout import join as follow
from healer.setup.looks.calls import calls
from healer.setup.looks.files import aside
from healer.setup.value import Entry, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from healer.setup.looks.files import Area

SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".jsx", ".tsx")
_MOST_FILES = 150
#: What makes an app, by what is called; the plain name is what people call the import.
_MAKERS = {
    "express": "express",
    "new express": "express",
    "fastify": "fastify",
    "Fastify": "fastify",
    "require('fastify')": "fastify",
    'require("fastify")': "fastify",
    "require('express')": "express",
    'require("express")': "express",
    "new Koa": "koa",
    "new koa": "koa",
    "NestFactory.create": "nest",
    "NestFactory.createMicroservice": "nest",
    "NestFactory.createApplicationContext": "nest",
    "http.createServer": "node",
    "https.createServer": "node",
    "http2.createSecureServer": "node",
    "createServer": "node",
    "Bun.serve": "node",
    "Deno.serve": "node",
    "serve": "node",
    "new Hono": "node",
    "new Elysia": "node",
    "Hapi.server": "node",
}
_HINT = re.compile(
    r"\b(express|fastify|Fastify|[Kk]oa|NestFactory|createServer|createSecureServer|serve|Hono|Elysia|Hapi)\b"
)
_STARTERS = re.compile(
    r"(?:^|[\s;&|])(?:node|nodemon|ts-node|ts-node-dev|tsx|bun|deno|nest|pm2|babel-node)\s(?P<rest>[^;&|]{1,300})"
)
#: Options with a file that is loaded first, or watched.
_PRELOADED = re.compile(
    r"(?:^|\s)(?:(?:-r|--require|--import|--loader|--project|-P|-e|--ext)[\s=]"
    r"|(?:--watch|-w)[\s=](?!\S{1,200}\.[cm]?[jt]s(?:\s|$)))\S{1,200}"
)
#: Scripts that a script runs.
_RUNS = re.compile(
    r"(?:^|[\s;&|\"'])(?:npm|pnpm|yarn|bun)\s{1,3}(?:run\s{1,3}|run-script\s{1,3})?(?:-s\s{1,3})?([\w:.-]{1,60})"
)
#: Those of them that may start something: others build it first.
_SERVES = re.compile(r"^(?:start|serve)|server|backend|\bapi\b")
_MOST_SCRIPTS = 8
_USUAL = ("index", "server", "app", "main", "start")
_PLACES = ("src", "", "server", "lib", "app", "bin", "api")
_BUILT = re.compile(r"^(\./)?(dist|build|out|lib|\.?output)/(src/)?")

#: Scripts that build, by their name or by what they load: they end before anything runs.
_BUILDS = re.compile(
    r"(?:^|/)(?:[Gg]ulpfile|[Gg]runtfile|(?:esbuild|webpack|rollup|vite|build)[\w.-]{0,40})\.[cm]?[jt]s$"
)
_BUNDLES = re.compile(
    r"""(?m)(?:\brequire\(|\bfrom\s|^import\s)\s{0,3}["'](?:esbuild|webpack|rollup|gulp|parcel|@parcel/core|@rspack/core)["']"""
)


def server_entries(area: Area, manifest: dict[str, Any], frameworks: Sequence[str]) -> list[Entry]:
    """The entries of what runs on a server; `frameworks` are those that the package declares."""
    if "next" in frameworks:
        return list(_next(area))
    named = list(_started(area, manifest))
    first = {path for path, _ in named}
    apps = list(_apps(area, first, frameworks))
    made = {app.path for app in apps}
    started = [(path, why) for path, why in named if path in made or not (_is_started(why) and _builds(area, path))]
    main = frameworks[0] if frameworks else "node"
    found = []
    runs = any(_is_started(why) for _, why in started) or bool(apps)
    for path, why in started:
        # A command beside a server is a tool; a library's `main` is what others load: nothing runs there.
        surely = path in made or _is_started(why) or ("`bin`" in why and not runs)
        found.append(Entry(path, main, "main", "sure" if surely else "likely" if "`bin`" in why else "unsure", why))
    if not runs and _serves_itself(manifest, frameworks):
        # It has what a server is made of, and something else than its scripts starts it.
        found = [replace(each, certainty="likely") if each.certainty == "unsure" else each for each in found]
    mains = {entry.path for entry in found if entry.certainty == "sure"}
    for app in apps:
        alone = sum(other.framework == app.framework for other in apps) == 1
        certain = app.framework in frameworks and (app.path in mains or alone)
        found.append(app if certain else replace(app, certainty="likely"))
        if not mains and certain and app.framework != "node":
            found.append(Entry(app.path, app.framework, "main", "likely", f"it makes the app: {app.why}"))
    return found


def _serves_itself(manifest: dict[str, Any], frameworks: Sequence[str]) -> bool:
    held = manifest.get("dependencies")
    return isinstance(held, dict) and any(name in held or f"@{name}js/core" in held for name in frameworks)


def _is_started(why: str) -> bool:
    return why.startswith(("`scripts.", "`Procfile`", "`Dockerfile`"))


def _builds(area: Area, path: str) -> bool:
    """Whether a script that is run only makes what then runs elsewhere."""
    return bool(_BUILDS.search(path[-300:]) or _BUNDLES.search(area.files.text(path)))


def _started(area: Area, manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each file that package.json names to be run or loaded, with the place that names it."""
    seen: set[str] = set()
    for why, named in _named(area, manifest):
        path = source_of(area, named)
        if path and path not in seen:
            seen.add(path)
            yield path, f"{why} names `{named}`"


def _named(area: Area, manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for where, command in _commands(area, manifest):
        for match in _STARTERS.finditer(command):
            words = [word for word in _PRELOADED.sub(" ", match["rest"]).split() if not word.startswith("-")]
            words = [word.strip("\"'") for word in words if word not in ("run", "watch", "start")]
            # `node server` is a folder, or a file without its suffix; other programs have words of their own first.
            bare = words[:1] if match[0].lstrip(" \t;&|").startswith(("node", "tsx", "ts-node")) else []
            looks = (
                word
                for word in words[:3]
                if word in (".", "./") or "/" in word or word.endswith(SUFFIXES) or word in bare
            )
            if found := next((word for word in looks if source_of(area, word)), ""):
                yield where, found
    commands = manifest.get("bin")
    for target in list(commands.values())[:10] if isinstance(commands, dict) else [commands]:
        if isinstance(target, str):
            yield "`bin`", target
    for key in ("main", "module"):
        if isinstance(manifest.get(key), str):
            yield f"`{key}`", manifest[key]


def _commands(area: Area, manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What starts the package, with the place that says so: scripts and those that they run, then what hosts run."""
    table = manifest.get("scripts")
    scripts = (
        {name: text[:1000] for name, text in table.items() if isinstance(text, str)} if isinstance(table, dict) else {}
    )
    for name in ("start", "start:prod", "serve", "dev", "start:dev"):
        waiting, seen = [name], set[str]()
        while waiting and len(seen) < _MOST_SCRIPTS:
            run = waiting.pop(0)
            if run in scripts and run not in seen:
                seen.add(run)
                yield f"`scripts.{run}`", scripts[run]
                waiting += filter(_SERVES.search, _RUNS.findall(scripts[run]))
    for name, line in (("Procfile", r"^web\s{0,9}:"), ("Dockerfile", r"^\s{0,9}(?:CMD|ENTRYPOINT)\b")):
        for found in re.finditer(line + r"([^\n]{1,500})", area.text(name)[:100_000], re.MULTILINE | re.IGNORECASE):
            yield f"`{name}`", re.sub(r"[\[\]\",']", " ", found[1])


def source_of(area: Area, named: str) -> str:
    """The tracked file that a name stands for: as it is, with a suffix, or what it is built from; "" for none."""
    for candidate in dict.fromkeys((named, _BUILT.sub("src/", named), _BUILT.sub("", named))):
        stem = re.sub(r"\.[cm]?[jt]sx?$", "", candidate[-300:])
        names = [candidate, *(stem + suffix for suffix in SUFFIXES), *(f"{stem}/index{suffix}" for suffix in SUFFIXES)]
        for name in names:
            path = follow(area.folder, name)
            if path and path in area.files.all and (path.endswith(SUFFIXES) or _is_script(area, path)):
                return path
    return ""


def _is_script(area: Area, path: str) -> bool:
    """Whether a file without a suffix says that Node runs it, as those of `bin` do."""
    return "." not in path.rpartition("/")[2] and bool(re.match(r"#![^\n]{0,100}\bnode\b", area.files.text(path)[:200]))


def _apps(area: Area, first: set[str], frameworks: Sequence[str]) -> Iterator[Entry]:
    """Where an app is made, in the files that are named or usual, then in the others."""
    kept = [path for path in area.owned if not aside(path) and not _is_test(path) and not path.endswith(".d.ts")]
    for path in sorted(kept, key=lambda path: (path not in first, not _is_usual(area, path), path.count("/"), path))[
        :_MOST_FILES
    ]:
        text = area.files.text(path)
        if not _HINT.search(text):
            continue
        for call in calls(path, text, _MAKERS.__contains__)[:10]:
            framework = _MAKERS[call.callee]
            if framework == "node" and (frameworks or not _serves(call.callee, text)):
                continue
            if framework == "express" and framework not in frameworks and "nest" in frameworks:
                continue
            where = f" is bound to `{call.name}`" if call.name else " stands there"
            kind: Kind = "factory" if call.function and framework != "nest" else "app"
            yield Entry(
                path,
                framework,
                kind,
                "sure",
                f"`{call.callee}(…)`{where}",
                call.line,
                call.end,
                call.name,
                call.function,
            )


def _serves(callee: str, text: str) -> bool:
    """True unless the name may be anything's, and nothing else in the file speaks of HTTP."""
    return callee not in ("serve", "createServer") or "http" in text


def _is_usual(area: Area, path: str) -> bool:
    folder, _, name = path.removeprefix(f"{area.folder}/" if area.folder else "").rpartition("/")
    return name.partition(".")[0] in _USUAL and folder in _PLACES


def _is_test(path: str) -> bool:
    return bool(re.search(r"[._-](test|spec|stories|config)\.[cm]?[jt]sx?$", path[-300:]))


def _next(area: Area) -> Iterator[Entry]:
    for name in ("instrumentation", "src/instrumentation"):
        if found := area.first(name + suffix for suffix in (".ts", ".js")):
            yield Entry(found, "next", "main", "sure", "Next.js loads `instrumentation` before all else")
    if found := area.first(f"next.config.{suffix}" for suffix in ("ts", "mjs", "js", "cjs", "mts")):
        yield Entry(found, "next", "config", "sure", "Next.js reads it")
    roots = ("app/layout", "src/app/layout", "pages/_app", "src/pages/_app", "pages/index", "src/pages/index")
    if found := area.first(name + suffix for name in roots for suffix in (".tsx", ".jsx", ".js", ".ts")):
        yield Entry(found, "next", "browser", "likely", "it is around every page")
