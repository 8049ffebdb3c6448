"""Lines put into Python files of every shape: nothing else changes, once is enough, and all of it comes out again."""
# ruff: noqa: E501 - tables of source texts are read by line

from __future__ import annotations

import ast
import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.setup.code import propose_code
from healer.setup.record import digest, read_record
from healer.setup.value import Entry, Service
from tests.setup.init.held import CHOICES, Held, comes_out, only, only_adds

if TYPE_CHECKING:
    from healer.setup.plan import Change, Part


def service(*entries: Entry) -> Service:
    framework = entries[0].framework if entries else "python"
    return Service("", "python", "shop", (framework,), "pip", "requirements.txt", "", None, entries)


def inject(data: bytes, *entries: Entry) -> Part:
    return propose_code(
        service(*entries), Held({"app.py": data, "requirements.txt": b"splat-sdk\n"}), CHOICES, named=False
    )


def entry_at(text: str, name: str = "app", framework: str = "flask") -> Entry:
    """Where Python itself says that the app is made."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == name for target in node.targets):
            return Entry("app.py", framework, "app", "sure", "", node.lineno, node.end_lineno or 0, name)
    raise AssertionError(text)


# --- files


HEADS = ["", "#!/usr/bin/env python3\n", "# A comment, wörd\n", "# A licence\n# of two lines\n\n", "\n\n", "\f\n"]
DOCS = [
    "",
    '"""Doc."""\n',
    "'''Doc\n\n  of lines — or, \\'quotes\\'\n'''\n",
    'r"""\\d # no comment\n"""  # a comment\n',
    '"one" "two"\n',
    '"""D"""; x = 1\n',
]
FUTURE = ["", "from __future__ import annotations\n", "from __future__ import (\n    annotations,\n)  # why\n\n"]
IMPORTS = [
    "import os\n", "import os, sys\n", "import os; import sys\n", "import zlib as z\n", "from os import (\n  path,  # one\n\n  sep,\n)\n",
    "from os \\\n    import path\n", "# about it\nimport json\n", "\n", "\n\n\n", "import aiohttp\n", "import zope.interface\n",
    "from . import views\n", "from .models import *\n", "try:\n    import ujson as json\nexcept ImportError:  # slow\n    import json\n",
    "if True:\n\timport re\nelse:\n\timport re2 as re\n", "import sys; sys.path.insert(0, '.')\n", "import typing\nif typing.TYPE_CHECKING: from a import b\n",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from collections import abc\n    # a note\n", "__version__ = '1'\n", "with open('x') as f: import g\n",
    "from gevent import monkey\nmonkey.patch_all()\n", "from dotenv import load_dotenv\nload_dotenv()\n", "import os \t\n",
]  # fmt: skip
FRAMEWORK = [
    "from flask import Flask\n",
    "import flask\nFlask = flask.Flask\n",
    "from flask import (Flask,\n    request)\n",
]
BEFORE = [
    "",
    "\n",
    "X = {\n  'a': 1,\n}\n",
    "def f():\n\treturn 1\n\n\n",
    "# the app\n",
    "class A:\n    '''D'''\n\n\n",
    "if X:\n    y = 1\n",
    "@d\ndef g(): ...\n",
]
APPS = [
    "app = Flask(__name__)\n", "app = Flask(\n    __name__,\n    # odd\n  static=None)   # made\n", "app = application = Flask(__name__); x = app\n" * 0 + "app = Flask(__name__) ; \n",
    "x = 1; app = Flask(__name__)\n", "def make():\n\tapp = Flask(__name__)\n\n\treturn app\n", "def make(a,\n  b=1):\n    '''D'''\n    app = Flask(__name__)\n    return app\n",
    "class App:\n  app = Flask(__name__)\n  y = 2\n", "if X:\n    app = Flask(__name__)\nelse:\n    pass\n", "app = \\\n  Flask(__name__)\n", "async def h():\n    with a as b:\n        app = Flask(__name__)\n        return app\n",
]  # fmt: skip
AFTER = [
    "",
    "\n",
    "\n\n@app.get('/')\ndef index():\n    return 'ö'\n",
    "app.run()",
    "# end",
    "\n\n\n",
    "if __name__ == '__main__':\n    app.run()\n",
    "\f\ndef z(): pass\n",
]
ENCODINGS = [
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "latin-1",
    "cp1252",
    "iso-8859-15",
    "koi8-r",
    "shift_jis",
    "euc-jp",
    "gb18030",
]
NEWLINES = ["\n", "\n", "\r\n", "\r"]


