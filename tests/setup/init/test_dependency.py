"""The SDK in the file of dependencies: one more entry, everything else byte for byte, and lines to paste otherwise."""
# ruff: noqa: E501 - tables of files are read by line

from __future__ import annotations

import pytest

from healer.setup.choices import Choices
from healer.setup.dependency import add_dependency
from healer.setup.dependency.py_splat import give_way
from healer.setup.plan import spliced
from healer.setup.value import Manager, Service
from tests.setup.init.held import Held

CHOICES = Choices("acme/shop")
TABLE = [
    ("requirements.txt", "", "splat-sdk\n"),
    ("requirements.txt", "flask", "flask\nsplat-sdk"),
    ("requirements.txt", "flask\r\nzope\r\n", "flask\r\nsplat-sdk\r\nzope\r\n"),
    ("requirements.txt", "zope\n# why\nflask==1 ; python_version > '3'\n", "zope\n# why\nflask==1 ; python_version > '3'\nsplat-sdk\n"),
    ("requirements.txt", "-r base.txt\nflask\n    # via x\nzope\n", "-r base.txt\nflask\n    # via x\nsplat-sdk\nzope\n"),
    ("requirements.txt", "flask==1 \\\n  --hash=sha256:00\n", None),
    ("requirements.txt", "flask\nSplat_SDK==1\n", "same"),
    ("requirements.txt", "flask\n./vendor/splat_sdk-0.1.0-py3-none-any.whl\n", "same"),
    ("requirements.txt", "splat-sdk-extra\n", "splat-sdk-extra\nsplat-sdk\n"),
    ("requirements.txt", "\ufefff\n".encode("utf-16").decode("latin-1"), None),
    ("pyproject.toml", '[project]\nname="x"\ndependencies = [\n  "flask",  # w\n  "zope"\n]\n', '[project]\nname="x"\ndependencies = [\n  "flask",  # w\n  "splat-sdk",\n  "zope"\n]\n'),
    ("pyproject.toml", '[project]\ndependencies = [\r\n\t"zope",\r\n\t"flask",\r\n]\r\n', '[project]\ndependencies = [\r\n\t"zope",\r\n\t"flask",\r\n\t"splat-sdk",\r\n]\r\n'),
    ("pyproject.toml", '[project]\ndependencies = [\n  "zope",\n  "flask", # w\n]\n', '[project]\ndependencies = [\n  "splat-sdk",\n  "zope",\n  "flask", # w\n]\n'),
    ("pyproject.toml", "[project]\ndependencies = ['flask']  # x\n", "[project]\ndependencies = ['flask', \"splat-sdk\"]  # x\n"),
    ("pyproject.toml", "[project]\ndependencies = []", '[project]\ndependencies = ["splat-sdk"]'),
    ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3"\n# x\n\n[tool.black]\nline-length=1\n', '[tool.poetry.dependencies]\npython = "^3"\n# x\nsplat-sdk = "*"\n\n[tool.black]\nline-length=1\n'),
    ("pyproject.toml", '[dependency-groups]\ndev = ["pytest"]\nserver = ["flask"]\n', '[dependency-groups]\ndev = ["pytest"]\nserver = ["flask", "splat-sdk"]\n'),
    ("pyproject.toml", '[dependency-groups]\na = ["pytest"]\nb = ["flask"]\n', None),
    ("pyproject.toml", '[project]\ndynamic = ["dependencies"]\n', None),
    ("pyproject.toml", "[project\n", None),
    ("pyproject.toml", "[project]\ndependencies = 'flask'\n", None),
    ("pyproject.toml", "a = " + "[" * 3000, None),
    ("Pipfile", '[packages]\nflask = "*"  # x\n\n[dev-packages]\npytest = "*"\n', '[packages]\nflask = "*"  # x\nsplat-sdk = "*"\n\n[dev-packages]\npytest = "*"\n'),
    ("Pipfile", '[dev-packages]\npytest = "*"\n', None),
    ("setup.cfg", "[options]\ninstall_requires =\n    flask\n    # x\n    zope\n[x]\n", "[options]\ninstall_requires =\n    splat-sdk\n    flask\n    # x\n    zope\n[x]\n"),
    ("setup.cfg", "[options]\ninstall_requires = flask\n", None),
    ("setup.cfg", "[options\n", None),
    ("setup.py", "setup(\n  install_requires=[\n    'flask',\n  ],\n)\n", "setup(\n  install_requires=[\n    'splat-sdk',\n    'flask',\n  ],\n)\n"),
    ("setup.py", "setup(install_requires=['flask'])\n", "setup(install_requires=['splat-sdk', 'flask'])\n"),
    ("setup.py", "setup(install_requires=[])\n", 'setup(install_requires=["splat-sdk"])\n'),
    ("setup.py", "setup(install_requires=read('requirements.txt'))\n", None),
    ("environment.yml", "dependencies:\n  - flask\n", None),
]  # fmt: skip


