"""X12: time grows with the text and no faster, whatever the text is."""

from __future__ import annotations

import time

import pytest

from splat.redact import redact_source, redact_text
from splat.redact.texts import redactor

SMALL, FACTOR = 8_000, 8
#: Eight times the text may take this many times as long; were it quadratic, 64 times.
MOST = 26

HOSTILE = {
    "letters": "a",
    "digits": "4",
    "digit groups": "4242 ",
    "single digits": "4 ",
    "name characters": "a.b-",
    "separators": "=",
    "logins without a password": "=-u",
    "logins with a word": "(--user=",
    "colons": ":",
    "slashes": "\\",
    "quotes": '"',
    "names and quotes": 'password="',
    "escaped quotes": "password=\\'",
    "thrice escaped": "password=\\\\\\'",
    "open strings": "password='a\\",
    "open brackets": "password=[",
    "brackets": "password=[(",
    "spaces behind": "password=   ",
    "headers": "cookie:a\n",
    "quoted headers": "'cookie:a\n",
    "headers in a line": '"cookie:a ',
    "bare": "password=\\a",
    "schemes": "password: bearer ",
    "flags": " --password",
    "flags and values": " -pass word",
    "curl": " -u a",
    "elements": "<password>",
    "elements closed": "<password>a</",
    "userinfo": "://",
    "userinfo open": "://a:b",
    "at signs": "@a:",
    "bearer": "Bearer ",
    "begin": "-----BEGIN PRIVATE KEY-----",
    "almost begin": "-----BEGIN ",
    "jwt": "eyJaaaaaaaa",
    "jwts": "eyJaaaaaaaa.",
    "sendgrid": "SG.aaaaaaaaaaaaaaaa",
    "bot": "MTIzNDU2Nzg5MDEyMzQ1Njc4.",
    "sk": "sk-",
    "slack": "xoxb-",
    "gitlab": "glpat-",
    "telegram": "12345678:AA",
    "webhooks": "discord.com/api/webhooks/1",
    "query": "?a=b&key=",
    "templates": "password='{a",
    "names": "passwordpassword",
    "camel": "aA",
    "new lines": "\n",
    "marks": "[REDACTED]",
}


def _seconds(redact, text: str) -> float:
    started = time.process_time()
    redact(text)
    return time.process_time() - started


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("redact", [redact_text, redact_source])
def test_time_is_linear(redact, unit):
    small = unit * (SMALL // len(unit))
    large = small * FACTOR
    redactor(()).text.clear()
    ratio = float("inf")
    for _ in range(6):
        # Below a tenth of a millisecond a clock's own grain would decide.
        ratio = min(ratio, _seconds(redact, large) / max(_seconds(redact, small), 1e-4))
        if ratio <= MOST:
            return
    assert ratio <= MOST


def test_a_huge_text_is_cut_before_anything_looks_at_it():
    text = "password='" * 2_000_000
    assert min(_seconds(redact_text, text) for _ in range(3)) < 20 * min(
        _seconds(redact_text, text[:100_000]) for _ in range(3)
    )