@st.composite
def sources(draw: st.DrawFn) -> tuple[bytes, str]:
    """A file's bytes, and its text as Python reads it."""
    encoding = draw(st.sampled_from(ENCODINGS))
    head = draw(st.sampled_from(HEADS))
    if not encoding.startswith("utf-8") or draw(st.booleans()):
        cookie = f"# -*- coding: {encoding.removesuffix('-sig')} -*-\n"
        head = head + cookie if head.startswith("#!") else cookie + head
    imports = "".join(draw(st.lists(st.sampled_from(IMPORTS), max_size=5)))
    text = head + draw(st.sampled_from(DOCS)) + draw(st.sampled_from(FUTURE)) + imports
    text += draw(st.sampled_from(FRAMEWORK)) + draw(st.sampled_from(BEFORE)) + draw(st.sampled_from(APPS))
    text += draw(st.sampled_from(AFTER))
    newline = draw(st.sampled_from(NEWLINES))
    if draw(st.booleans()):
        text = text.replace("\n", newline)
    elif newline != "\r":  # both kinds in one file
        chance = random.Random(draw(st.integers(0, 9)))
        text = "".join(char if char != "\n" or chance.random() < 0.5 else newline for char in text)
    plain = encoding.removesuffix("-sig")
    text = text.encode(plain, "replace").decode(plain)
    return text.encode(encoding), text


@settings(max_examples=250, deadline=None)
@given(sources())
def test_only_lines_are_added(source: tuple[bytes, str]) -> None:
    data, text = source
    try:
        compile(data, "app.py", "exec")
    except (SyntaxError, ValueError):
        return
    part = inject(data, entry_at(text))
    if not part.changes:
        assert part.pastes, "what is not written is said"
        assert part.pastes[0].lines[-1] == "splat.integrations.flask.install(app)"
        return
    change = only(part)
    only_adds(change)
    _means_the_same(change)
    again = inject(change.after or b"", entry_at(_text(change.after or b"")))
    assert not again.changes
    assert not again.pastes
    comes_out(change)


def _text(data: bytes) -> str:
    import io
    import tokenize

    return data.decode(tokenize.detect_encoding(io.BytesIO(data).readline)[0])


def _means_the_same(change: Change) -> None:
    before, after = (ast.parse(content or b"") for content in (change.before, change.after))
    assert compile(change.after or b"", "app.py", "exec")
    assert ast.get_docstring(after) == ast.get_docstring(before)
    names = [line for line in ast.unparse(after).splitlines() if "splat" not in line]
    assert names == [line for line in ast.unparse(before).splitlines() if "splat" not in line]
    assert ast.unparse(after).count("splat.integrations.flask.install(app)") == 1
    assert ast.unparse(after).count("splat.init(repo='acme/shop')") == 1


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.integers(0, 9))
def test_any_bytes_are_survived(data: bytes, line: int) -> None:
    part = inject(data, Entry("app.py", "flask", "app", "sure", "", line, line, "app"))
    assert part.changes or part.pastes or part.words


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=400))
def test_any_record_is_survived(content: bytes) -> None:
    read_record(content)
    read_record(b'{"format": 1, "folders": [], "files": [' + content + b"]}")


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 5000 + ")" * 5000,
        "x = " + "[" * 3000 + "]" * 3000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "1+" * 20_000 + "1",
        "x" + ".a" * 20_000,
        "if x:\n" * 1,
    ],
)
def test_what_is_nested_too_deeply_is_left_alone(deep: str) -> None:
    part = inject(f"app = Flask()\n{deep}\n".encode(), Entry("app.py", "flask", "app", "sure", "", 1, 1, "app"))
    assert not part.changes
    assert "parsed" in part.pastes[0].why or "syntax" in part.pastes[0].why


