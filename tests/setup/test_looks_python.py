"""Where Python makes an app: what is sure, what is likely, and what is neither."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.setup.trees import codes, looked, tree

if TYPE_CHECKING:
    from pathlib import Path

    from healer.setup.value import Entry


def entries(folder: Path, files: dict[str, str]) -> list[Entry]:
    services = looked(tree(folder / "shop", files)).services
    return [entry for service in services for entry in service.entries]


@pytest.mark.parametrize(
    ("source", "framework", "kind", "certainty", "name", "function", "line"),
    [
        ("import flask as f\napi = f.Flask('x')\n", "flask", "app", "sure", "api", "", 2),
        ("from flask.app import Flask as F\napi: F = F(\n  'x',\n)\n", "flask", "app", "sure", "api", "", 2),
        ("from flask import Flask\nclass Mine(Flask): ...\napp = Mine('x')\n", "flask", "app", "sure", "app", "", 3),
        (
            "from flask import Flask\ntry:\n    app = Flask('x')\nexcept OSError:\n    raise\n",
            "flask",
            "app",
            "likely",
            "app",
            "",
            3,
        ),
        ("from flask import Flask\nif True:\n    app = Flask('x')\n", "flask", "app", "likely", "app", "", 3),
        (
            "from flask import Flask\nclass A:\n    def __init__(self):\n        self.app = Flask('x')\n",
            "flask",
            "app",
            "likely",
            "self.app",
            "__init__",
            4,
        ),
        (
            "from flask import Flask\ndef make():\n    with open('x'):\n        app = Flask('x')\n        return app\n",
            "flask",
            "factory",
            "sure",
            "app",
            "make",
            4,
        ),
        ("from flask import Flask\ndef make():\n    return Flask('x')\n", "flask", "factory", "likely", "", "make", 3),
        (
            "from flask import Flask\ndef main():\n    app = Flask('x')\n    app.run()\n",
            "flask",
            "app",
            "likely",
            "app",
            "main",
            3,
        ),
        ("from fastapi import FastAPI\napp = application = FastAPI()\n", "fastapi", "app", "sure", "app", "", 2),
        ("import fastapi\napp = fastapi.FastAPI(docs_url=None)\n", "fastapi", "app", "sure", "app", "", 2),
        (
            "from starlette.applications import Starlette\napp = Starlette(routes=[])\n",
            "starlette",
            "app",
            "sure",
            "app",
            "",
            2,
        ),
        ("import celery\nqueue = celery.Celery()\n", "celery", "app", "sure", "queue", "", 2),
        (
            "from celery import Celery\ndef celery_init_app(app):\n    c = Celery(app.name)\n    return c\n",
            "celery",
            "factory",
            "sure",
            "c",
            "celery_init_app",
            3,
        ),
        ("from quart import Quart\napp = Quart('x')\n", "asgi", "app", "sure", "app", "", 2),
        ("def handler(event, context):\n    pass\n", "aws-lambda", "handler", "likely", "handler", "", 1),
        # What this version of Python cannot read, and a later one can.
        ("from flask import Flask\ntype Name = str\napp = Flask('x')\n", "flask", "app", "likely", "app", "", 3),
    ],
)
def test_a_place_is_found(
    tmp_path: Path, source: str, framework: str, kind: str, certainty: str, name: str, function: str, line: int
) -> None:
    (entry,) = entries(tmp_path, {"app.py": source})
    seen = (entry.framework, entry.kind, entry.certainty, entry.name, entry.function, entry.line)
    assert seen == (framework, kind, certainty, name, function, line)


@pytest.mark.parametrize(
    "source",
    [
        "# from flask import Flask\n# app = Flask('x')\n",
        '"""\nfrom flask import Flask\napp = Flask("x")\n"""\n',
        "from shop.flask import Flask\napp = Flask('x')\n",
        "from .flask import Flask\napp = Flask('x')\n",
        "class Flask: ...\napp = Flask()\n",
        "from flask import Flask\napp: Flask\n",
        "text = 'Flask(__name__)'\n",
        "def handler(event): ...\n",
        "def view(request, context): ...\n",
    ],
)
def test_what_only_looks_like_an_app_is_none(tmp_path: Path, source: str) -> None:
    assert [
        entry for entry in entries(tmp_path, {"app.py": source, "setup.cfg": ""}) if entry.certainty != "unsure"
    ] == []


def test_of_two_apps_the_one_that_is_started_is_sure(tmp_path: Path) -> None:
    app = "from flask import Flask\napp = Flask('x')\n"
    found = entries(tmp_path, {"app.py": app, "old/app.py": app})
    assert [entry.certainty for entry in found] == ["likely", "likely"]
    found = entries(
        tmp_path / "b", {"app.py": app, "old/server.py": app, "Procfile": "web: gunicorn -w 2 'old.server:app'\n"}
    )
    assert [(entry.path, entry.certainty) for entry in found] == [("old/server.py", "sure"), ("app.py", "likely")]
    assert "Procfile" in found[0].why


def test_an_app_that_is_mounted_is_not_the_app(tmp_path: Path) -> None:
    source = "from fastapi import FastAPI\napp = FastAPI()\nv1 = FastAPI()\napp.mount('/v1', v1)\n"
    found = entries(tmp_path, {"main.py": source})
    assert [(entry.name, entry.certainty) for entry in found] == [("app", "sure"), ("v1", "unsure")]


def test_tests_scripts_and_migrations_are_no_apps(tmp_path: Path) -> None:
    app = "from flask import Flask\napp = Flask('x')\n"
    found = entries(
        tmp_path,
        {
            "app.py": app,
            "test_app.py": app,
            "conftest.py": app,
            "tests/app.py": app,
            "scripts/try.py": app,
            "a/tests.py": app,
        },
    )
    assert [(entry.path, entry.certainty) for entry in found] == [("app.py", "sure"), ("scripts/try.py", "likely")]


def test_of_several_settings_the_named_one_is_sure(tmp_path: Path) -> None:
    settings = "INSTALLED_APPS = ['a']\n"
    manage = "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'site_.settings.live'\n"
    found = entries(
        tmp_path,
        {
            "web/manage.py": manage,
            "web/site_/settings/live.py": settings,
            "web/site_/settings/local.py": settings,
            "requirements.txt": "django\n",
        },
    )
    assert [(entry.path, entry.certainty) for entry in found if entry.kind == "settings"] == [
        ("web/site_/settings/live.py", "sure"),
        ("web/site_/settings/local.py", "likely"),
    ]


@pytest.mark.parametrize(
    "derived",
    [
        "from . import base\nINSTALLED_APPS = base.INSTALLED_APPS + ('bar',)\n",
        "from .base import *\nINSTALLED_APPS = ['bar'] + INSTALLED_APPS + ['c']\n",
        "from .base import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'bar']\n",
    ],
)
def test_settings_that_add_to_others_leave_those_sure(tmp_path: Path, derived: str) -> None:
    found = entries(
        tmp_path,
        {
            "manage.py": "import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'shop.settings'\n",
            "shop/settings/__init__.py": "from .base import *\n",
            "shop/settings/base.py": "INSTALLED_APPS = (\n    'a',\n)\n",
            "shop/settings/dev.py": derived,
            "requirements.txt": "django\n",
        },
    )
    assert [(entry.path, entry.certainty) for entry in found if entry.kind == "settings"] == [
        ("shop/settings/base.py", "sure"),
        ("shop/settings/dev.py", "likely"),
    ]


@pytest.mark.parametrize(
    ("files", "manager", "manifest", "lock"),
    [
        ({"requirements.txt": "flask"}, "pip", "requirements.txt", ""),
        (
            {"pyproject.toml": "[project]\nname='x'\ndependencies=['flask']\n", "requirements.txt": "flask"},
            "pip",
            "pyproject.toml",
            "",
        ),
        (
            {"pyproject.toml": "[project]\nname='x'\ndynamic=['dependencies']\n", "requirements.txt": "flask"},
            "pip",
            "requirements.txt",
            "",
        ),
        ({"pyproject.toml": "[tool.ruff]\n", "requirements.txt": "flask"}, "pip", "requirements.txt", ""),
        (
            {
                "pyproject.toml": "[tool.black]\n",
                "requirements/project-requirements.txt": "Flask==3.1\nredis==5",
                "requirements/test-requirements.txt": "flake8",
            },
            "pip",
            "requirements/project-requirements.txt",
            "",
        ),
        (
            {"requirements/base.in": "flask", "requirements/base.txt": "flask==3"},
            "pip",
            "requirements/base.in",
            "requirements/base.txt",
        ),
        ({"setup.py": "from setuptools import setup\nsetup(install_requires=['flask'])\n"}, "pip", "setup.py", ""),
        (
            {
                "setup.cfg": "[options]\ninstall_requires =\n  flask\n",
                "setup.py": "import setuptools; setuptools.setup()\n",
            },
            "pip",
            "setup.cfg",
            "",
        ),
        (
            {"pyproject.toml": "[project]\nname='x'\ndependencies=['flask']\n", "uv.lock": ""},
            "uv",
            "pyproject.toml",
            "uv.lock",
        ),
        (
            {"pyproject.toml": "[project]\nname='x'\n[tool.poetry]\npackage-mode=false\n"},
            "poetry",
            "pyproject.toml",
            "",
        ),
        ({"Pipfile": "[packages]\nflask='*'\n"}, "pipenv", "Pipfile", ""),
    ],
)
def test_the_manager_and_its_files(
    tmp_path: Path, files: dict[str, str], manager: str, manifest: str, lock: str
) -> None:
    root = tree(tmp_path / "shop", {"app.py": "from flask import Flask\napp = Flask('x')\n", **files})
    (service,) = looked(root).services
    assert (service.manager, service.manifest, service.lock) == (manager, manifest, lock)
    assert service.frameworks == ("flask",)


def test_a_module_of_ones_own_called_splat_is_named_and_is_no_sdk(tmp_path: Path) -> None:
    app = "import splat\nfrom flask import Flask\napp = Flask('x')\n"
    found = looked(tree(tmp_path / "shop", {"app.py": app, "splat.py": "colour = 1\n"}))
    assert codes(found) == {"shadowed"}
    assert found.splat.sdk == found.splat.py_splat == ()


def test_the_two_products_that_are_imported_as_splat_are_told_apart(tmp_path: Path) -> None:
    flask = "from flask import Flask\napp = Flask('x')\n"
    for number, (line, package, theirs) in enumerate(
        (
            ("import splat", "splat-sdk", False),
            ("import splat", "py-splat", True),
            ("import splat.integrations.flask", "", False),
            ("from splat import Splat", "", True),
            ("from splat.middleware.flask import SplatFlask", "splat-sdk", True),
        )
    ):
        found = looked(
            tree(tmp_path / str(number), {"app.py": f"{line}\n{flask}", "requirements.txt": f"flask\n{package}\n"})
        )
        imports = [seen.how for seen in (found.splat.py_splat if theirs else found.splat.sdk)]
        assert "import" in imports, line
        assert ("py-splat" in codes(found)) == theirs


@pytest.mark.parametrize(
    "line",
    ["./vendor/splat_sdk-0.1.0-py3-none-any.whl", "vendor/splat_sdk-0.1.0-py3-none-any.whl; python_version > '3.9'"],
)
def test_a_wheel_in_the_repository_is_its_package(line: str, tmp_path: Path) -> None:
    found = looked(tree(tmp_path, {"app.py": "import flask\n", "requirements.txt": f"flask\n{line}\n"}))
    assert [(seen.path, seen.how) for seen in found.splat.sdk] == [("requirements.txt", "dependency")]