def service(path: str, manager: Manager = "pip", lock: str = "") -> Service:
    return Service("", "python", "shop", ("flask",), manager, path, lock, None, ())


@pytest.mark.parametrize(("path", "before", "after"), TABLE)
def test_one_more_entry(path: str, before: str, after: str | None) -> None:
    data = before.encode("latin-1")
    part = add_dependency(service(path), Held({path: data}), "splat-sdk")
    if after is None:
        assert not part.changes
        assert part.pastes[0].lines == ("splat-sdk",)
        assert part.pastes[0].path == path
        return
    if after == "same":
        assert part.changes == part.pastes == ()
        return
    (change,) = part.changes
    assert (change.after or b"").decode("latin-1") == after
    assert spliced(data, change.splices) == change.after
    again = add_dependency(service(path), Held({path: change.after or b""}), "splat-sdk")
    assert again.changes == again.pastes == ()


@pytest.mark.parametrize(
    ("manager", "lock", "command"), [("uv", "uv.lock", "uv lock"), ("poetry", "a/poetry.lock", "poetry lock")]
)
def test_the_lock_file_is_the_tool_s_own(manager: Manager, lock: str, command: str) -> None:
    files = Held({"pyproject.toml": b"[project]\ndependencies = []\n"})
    (word,) = add_dependency(service("pyproject.toml", manager, lock), files, "splat-sdk").words
    assert word.where == lock
    assert f"`{command}`" in word.next_step


def test_what_a_lock_file_is_made_of_is_edited() -> None:
    files = Held({"requirements.txt": b"flask==3\n", "requirements.in": b"flask\n"})
    part = add_dependency(service("requirements.txt"), files, "splat-sdk")
    assert [change.path for change in part.changes] == ["requirements.in"]
    assert "pip-compile requirements.in" in part.words[0].next_step


def test_without_a_file_the_command_is_told() -> None:
    part = add_dependency(service(""), Held({}), "splat-sdk")
    assert part.pastes[0].lines == ("pip install splat-sdk",)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("requirements.txt", b"a\npy-splat==1.2 ; x # y\nb\n", b"a\nsplat-sdk ; x # y\nb\n"),
        ("requirements.txt", b"py_splat[x]>=1\r\n", b"splat-sdk\r\n"),
        ("requirements.txt", b"py-splatter\n", None),
        ("requirements.txt", b"py-splat\npy-splat\n", None),
        ("pyproject.toml", b"[project]\ndependencies = ['a', \"py-splat >= 1\"]\n", b"[project]\ndependencies = ['a', \"splat-sdk\"]\n"),
        ("pyproject.toml", b'[tool.poetry.dependencies]\npy-splat = "^1"\n', b'[tool.poetry.dependencies]\nsplat-sdk = "*"\n'),
        ("pyproject.toml", b'[tool.poetry.dependencies]\npy-splat = {version = "1"}\n', None),
    ],
)  # fmt: skip
def test_py_splat_gives_way(path: str, before: bytes, after: bytes | None) -> None:
    made = give_way(path, before, "splat-sdk")
    assert made == after if after is not None else not isinstance(made, bytes)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (
            {"requirements.txt": b"-r requirements/production.txt\n"},
            "requirements/base.txt",
        ),  # what a Dockerfile installs
        ({"requirements.txt": b"flask\n-r requirements/base.txt # all\r\n"}, "requirements/base.txt"),
        ({"requirements.txt": b"-r requirements/base.txt\n-r requirements/production.txt\n"}, "requirements.txt"),
        ({"requirements.txt": b"-r ../base.txt\n"}, "requirements.txt"),
        ({"requirements.txt": b"-r requirements.txt\n"}, "requirements.txt"),
        ({"requirements.txt": b"-r gone.txt\n"}, "requirements.txt"),
        ({"requirements.txt": b"-c requirements/base.txt\n"}, "requirements.txt"),
        ({"requirements.in": b"-r requirements/base.txt\n", "requirements/base.in": b""}, "requirements/base.in"),
    ],
)
def test_what_every_installation_reads(listed: dict[str, bytes], expected: str) -> None:
    inner = {"requirements/production.txt": b"-r base.txt\ngunicorn\n", "requirements/base.txt": b"flask\n"}
    (change,) = add_dependency(service(next(iter(listed))), Held(inner | listed), "splat-sdk").changes
    assert change.path == expected
