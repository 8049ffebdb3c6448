"""What a browser loads first: of a page, of a bundler's configuration, or by custom."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from healer.setup.looks.javascript_entries import source_of
from healer.setup.value import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from healer.setup.looks.files import Area

_SCREEN_SUFFIXES = (".tsx", ".ts", ".jsx", ".js")
#: Configurations of bundlers, and the first file that they name.
_CONFIGURES = re.compile(r"(webpack|rollup|vite)[\w.]{0,30}\.config\.[cm]?[jt]s|webpack\.[\w.]{1,30}\.js")
_BEGINS = re.compile(r"\b(?:entry|input)\s{0,5}:\s{0,5}(?:\{\s{0,99}\w{1,40}\s{0,5}:\s{0,5})?\[?[\"'`]([^\"'`]{1,200})")
#: What always begins at `src/index`.
_BEGIN_AT_INDEX = ("react-scripts", "react-app-rewired", "@craco/craco")
_IMPORTS = re.compile(r"""\bimport\b[\s(]{0,3}(?:[\w{}*,$ ]{1,200} from )?["']([./][^"']{1,300})["']""")
_MOST_IN_PAGE = 50


def browser_entries(area: Area, bundler: str, dependencies: Mapping[str, str]) -> list[Entry]:
    """What the browser loads first: what the page names, the bundler's configuration, or the usual file."""
    for page in ("index.html", "src/index.html", "public/index.html"):
        for named in _loaded(area.text(page)[:200_000]):
            path = source_of(area, named.lstrip("/")) if "//" not in named else ""
            if path:
                return [Entry(path, bundler, "browser", "sure", f"`{page}` loads it")]
    for name in area.names():
        if _CONFIGURES.fullmatch(name):
            begins = _BEGINS.search(area.text(name)[:100_000])
            path = source_of(area, begins[1]) if begins else ""
            if path:
                return [Entry(path, bundler, "browser", "sure", f"`{name}` names it")]
    maker = next((name for name in _BEGIN_AT_INDEX if name in dependencies), "")
    if maker and (index := area.first(f"src/index{suffix}" for suffix in _SCREEN_SUFFIXES)):
        return [Entry(index, bundler, "browser", "sure", f"`{maker}` begins there")]
    usual = area.first(f"src/{name}{suffix}" for name in ("main", "index", "app", "App") for suffix in _SCREEN_SUFFIXES)
    return [Entry(usual, bundler, "browser", "likely", "it is the usual first file of a bundler")] if usual else []


def _loaded(page: str) -> Iterator[str]:
    """What a page's scripts are, and what those that stand in it import; not those in its comments."""
    page = _without_comments(page)
    for match in islice(re.finditer(r"<script\b([^<>]{0,500})>", page), _MOST_IN_PAGE):
        if source := re.search(r"""\bsrc\s{0,5}=\s{0,5}["']([^"']{1,300})["']""", match[1]):
            yield source[1]
        elif "module" in match[1]:
            inside = page[match.end() : match.end() + 20_000].partition("</script")[0]
            yield from _IMPORTS.findall(inside)


def _without_comments(page: str) -> str:
    kept, rest = page.partition("<!--")[::2]
    return kept + "".join(each.partition("-->")[2] for each in rest.split("<!--"))
