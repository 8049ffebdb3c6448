"""Go services: modules, their frameworks, and each `func main`."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from healer.policy.globs import matches
from healer.setup.looks.calls import Call, calls
from healer.setup.looks.draft import Draft, ranked
from healer.setup.looks.files import Area, areas, aside, join
from healer.setup.value import Certainty, Entry, Service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.setup.looks.files import Files

#: By the module's path, the most telling first.
_FRAMEWORKS = {"github.com/gin-gonic/gin": "gin", "github.com/labstack/echo": "echo", "github.com/go-chi/chi": "chi"}
_MAKERS = {
    "gin.Default": "gin",
    "gin.New": "gin",
    "echo.New": "echo",
    "echo.NewWithConfig": "echo",
    "chi.NewRouter": "chi",
    "chi.NewMux": "chi",
    "http.NewServeMux": "net/http",
    "http.ListenAndServe": "net/http",
    "http.ListenAndServeTLS": "net/http",
    "http.HandleFunc": "net/http",
    "http.Handle": "net/http",
}
#: The first line that says for which builds a file is, and the words in it that are true of some machine.
_BUILD = re.compile(r"^//go:build[ \t]{1,9}([^\n]{1,500})", re.MULTILINE)
_MACHINES = re.compile(
    r"aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9|solaris|wasip1|windows|unix|cgo|gc"
    r"|386|amd64\w*|arm\w*|loong64|mips\w*|ppc64\w*|riscv64|s390x|wasm|go1\.\d{1,3}"
)
#: What a file has that also starts a server, or keeps it alive: the router that it makes is no part of another.
_OUTERMOST = re.compile(r"\bRecover(?:er|y)?\b|\bhttp\.(?:Server\{|ListenAndServe|Serve\()")
#: Words in the paths of files that make a router.
_TELLING = re.compile(r"rout|serve|http|app|api|web|engine|start|init")
_HINT = re.compile(
    r"\b(?:gin\.(?:Default|New)|echo\.New|chi\.New|http\.(?:NewServeMux|ListenAnd|Handle))|\bfunc main\(\)"
)
_REQUIRED = re.compile(
    r"^(?:require\s{1,9})?\s{0,40}([\w.~-]{1,100}\.[\w.-]{1,40}/[\w./~-]{1,200})\s{1,9}v\d", re.MULTILINE
)
_MODULE = re.compile(r"^module\s{1,9}\"?([^\s\"]{1,200})", re.MULTILINE)
#: Files that are read, and those of them that have a word which makes it worth to parse them.
_MOST_READ = 400
_MOST_FILES = 300
_DEEPEST = 40


def drafts(files: Files) -> list[Draft]:
    """Every module, ordered by folder."""
    folders = [folder for folder, names in files.folders.items() if "go.mod" in names and not aside(folder)]
    found, _ = areas(files, folders, (".go",))
    workspaces = dict(_members(files, folders))
    return [draft for area in found if (draft := _draft(area, workspaces.get(area.folder)))]


def _members(files: Files, folders: list[str]) -> Iterator[tuple[str, str]]:
    for top in [folder for folder, names in files.folders.items() if "go.work" in names]:
        text = re.sub(r"//[^\n]{0,2000}", "", files.text(join(top, "go.work"))[:100_000])
        block = re.search(r"\buse\s{0,9}\(([^)]{0,20000})\)", text)
        used = {word.strip("\"'") for word in (block[1].split() if block else [])}
        used |= set(re.findall(r"^use\s{1,9}([^\s(]{1,300})", text, re.MULTILINE))
        for folder in folders:
            inside = folder.removeprefix(f"{top}/" if top else "") or "."
            if any(matches(inside, f"/{name.removeprefix('./').strip('/') or '.'}") for name in used):
                yield folder, top


def _draft(area: Area, workspace: str | None) -> Draft | None:
    if not area.owned:
        return None
    manifest = area.path("go.mod")
    text = area.files.text(manifest)[:300_000]
    dependencies = dict.fromkeys(_REQUIRED.findall(text), manifest)
    # What only others import is no framework of this module's.
    own = _REQUIRED.findall("\n".join(line for line in text.split("\n") if not line.rstrip().endswith("// indirect")))
    named = [
        framework
        for path, framework in _FRAMEWORKS.items()
        if any(name == path or name.startswith(f"{path}/") for name in own)
    ]
    entries = list(_entries(area, named))
    frameworks = tuple(named)
    if not frameworks:
        frameworks = ("net/http",) if any(entry.framework == "net/http" for entry in entries) else ("go",)
    module = _MODULE.search(text)
    service = Service(
        area.folder,
        "go",
        module[1] if module else area.folder.rpartition("/")[2],
        frameworks,
        "go",
        manifest,
        area.first(("go.sum",)),
        None,
        ranked(entries, frameworks),
        library=not any(entry.kind == "main" for entry in entries),
        workspace=workspace,
    )
    return Draft(service, dependencies)


def _entries(area: Area, named: list[str]) -> Iterator[Entry]:
    """Each `func main` of a `package main`, and each place that makes a router."""
    kept = [path for path in area.owned if not path.endswith("_test.go") and not aside(path)]
    order = sorted(kept, key=_rank)[:_MOST_READ]
    hinted = (path for path in order if _HINT.search(text := area.files.text(path)) and _is_built(text))
    for path in islice(hinted, _MOST_FILES):
        text = area.files.text(path)
        found = calls(path, text, lambda callee: callee in _MAKERS or callee == "func main")
        makers = [call for call in found if call.callee in _MAKERS and (not named or _MAKERS[call.callee] in named)]
        mains = [call for call in found if call.callee == "func main"]
        runs = bool(mains) and re.search(r"^package main\b", text, re.MULTILINE) is not None
        framework = _MAKERS[makers[0].callee] if makers else (named or ["go"])[0]
        if runs:
            side: Certainty = "sure" if _is_program(area, path) else "likely"
            yield Entry(
                path, framework, "main", side, "`func main` of `package main`", mains[0].line, mains[0].end, "main"
            )
        yield from _routers(path, makers, text)


def _is_built(text: str) -> bool:
    """False where a plain `go build` passes a file over on any machine, as one with `//go:build ignore` or a tag of the
    project's own: those are its tools.
    """
    told = _BUILD.search(re.split(r"^package\b", text[:20_000], maxsplit=1, flags=re.MULTILINE)[0])
    if told is None:
        return True
    words = re.findall(r"\w[\w.]{0,60}|&&|\|\||!|[()]", told[1].partition("//")[0])
    found, _ = _either(words, 0, 0)
    return True in found


def _either(words: list[str], at: int, depth: int) -> tuple[set[bool], int]:
    """What an expression of build tags can be, over all machines, and where it ends."""
    found, at = _both(words, at, depth)
    while at < len(words) and words[at] == "||":
        other, at = _both(words, at + 1, depth)
        found = {one or two for one in found for two in other}
    return found, at


def _both(words: list[str], at: int, depth: int) -> tuple[set[bool], int]:
    found, at = _tag(words, at, depth)
    while at < len(words) and words[at] == "&&":
        other, at = _tag(words, at + 1, depth)
        found = {one and two for one in found for two in other}
    return found, at


def _tag(words: list[str], at: int, depth: int) -> tuple[set[bool], int]:
    word = words[at] if at < len(words) else ""
    if depth > _DEEPEST:
        return {True, False}, len(words)
    if word == "!":
        found, at = _tag(words, at + 1, depth + 1)
        return {not each for each in found}, at
    if word == "(":
        found, at = _either(words, at + 1, depth + 1)
        return found, at + 1
    return ({True, False} if _MACHINES.fullmatch(word) else {False}), at + 1


def _rank(path: str) -> tuple[bool, bool, int, str]:
    return "main" not in path.rpartition("/")[2], not _TELLING.search(path), path.count("/"), path


def _is_program(area: Area, path: str) -> bool:
    """True at the top and in `cmd`, where Go keeps its programs; elsewhere a generator may well be one too."""
    folders = path.removeprefix(f"{area.folder}/" if area.folder else "").split("/")[:-1]
    return not folders or folders[0] in ("cmd", "cmds", "app", "apps", "services", "server", "api")


def _routers(path: str, makers: list[Call], text: str) -> Iterator[Entry]:
    alone = len(makers) == 1 or (_OUTERMOST.search(text) is not None and len({call.function for call in makers}) > 1)
    for call in makers[:3]:
        if call.callee.startswith("http.") and call.callee != "http.NewServeMux":
            continue
        where = f" is bound to `{call.name}`" if call.name else " stands there"
        why = f"`{call.callee}()`{where}"
        certain: Certainty = "sure" if call.name and alone else "likely"
        yield Entry(path, _MAKERS[call.callee], "app", certain, why, call.line, call.end, call.name, call.function)
