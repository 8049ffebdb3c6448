"""Which files of a Go module are programs, and which routers are its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.setup.trees import looked, tree

if TYPE_CHECKING:
    from pathlib import Path

    from healer.setup.value import Entry

MAIN = "package main\n\nfunc main() {}\n"
CHI = "module shop\n\ngo 1.22\n\nrequire github.com/go-chi/chi/v5 v5.1.0\n"


def entries(folder: Path, files: dict[str, str], mod: str = "module shop\n\ngo 1.22\n") -> list[Entry]:
    (service,) = looked(tree(folder, {"go.mod": mod, **files})).services
    return [each for each in service.entries if each.certainty == "sure"]


@pytest.mark.parametrize(
    ("constraint", "is_program"),
    [
        ("ignore", False),
        ("generate", False),
        ("man", False),
        ("tools && linux", False),
        ("linux && (generate || man)", False),
        ("!man", True),
        ("linux", True),
        ("!windows && !plan9", True),
        ("generate || unix", True),
        ("go1.21 && cgo // and why", True),
        ("(" * 500 + "linux", True),
        ("!" * 400 + "linux", True),
        ("", True),
    ],
)
def test_what_no_build_takes_is_no_program(tmp_path: Path, constraint: str, is_program: bool) -> None:
    text = f"// A licence\n\n//go:build {constraint}\n\n{MAIN}"
    found = entries(tmp_path / "shop", {"cmd/shop/main.go": MAIN, "cmd/shop/man.go": text})
    assert [each.path for each in found] == ["cmd/shop/main.go", "cmd/shop/man.go"][: 1 + is_program]


def test_a_word_on_builds_behind_the_package_is_none(tmp_path: Path) -> None:
    found = entries(tmp_path / "shop", {"main.go": f"{MAIN}\n//go:build ignore\n"})
    assert [each.path for each in found] == ["main.go"]


def test_the_routers_of_a_server_are_sure_though_its_file_makes_two(tmp_path: Path) -> None:
    two = "".join(f"func {name}() {{\n\tr := chi.NewRouter()\n\t_ = r\n}}\n" for name in ("routes", "assets"))
    recovers = "func (s *Server) run() { s.router.Use(middleware.Recoverer) }\n"
    found = entries(tmp_path / "a", {"main.go": MAIN, "server/a.go": f"package server\n\n{two}{recovers}"}, CHI)
    assert [(each.path, each.function) for each in found if each.kind == "app"] == [
        ("server/a.go", "routes"), ("server/a.go", "assets")
    ]  # fmt: skip
    assert not [each for each in entries(tmp_path / "b", {"main.go": MAIN, "a.go": f"package main\n\n{two}"}, CHI)
                if each.kind == "app"]  # fmt: skip


def test_a_router_among_hundreds_of_files_is_found(tmp_path: Path) -> None:
    handlers = {f"pkg/h{n:03}.go": "package pkg\n\nfunc h(c *echo.Context) { _ = http.StatusOK }\n" for n in range(400)}
    router = "package routes\n\nfunc New() *echo.Echo {\n\te := echo.NewWithConfig(echo.Config{})\n\treturn e\n}\n"
    mod = "module shop\n\ngo 1.22\n\nrequire github.com/labstack/echo/v5 v5.0.0\n"
    found = entries(tmp_path / "shop", handlers | {"main.go": MAIN, "pkg/web/routes/routes.go": router}, mod)
    assert [each.path for each in found] == ["main.go", "pkg/web/routes/routes.go"]
