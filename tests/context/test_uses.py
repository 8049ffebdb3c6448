"""Where names lead: through imports, re-exports, stars, members, and to callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from healer.frames import Frame
from tests.context.kit import gathered, report, shown, write

if TYPE_CHECKING:
    from pathlib import Path

FOUND = "\n\ndef discount(code):\n    return RATES[code]\n\n\nRATES = {}\n"
PAD = "".join(f"\n\ndef pad_{number}():\n    return {number}\n" for number in range(200))


@pytest.mark.parametrize(
    "files",
    [
        {"cart.py": "from shop.rates import discount\n", "shop/rates.py": FOUND},
        {"cart.py": "from shop.rates import discount as cut\n", "shop/rates.py": FOUND},
        {"cart.py": "import shop.rates as rates\n", "shop/rates.py": FOUND},
        {"cart.py": "from shop import rates\n", "shop/rates.py": FOUND},
        {"cart.py": "from shop.rates import *\n", "shop/rates.py": FOUND},
        {
            "cart.py": "from shop import discount\n",
            "shop/__init__.py": "from .rates import discount\n",
            "shop/rates.py": FOUND,
        },
        {
            "cart.py": "from shop import discount\n",
            "shop/__init__.py": "from .rates import *\n",
            "shop/rates.py": FOUND,
        },
        {
            "cart.py": "import shop\n",
            "shop/__init__.py": "from .deep import *\n",
            "shop/deep/__init__.py": "from .rates import *\n",
            "shop/deep/rates.py": FOUND,
        },
    ],
    ids=lambda files: next(iter(files.values())).strip(),
)
def test_a_python_name_leads_to_its_definition(tmp_path: Path, files: dict[str, str]) -> None:
    call = "cut(order)" if " as cut" in files["cart.py"] else "discount(order)"
    call = f"rates.{call}" if "rates\n" in files["cart.py"] and "import *" not in files["cart.py"] else call
    call = f"shop.{call}" if files["cart.py"] == "import shop\n" else call
    holder = next(path for path in files if path.endswith("rates.py"))
    code = files["cart.py"] + f"\n\ndef total(order):\n    return {call}\n"
    write(tmp_path, {"shop/__init__.py": "", **files, "cart.py": code, holder: PAD + files[holder]})
    context = gathered(tmp_path, report(Frame("/app/cart.py", 5, function="total")))
    first = (PAD + files[holder]).split("\n").index("def discount(code):") + 1
    assert {first, first + 1} <= shown(context, holder), "the definition itself"
    assert first + 4 in shown(context, holder), "and the constant that it uses in turn"
    assert len(shown(context, holder)) < 40, "but not the whole file"


@pytest.mark.parametrize(
    ("importing", "call", "exporting"),
    [
        ("import { discount } from './rates.js'", "discount(order)", "export function discount (code) {"),
        ("import * as rates from './rates.js'", "rates.discount(order)", "export function discount (code) {"),
        ("import discount from './rates.js'", "discount(order)", "export default function discount (code) {"),
        ("const { discount } = require('./rates')", "discount(order)", "exports.discount = function discount (code) {"),
        ("const rates = require('./rates')", "rates.discount(order)", "module.exports.discount = function (code) {"),
        ("import { discount } from './index.js'", "discount(order)", "export function discount (code) {"),
    ],
)
def test_a_javascript_name_leads_to_its_definition(tmp_path: Path, importing: str, call: str, exporting: str) -> None:
    pad = "".join(f"function pad{number} () {{\n  return {number}\n}}\n" for number in range(200))
    write(
        tmp_path,
        {
            "lib/cart.js": f"{importing}\n\nfunction total (order) {{\n  return {call}\n}}\n",
            "lib/rates.js": f"{pad}{exporting}\n  return code.length\n}}\n",
            "lib/index.js": "export * from './rates.js'\nexport { nothing } from './rates.js'\n",
        },
    )
    context = gathered(tmp_path, report(Frame("/app/lib/cart.js", 4, 3, "total"), runtime="javascript"))
    assert {601, 602, 603} <= shown(context, "lib/rates.js")


def test_methods_of_unknown_receivers_are_searched_in_imported_files(tmp_path: Path) -> None:
    backend = "class Backend:\n    def __init__(self):\n        self.keys = {}\n" + PAD.replace(
        "\ndef", "\n    def"
    ).replace("\n    return", "\n        return")
    backend += "\n    def key_for_task(self, task):\n        return b''.join([task])\n"
    write(
        tmp_path,
        {
            "app/backend.py": backend,
            "app/task.py": (
                "from app.backend import Backend\n\n\ndef run(backend, task):\n    return backend.key_for_task(task)\n"
            ),
        },
    )
    context = gathered(tmp_path, report(Frame("/srv/app/task.py", 5, function="run")))
    last = len(backend.split("\n")) - 1
    assert {last - 1, last} <= shown(context, "app/backend.py")


def test_callers_of_a_lone_frame_and_what_they_pass(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "app/parse.py": "def last_argument(arguments):\n    return arguments[len(arguments) - 1]\n",
            "app/run.py": (
                "from app.parse import last_argument\nfrom app.defaults import set_defaults\n\n\n"
                "def run(command, arguments):\n    set_defaults(command, arguments)\n"
                "    return last_argument(arguments)\n"
            ),
            "app/defaults.py": "def set_defaults(command, arguments):\n    command.name = arguments[0]\n",
            "app/unrelated.py": "def unrelated():\n    return 1\n",
        },
    )
    context = gathered(tmp_path, report(Frame("/srv/app/parse.py", 2, function="last_argument")))
    assert {5, 6, 7} <= shown(context, "app/run.py")
    assert {1, 2} <= shown(context, "app/defaults.py")
    assert not shown(context, "app/unrelated.py")


def test_the_same_mistake_in_the_same_file(tmp_path: Path) -> None:
    text = ""
    for name in ("enable", "disable", "beat"):
        text += f"def {name}(state):\n    dispatcher = state.consumer.event_dispatcher\n"
        text += f"    if dispatcher.groups:\n        dispatcher.{name}()\n\n\n"
    write(tmp_path, {"control.py": text + PAD * 3})
    about = report(
        Frame("/app/control.py", 3, function="enable"), message="'NoneType' object has no attribute 'groups'"
    )
    lines = shown(gathered(tmp_path, about), "control.py")
    assert {1, 2, 3, 4, 7, 8, 9, 10, 13, 14, 15, 16} <= lines
    assert len(lines) < 200


def test_code_like_the_code_that_crashed(tmp_path: Path) -> None:
    text = "def measure(graph):\n    return graph\n"
    for name, pick in (("widest", "max"), ("narrowest", "min")):
        text += f"{PAD}\n\ndef {name}(graph):\n    distances = measure(graph)\n    return {pick}(distances.values())\n"
    write(tmp_path, {"graph.py": text + PAD})
    lines = text.split("\n")
    crash, kin = lines.index("def widest(graph):") + 3, lines.index("def narrowest(graph):") + 1
    context = gathered(tmp_path, report(Frame("/app/graph.py", crash, function="widest"), message="empty sequence"))
    assert {kin, kin + 1, kin + 2} <= shown(context, "graph.py")


def test_what_flows_into_the_crash_line(tmp_path: Path) -> None:
    making = (
        "def make_script(attrs):\n" + "".join(f"    line_{n} = attrs[{n}]\n" for n in range(200)) + "    return attrs\n"
    )
    code = "import shop.script\n\n\ndef compile_it(attrs):\n    script = shop.script.make_script(attrs)\n"
    code += (
        "".join(f"    step_{n} = {n} * 1  # {'x' * 60}\n" for n in range(120))
        + "    return compile(\n        script,\n        'x',\n    )\n"
    )
    write(tmp_path, {"shop/__init__.py": "", "shop/script.py": making, "make.py": code})
    context = gathered(tmp_path, report(Frame("/app/make.py", 126, function="compile_it")))
    assert set(range(1, 203)) <= shown(context, "shop/script.py"), "whole, long as it is"
