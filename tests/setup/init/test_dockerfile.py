"""What an image has where: set where a Dockerfile leaves no doubt, else not at all."""

# ruff: noqa: E501 - tables of files are read by line

from __future__ import annotations

from pathlib import Path

import pytest

from healer.settings import load_settings
from healer.setup.dockerfile import copied
from healer.setup.settings_file import settings_text
from healer.setup.value import Found, Service
from tests.setup.init.held import CHOICES, Held

TREE = {"api/app/main.py": b"", "api/requirements.txt": b"", "README.md": b"", "web/index.js": b""}
CASES = [
    ("FROM python\nWORKDIR /srv\nCOPY requirements.txt .\nRUN pip\nCOPY . .\n", {"/srv": "api"}),
    ("FROM python\nCOPY requirements.txt /x/\nADD --chown=a:b ./app/ /x/app/\n", {"/x/app": "api/app"}),
    ("FROM python\nWORKDIR /srv/api\nCOPY ./api/requirements.txt \\\n  ./\ncopy api .\n", {"/srv/api": "api"}),
    ("FROM a\nWORKDIR /old\nCOPY app old\nFROM b\nWORKDIR /srv\nCOPY --from=0 /a b\nCOPY app app\n", {"/srv/app": "api/app"}),
    ("FROM python\nWORKDIR /srv\nCOPY . .\n", {}),  # built from where?
    ("FROM python\nCOPY requirements.txt .\nCOPY . .\n", {}),  # which folder is it in?
    ("FROM python\nWORKDIR $HOME\nCOPY app app\n", {}),
    ("FROM python\nWORKDIR /srv\nCOPY gone .\nCOPY app app\n", {}),
    ("FROM python\nWORKDIR /srv\nCOPY app ../../../..\n", {}),
    ('FROM python\nCOPY ["app", "/x"]\n', {}),
    ("\\\n" * 9_000 + "COPY\nCOPY a\nWORKDIR\n\0", {}),
]  # fmt: skip


@pytest.mark.parametrize(("dockerfile", "expected"), CASES)
def test_copied(dockerfile: str, expected: dict[str, str]) -> None:
    assert copied("api", Held(TREE | {"api/Dockerfile": dockerfile.encode()})) == expected


def test_settings_have_what_is_certain_and_two_images_agree_on() -> None:
    image = b"FROM python\nWORKDIR /srv\nCOPY requirements.txt .\nCOPY . .\n"
    files = Held(TREE | {"api/Dockerfile": image, "job/requirements.txt": b"", "job/a.py": b""})
    services = tuple(Service(path, "python", path, (), None, "", "", None, ()) for path in ("api", "job"))
    found = Found(Path("/x"), None, None, "", dirty=False, services=services)
    assert load_settings(settings_text(found, files, CHOICES).encode(), environ={}).paths == {"/srv": "api"}
    files.held["job/Dockerfile"] = image
    assert load_settings(settings_text(found, files, CHOICES).encode(), environ={}).paths == {}