DJANGO = [
    ("INSTALLED_APPS = [\n    'a',\n    'b',\n]\n", "INSTALLED_APPS = [\n    'splat.integrations.django.Splat',\n    'a',\n    'b',\n]\n"),
    ('INSTALLED_APPS = (\n\t"a",  # why\n)\n', 'INSTALLED_APPS = (\n\t"splat.integrations.django.Splat",\n\t"a",  # why\n)\n'),
    ("INSTALLED_APPS = ['a']\n", "INSTALLED_APPS = ['a']\n" 'INSTALLED_APPS = ["splat.integrations.django.Splat", *INSTALLED_APPS]\n'),
    ("INSTALLED_APPS = A + B", "INSTALLED_APPS = A + B\n" 'INSTALLED_APPS = ["splat.integrations.django.Splat", *INSTALLED_APPS]'),
    ("INSTALLED_APPS = [\n    'a',\n] + MORE\n", "INSTALLED_APPS = [\n    'splat.integrations.django.Splat',\n    'a',\n] + MORE\n"),
    ("INSTALLED_APPS = A\nINSTALLED_APPS += ('x',)\n", "INSTALLED_APPS = A\nINSTALLED_APPS += ('x',)\n" 'INSTALLED_APPS = ["splat.integrations.django.Splat", *INSTALLED_APPS]\n'),
    ("INSTALLED_APPS = [\n    'a',\n]\nif D:\n    INSTALLED_APPS += ['b']\n", "INSTALLED_APPS = [\n    'splat.integrations.django.Splat',\n    'a',\n]\nif D:\n    INSTALLED_APPS += ['b']\n"),
    ("INSTALLED_APPS = [\n    'a',\n]\nINSTALLED_APPS = other(INSTALLED_APPS)\n", "INSTALLED_APPS = [\n    'a',\n]\nINSTALLED_APPS = other(INSTALLED_APPS)\n" 'INSTALLED_APPS = ["splat.integrations.django.Splat", *INSTALLED_APPS]\n'),
    ("INSTALLED_APPS: list[str] = [  # all\n    # first\n    'a',\n]\n", "INSTALLED_APPS: list[str] = [  # all\n    # first\n    'a',\n]\n" 'INSTALLED_APPS = ["splat.integrations.django.Splat", *INSTALLED_APPS]\n'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), DJANGO)
def test_the_apps_of_django(before: str, after: str) -> None:
    entry = Entry("app.py", "django", "settings", "sure", "", 3, 3, "INSTALLED_APPS")
    (change,) = inject(f"import os\n\n{before}".encode(), entry).changes
    assert (change.after or b"").decode() == f'import os\n\nimport splat\n\nsplat.init(repo="acme/shop")\n\n{after}'
    comes_out(change)


@pytest.mark.parametrize(
    "after", ["if D:\n    INSTALLED_APPS = ['b']\n", "if D:\n    pass\nelse:\n    INSTALLED_APPS = A\n"]
)
def test_apps_that_another_list_may_replace(after: str) -> None:
    entry = Entry("app.py", "django", "settings", "sure", "", 1, 3, "INSTALLED_APPS")
    part = inject(b"INSTALLED_APPS = [\n    'a',\n]\n" + after.encode(), entry)
    assert not part.changes
    assert part.pastes


ENVIRONMENTS = [
    ("BASE = 1\nload_dotenv(\n    BASE\n)\nfrom a import b\napp = Flask(__name__)\n", ""),
    ("env = Env()\nif env.bool('READ'):\n    env.read_env('.env')\nX = 1\napp = Flask(__name__)\n", ""),
    ("BASE = 1\nloaded = dotenv.load_dotenv()\nif True:\n    app = Flask(__name__)\n", ""),
    ("def create_app():\n    if A:\n        load_dotenv()\n    app = Flask(__name__)\n    return app\n", "    "),
    ("class A:\n    def make(self):\n        load_dotenv()\n        app = Flask(__name__)\n", "        "),
]


@pytest.mark.parametrize(("after", "indent"), ENVIRONMENTS)
def test_it_starts_behind_what_brings_its_token(after: str, indent: str) -> None:
    text = f"import os\n\nfrom flask import Flask\n\n{after}"
    (change,) = inject(text.encode(), entry_at(text)).changes
    lines = (change.after or b"").decode().splitlines()
    start = lines.index(f'{indent}splat.init(repo="acme/shop")')
    loads = next(n for n, line in enumerate(lines) if "load_dotenv(" in line or "read_env(" in line)
    assert loads < start < next(n for n, line in enumerate(lines) if "app = Flask" in line)
    comes_out(change)


@pytest.mark.parametrize(
    "after",
    [
        "app = Flask(__name__)\nload_dotenv()\n",  # too late for an app that is there
        "def other():\n    load_dotenv()\n\n\napp = Flask(__name__)\n",
        "app = Flask(__name__)\nif __name__ == '__main__':\n    load_dotenv()\n",
    ],
)
def test_what_does_not_run_before_the_app_is_not_waited_for(after: str) -> None:
    text = f"from flask import Flask\n\n{after}"
    (change,) = inject(text.encode(), entry_at(text)).changes
    assert (change.after or b"").decode().splitlines()[4] == 'splat.init(repo="acme/shop")'


