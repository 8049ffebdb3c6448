"""Secrets known by their own look: the token formats that their issuers publish, keys in PEM, cards."""

from __future__ import annotations

import re
from base64 import b64decode
from functools import cache
from typing import TYPE_CHECKING

from healer.redact.value import MARK, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

#: kind, the literal beginnings it may have, and the pattern of the rest (group 1, where there is one, is the secret).
#: Every run is possessive or bounded and begins where a word does, so no input makes one rescan.
_SHAPES: tuple[tuple[str, str, str], ...] = (
    ("aws-key", "AKIA ASIA", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("aws-bedrock-key", "ABSK bedrock-api-key-", r"[A-Za-z0-9+/=]{40,2048}"),
    ("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", r"[A-Za-z0-9]{20,255}"),
    ("github-token", "github_pat_", r"\w{20,255}"),
    ("gitlab-token", "glpat- gldt- glrt- glcbt- glptt- glft- glimt- gloas- glsoat- glagent-", r"[\w.-]{16,255}"),
    ("slack-token", "xoxa- xoxb- xoxc- xoxd- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe.", r"[A-Za-z0-9.-]{10,255}"),
    ("slack-token", "xapp-", r"\d-[A-Za-z0-9-]{10,255}"),
    ("slack-webhook", "hooks.slack.com/services/ hooks.slack.com/workflows/", r"([\w/-]{20,255})"),
    ("stripe-key", "sk_live_ rk_live_ sk_test_ rk_test_ sk_prod_ rk_prod_", r"[A-Za-z0-9]{10,255}"),
    ("stripe-key", "whsec_", r"[A-Za-z0-9+/=]{20,255}"),
    ("google-key", "AIza", r"[\w-]{35}(?![\w-])"),
    ("google-key", "ya29.", r"[\w.-]{20,1024}"),
    ("google-key", "GOCSPX-", r"[\w-]{20,64}"),
    ("anthropic-key", "sk-ant-", r"[\w-]{16,255}"),
    ("openai-key", "sk-", r"(?:proj-|svcacct-|admin-|or-v1-)?(?=[\w-]{0,40}\d)[\w-]{20,255}"),
    ("npm-token", "npm_", r"[A-Za-z0-9]{30,64}"),
    ("pypi-token", "pypi-", r"[\w-]{32,512}"),
    ("rubygems-key", "rubygems_", r"[0-9a-f]{40,64}"),
    ("sendgrid-key", "SG.", r"[\w-]{16,64}\.[\w-]{16,128}"),
    ("twilio-key", "SK", r"[0-9a-f]{32}(?!\w)"),
    ("mailgun-key", "key-", r"[0-9a-f]{32}(?!\w)"),
    ("discord-webhook", "discord.com/api/webhooks/ discordapp.com/api/webhooks/", r"\d{5,25}/([\w-]{20,255})"),
    ("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", r"[0-9a-f]{40,64}"),
    ("shopify-token", "shpat_ shpca_ shppa_ shpss_", r"[0-9a-fA-F]{32}"),
    ("square-token", "sq0atp- sq0csp- sq0idp-", r"[\w-]{20,64}"),
    ("huggingface-token", "hf_", r"[A-Za-z0-9]{30,64}"),
    ("databricks-token", "dapi", r"[0-9a-f]{32}(?!\w)"),
    ("vault-token", "hvs. hvb. hvr.", r"[\w-]{24,255}"),
    ("grafana-token", "glsa_", r"[A-Za-z0-9]{32}_[0-9a-f]{8}"),
    ("sentry-token", "sntrys_ sntryu_", r"[\w+/=-]{30,255}"),
    ("newrelic-key", "NRAK-", r"[A-Z0-9]{27}"),
    ("atlassian-token", "ATATT3", r"[\w=-]{30,255}"),
    ("docker-token", "dckr_pat_", r"[\w-]{20,64}"),
    ("linear-key", "lin_api_", r"[A-Za-z0-9]{30,64}"),
    ("postman-key", "PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}"),
    ("notion-token", "ntn_", r"[A-Za-z0-9]{40,64}"),
    ("age-key", "AGE-SECRET-KEY-1", r"[A-Z0-9]{40,80}"),
    ("telegram-token", ":AA", r"(?<=[0-9]{8}:AA)([\w-]{32,34})(?![\w-])"),
    ("jwt", "eyJ", r"(?<!-eyJ)[\w-]{8,}+\.[\w-]{8,}+(?:\.[\w-]*+){0,3}"),
    # Prose has bearers and basics too: what follows must look drawn at random.
    (
        "bearer",
        "Bearer bearer BEARER Basic basic BASIC",
        r"[ \t]{1,4}(?!\w{1,20}=[\"'\s])((?=[\w.~+/=-]{0,64}[0-9+/=]|[\w.~+/-]{24})[\w.~+/=-]{6,}+)",
    ),
)
_DISCORD = re.compile(r"[MNO](?<!\w[MNO])[\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])")
_PEM = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
#: Without an end: its headers, long runs, then whole lines of whatever length.
_PEM_BODY = re.compile(
    r"(?:(?:\s|\\[nr])*+(?:Proc-Type|DEK-Info|Version|Comment): [\w ,.:()-]{1,200}+)*+"
    r"(?:(?:\s|\\[nr])*+[A-Za-z0-9+/=]{16,}+)*+"
    r"(?:[ \t]*+(?:\r?\n|\\r\\n|\\n)[ \t]*+(?!-)(?:[A-Za-z0-9+/=]++(?=\s|\\[nr]|[\"'`]|\Z)(?![ \t]++\S)|(?=\s)))*+"
)
_PEM_LENGTH = 20_000
_BASIC = re.compile(r"[Bb](?<!\w[Bb])(?:asic|ASIC)[ \t]{1,4}([A-Za-z0-9+/]{8,512}={0,2})(?![\w+/=-])")
_AUTHORITY = re.compile(r"://([^\s/?#\"'<>`\\]{1,512})")
#: No part of a longer row of numbers, though a date or a time may stand before it.
_CARD = re.compile(
    r"[0-9](?<![\w.][0-9])(?<!:[0-9]{2},[0-9])(?<!/[0-9]{2}/[0-9])"
    r"(?:(?<![0-9][ -][0-9])|(?<=[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9])|(?<=:[0-9]{2} [0-9])"
    r"|(?<=:[0-9]{2}[.,][0-9]{3} [0-9])|(?<=/[0-9]{2}/[0-9]{4} [0-9]))"
    r"[0-9]{2,5}(?:[0-9]{7,16}|(?:[ -][0-9]{3,7}){2,5})(?!\w|[ -][0-9])"
)


@cache
def _compiled(beginning: str, rest: str) -> re.Pattern[str]:
    # The look behind comes after the literal, which leaves the literal first for the engine to search by.
    word = re.escape(beginning)
    # A token may be glued to a name by an underscore: app_ghp_…; those two beginnings are too short for that.
    glue = r"\w" if beginning in {"sk-", "eyJ"} else r"[^\W_]"
    behind = rf"(?<!{glue}{word})" if beginning[0].isalnum() else ""
    return re.compile(word + behind + rest)


def shapes(text: str) -> Iterator[Secret]:
    """Every value in `text` that shows by itself what it is."""
    for kind, beginnings, rest in _SHAPES:
        for beginning in beginnings.split():
            if beginning in text:
                for match in _compiled(beginning, rest).finditer(text):
                    group = 1 if match.re.groups else 0
                    yield Secret(kind, match.start(group), match.end(group))
    for match in _DISCORD.finditer(text):
        yield Secret("discord-token", match.start(), match.end())
    yield from _basic(text)
    yield from _keys(text)
    yield from _userinfo(text)
    yield from _cards(text)


def _basic(text: str) -> Iterator[Secret]:
    """What stands behind `Basic`: letters alone look like prose, and are none when they decode to `user:password`."""
    for match in _BASIC.finditer(text):
        try:
            plain = b64decode(match[1] + "=" * (-len(match[1]) % 4), validate=True)
        except ValueError:
            continue
        if b":" in plain and plain.isascii() and plain.decode().isprintable():
            yield Secret("bearer", match.start(1), match.end(1))


def _keys(text: str) -> Iterator[Secret]:
    at = 0
    end = _PEM_END.search(text)
    while begin := _PEM.search(text, at):
        while end and end.start() < begin.end():
            end = _PEM_END.search(text, end.end())
        if end and end.end() - begin.start() <= _PEM_LENGTH:
            at = end.end()
        else:
            body = _PEM_BODY.match(text, begin.end())
            at = body.end() if body else begin.end()
        yield Secret("private-key", begin.start(), at)


def _userinfo(text: str) -> Iterator[Secret]:
    """`scheme://user:password@host`: the user goes too, since tokens travel in its place."""
    for match in _AUTHORITY.finditer(text):
        userinfo, at, _ = match[1].rpartition("@")
        user, colon, password = userinfo.partition(":")
        secret = password if colon else user if len(user) >= 20 and not user.isalpha() else ""
        if at and secret and userinfo != MARK and not _is_template(secret):
            yield Secret("url-password", match.start(1), match.start(1) + len(userinfo))


def _is_template(password: str) -> bool:
    """True for `{password}`, `$PASS`, `%s`, `***`: nothing there is the secret itself."""
    if password.startswith(("$", "{", "<", "%s", "%(", "%[", "*", "#{")):
        return True
    return password.strip("*xX.") == ""


def _cards(text: str) -> Iterator[Secret]:
    for match in _CARD.finditer(text):
        digits = match[0].replace(" ", "").replace("-", "")
        if 13 <= len(digits) <= 19 and digits[0] in "23456" and len(set(digits)) > 1 and _luhn(digits):
            yield Secret("card-number", match.start(), match.end())


def _luhn(digits: str) -> bool:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
