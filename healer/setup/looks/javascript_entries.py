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
_USUAL = ("index", "server", "app", "main", "start")
_PLACES = ("src", "", "server", "lib", "app", "bin", "api")
_BUILT = re.compile(r"^(\./)?(dist|build|out|lib|\.?output)/(src/)?")


def server_entries(area: Area, manifest: dict[str, Any], frameworks: Sequence[str]) -> list[Entry]:
    """The entries of what runs on a server; `frameworks` are those that the package declares."""
    if "next" in frameworks:
        return list(_next(area))
    started = list(_started(area, manifest))
    first = {path for path, _ in started}
    apps = list(_apps(area, first, frameworks))
    main = frameworks[0] if frameworks else "node"
    found = []
    runs = any(_is_started(why) for _, why in started) or bool(apps)
    for path, why in started:
        makes = any(app.path == path for app in apps)
        # A command beside a server is a tool; a library's `main` is what others load: nothing runs there.
        surely = makes or _is_started(why) or ("`bin`" in why and not runs)
        found.append(Entry(path, main, "main", "sure" if surely else "likely" if "`bin`" in why else "unsure", why))
    mains = {entry.path for entry in found if entry.certainty == "sure"}
    for app in apps:
        alone = sum(other.framework == app.framework for other in apps) == 1
        certain = app.framework in frameworks and (app.path in mains or alone)
        found.append(app if certain else replace(app, certainty="likely"))
        if not mains and certain and app.framework != "node":
            found.append(Entry(app.path, app.framework, "main", "likely", f"it makes the app: {app.why}"))
    return found


def _is_started(why: str) -> bool:
    return why.startswith("`scripts.")


def _started(area: Area, manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Each file that package.json names to be run or loaded, with the place that names it."""
    seen: set[str] = set()
    for why, named in _named(manifest):
        path = _source(area, named)
        if path and path not in seen:
            seen.add(path)
            yield path, f"{why} names `{named}`"


def _named(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    scripts = manifest.get("scripts")
    for name in ("start", "start:prod", "serve", "dev", "start:dev"):
        script = str(scripts.get(name, ""))[:1000] if isinstance(scripts, dict) else ""
        for match in _STARTERS.finditer(script):
            words = [
                word
                for word in match["rest"].split()
                if not word.startswith("-") and word not in ("run", "watch", "start")
            ]
            for word in words[:3]:
                if word in (".", "./") or "/" in word or word.endswith(SUFFIXES):
                    yield f"`scripts.{name}`", word
                    break
    found = manifest.get("bin")
    for target in list(found.values())[:10] if isinstance(found, dict) else [found]:
        if isinstance(target, str):
            yield "`bin`", target
    for key in ("main", "module"):
        if isinstance(manifest.get(key), str):
            yield f"`{key}`", manifest[key]


def _source(area: Area, named: str) -> str:
    """The tracked file that a name stands for: as it is, with a suffix, or what it is built from; "" for none."""
    for candidate in dict.fromkeys((named, _BUILT.sub("src/", named), _BUILT.sub("", named))):
        stem = re.sub(r"\.[cm]?[jt]sx?$", "", candidate[-300:])
        names = [candidate, *(stem + suffix for suffix in SUFFIXES), *(f"{stem}/index{suffix}" for suffix in SUFFIXES)]
        for name in names:
            path = follow(area.folder, name)
            if path and path in area.files.all and path.endswith(SUFFIXES):
                return path
    return ""


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


def browser_entries(area: Area, bundler: str) -> list[Entry]:
    """What the browser loads first: what the page names, the bundler's configuration, or the usual file."""
    for page in ("index.html", "src/index.html", "public/index.html"):
        text = area.text(page)[:200_000]
        for match in re.finditer(r"<script\b([^<>]{0,500})>", text):
            source = re.search(r"""\bsrc\s{0,5}=\s{0,5}["']([^"']{1,300})["']""", match[1])
            path = _source(area, source[1].lstrip("/")) if source and "//" not in source[1] else ""
            if path:
                return [Entry(path, bundler, "browser", "sure", f"`{page}` loads it")]
    for name in area.names():
        if re.fullmatch(r"(webpack|rollup|vite)[\w.]{0,30}\.config\.[cm]?[jt]s|webpack\.[\w.]{1,30}\.js", name):
            named = re.search(
                r"\b(?:entry|input)\s{0,5}:\s{0,5}(?:\{\s{0,99}\w{1,40}\s{0,5}:\s{0,5})?\[?[\"'`]([^\"'`]{1,200})",
                area.text(name)[:100_000],
            )
            path = _source(area, named[1]) if named else ""
            if path:
                return [Entry(path, bundler, "browser", "sure", f"`{name}` names it")]
    usual = area.first(
        f"src/{name}{suffix}" for name in ("main", "index", "app", "App") for suffix in (".tsx", ".ts", ".jsx", ".js")
    )
    return [Entry(usual, bundler, "browser", "likely", "it is the usual first file of a bundler")] if usual else []