def test_an_unsorted_group_of_imports_is_not_split_among_the_standard_librarys() -> None:
    text = (
        "import logging\nfrom logging.handlers import X\nimport os\nfrom flask import Flask\n\napp = Flask(__name__)\n"
    )
    (change,) = inject(text.encode(), entry_at(text)).changes
    assert (change.after or b"").decode().splitlines()[2:5] == [
        "import os",
        "import splat",
        "import splat.integrations.flask",
    ]


def test_the_title_of_a_group_of_imports_stays_its_first_line() -> None:
    """Else isort finds an empty line missing above it."""
    text = "import os\n\n# web imports\nfrom flask import Flask\n\napp = Flask(__name__)\n"
    (change,) = inject(text.encode(), entry_at(text)).changes
    assert (change.after or b"").decode().splitlines()[2:6] == [
        "# web imports",
        "import splat",
        "import splat.integrations.flask",
        "from flask import Flask",
    ]
    kept = "import a\n# why b\nimport z\nfrom flask import Flask\n\napp = Flask(__name__)\n"
    (change,) = inject(kept.encode(), entry_at(kept)).changes
    assert "# why b\nimport z\n" in (change.after or b"").decode()


def test_a_text_that_is_assigned_is_no_docstring() -> None:
    text = "# A licence\n\nNAME = 'shop'\n\napp = Flask(__name__)\n"
    (change,) = inject(text.encode(), entry_at(text)).changes
    made = (change.after or b"").decode()
    assert made.startswith("# A licence\n\nimport splat\n")
    assert made.index("splat.init(") < made.index("NAME =")


def test_a_worker_waits_for_settings_that_start_nothing() -> None:
    held = {
        "settings.py": b"if D:\n    INSTALLED_APPS = ['b']\n",
        "celery.py": b"import os\nos.environ['DJANGO_SETTINGS_MODULE'] = 'settings'\napp = Celery()\n",
        "requirements.txt": b"splat-sdk\n",
    }
    entries = (
        Entry("settings.py", "django", "settings", "sure", "", 2, 2, "INSTALLED_APPS"),
        Entry("celery.py", "celery", "app", "sure", "", 3, 3, "app"),
    )
    part = propose_code(service(*entries), Held(held), CHOICES, named=False)
    assert not part.changes
    assert [paste.path for paste in part.pastes] == ["settings.py", "celery.py"]
    assert part.pastes[1].lines[-1] == "splat.integrations.celery.install(app)"


@pytest.mark.parametrize(
    ("framework", "before", "line", "after"),
    [
        ("aws-lambda", "@tracer\ndef handler(event, context):\n    return 1\n", 2,
         "@splat.integrations.aws_lambda.install\n@tracer\ndef handler(event, context):\n    return 1\n"),
        ("aws-lambda", "handler = Mangum(app)\n", 1, "handler = Mangum(app)\nhandler = splat.integrations.aws_lambda.install(handler)\n"),
        ("wsgi", "def handler(environ, start):\n    return []\n", 1, "@splat.integrations.wsgi.install\ndef handler(environ, start):\n    return []\n"),
        ("asgi", "async def handler(scope, receive, send):\n    pass\n", 1, "@splat.integrations.asgi.install\nasync def handler(scope, receive, send):\n    pass\n"),
    ],
)  # fmt: skip
def test_the_line_of_a_handler(framework: str, before: str, line: int, after: str) -> None:
    entry = Entry("app.py", framework, "handler", "sure", "", line, line, "handler")
    (change,) = inject(before.encode(), entry).changes
    module = framework.replace("-", "_")
    start = f'import splat\nimport splat.integrations.{module}\n\nsplat.init(repo="acme/shop")\n\n'
    assert (change.after or b"").decode() == start + after
    comes_out(change)


def test_a_link_is_not_touched() -> None:
    files = Held(
        {"app.py": b"app = Flask()\n", "requirements.txt": b"flask\n"}, frozenset({"app.py", "requirements.txt"})
    )
    part = propose_code(service(Entry("app.py", "flask", "app", "sure", "", 1, 1, "app")), files, CHOICES, named=False)
    assert not part.changes
    assert [paste.why for paste in part.pastes] == [
        "its dependencies: it is a link",
        "once the SDK is a dependency, whose place is not certain",
    ]


def test_a_digest_tells_no_file_from_an_empty_one() -> None:
    assert digest(None) == ""
    assert digest(b"")
