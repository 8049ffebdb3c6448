"""X2-X5: secrets that look like secrets, whatever stands before them."""

from __future__ import annotations

import re
from typing import Dict, List, Match, Pattern, Tuple

MARK = "[REDACTED]"

_B = "(^|[^0-9A-Za-z])"
_E = "(^|[^0-9A-Za-z_-])"
#: X3: the published shapes, in their order: name, what a text that holds one contains, the pattern. Group 2 is secret.
SHAPES: Tuple[Tuple[str, Tuple[str, ...], str], ...] = (
    ("aws", ("AKIA", "ASIA", "ABIA", "ACCA"), _B + "((?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16,})"),
    ("aws-bedrock", ("ABSK", "bedrock-api-key-"), _B + "((?:ABSK|bedrock-api-key-)[0-9A-Za-z+/=]{40,})"),
    ("github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _B + "(gh[pousr]_[0-9A-Za-z_]{20,})"),
    ("github-pat", ("github_pat_",), _B + "(github_pat_[0-9A-Za-z_]{20,})"),
    ("gitlab", ("gl",), _B + "(gl(?:pat|dt|rt|cbt|ptt|ft|imt|oas|soat|agent)-[0-9A-Za-z_.-]{16,})"),
    ("slack", ("xox",), _B + "(xox[abcdeops][.-][0-9A-Za-z.-]{10,})"),
    ("slack-app", ("xapp-",), _B + "(xapp-[0-9]-[0-9A-Za-z-]{10,})"),
    (
        "slack-webhook",
        ("hooks.slack.com/",),
        r"(hooks\.slack\.com/(?:services|workflows|triggers)/)([0-9A-Za-z_/-]{20,})",
    ),
    (
        "discord-webhook",
        ("/api/webhooks/",),
        r"(discord(?:app)?\.com/api/webhooks/[0-9]{5,25}/)([0-9A-Za-z_-]{20,})",
    ),
    ("stripe", ("k_live_", "k_test_", "k_prod_"), _B + "([sr]k_(?:live|test|prod)_[0-9A-Za-z]{10,})"),
    ("stripe-webhook", ("whsec_",), _B + "(whsec_[0-9A-Za-z+/=]{20,})"),
    ("google", ("AIza",), _B + "(AIza[0-9A-Za-z_-]{35,})"),
    ("google-oauth", ("ya29.",), _B + r"(ya29\.[0-9A-Za-z_.-]{20,})"),
    ("google-secret", ("GOCSPX-",), _B + "(GOCSPX-[0-9A-Za-z_-]{20,})"),
    ("sk", ("sk-",), _E + "(sk-[0-9A-Za-z_-]{20,})"),
    ("npm", ("npm_",), _B + "(npm_[0-9A-Za-z]{30,})"),
    ("pypi", ("pypi-",), _B + "(pypi-[0-9A-Za-z_-]{32,})"),
    ("rubygems", ("rubygems_",), _B + "(rubygems_[0-9a-f]{40,})"),
    ("sendgrid", ("SG.",), _B + r"(SG\.[0-9A-Za-z_-]{16,64}\.[0-9A-Za-z_-]{16,})"),
    ("twilio", ("SK",), _B + "(SK[0-9a-f]{32,})"),
    ("mailgun", ("key-",), _B + "(key-[0-9a-f]{32,})"),
    ("digitalocean", ("_v1_",), _B + "(do[por]_v1_[0-9a-f]{40,})"),
    ("shopify", ("shp",), _B + "(shp(?:at|ca|pa|ss)_[0-9A-Fa-f]{32,})"),
    ("square", ("sq0",), _B + "(sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{20,})"),
    ("huggingface", ("hf_",), _B + "(hf_[0-9A-Za-z]{30,})"),
    ("databricks", ("dapi",), _B + "(dapi[0-9a-f]{32,})"),
    ("vault", ("hvs.", "hvb.", "hvr."), _B + r"(hv[sbr]\.[0-9A-Za-z_-]{24,})"),
    ("grafana", ("glsa_",), _B + "(glsa_[0-9A-Za-z]{32}_[0-9a-f]{8,})"),
    ("sentry", ("sntry",), _B + "(sntry[su]_[0-9A-Za-z_+/=-]{30,})"),
    ("newrelic", ("NRAK-",), _B + "(NRAK-[0-9A-Z]{27,})"),
    ("atlassian", ("ATATT3",), _B + "(ATATT3[0-9A-Za-z_=-]{30,})"),
    ("docker", ("dckr_pat_",), _B + "(dckr_pat_[0-9A-Za-z_-]{20,})"),
    ("linear", ("lin_api_",), _B + "(lin_api_[0-9A-Za-z]{30,})"),
    ("postman", ("PMAK-",), _B + "(PMAK-[0-9a-f]{24}-[0-9a-f]{34,})"),
    ("notion", ("ntn_",), _B + "(ntn_[0-9A-Za-z]{40,})"),
    ("age", ("AGE-SECRET-KEY-1",), _B + "(AGE-SECRET-KEY-1[0-9A-Z]{40,})"),
    ("telegram", (":AA",), _B + "([0-9]{8,10}:AA[0-9A-Za-z_-]{32,})"),
    ("discord-bot", (".",), _E + r"([MNO][0-9A-Za-z_-]{23,27}\.[0-9A-Za-z_-]{6}\.[0-9A-Za-z_-]{27,})"),
    ("jwt", ("eyJ",), _E + r"(eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}(?:\.[0-9A-Za-z_-]*){0,3})"),
)
# Any of the shapes is at least this long, and of these characters alone: most texts hold no such run.
_RUN = re.compile("[0-9A-Za-z_.+/=:-]{15,}")
# How each of them begins. Forty searches are then spared wherever this finds nothing.
_BEGINS = re.compile(
    r"(?<![0-9A-Za-z])(?:A(?:KIA|SIA|BIA|CCA|BSK|Iza|TATT3|GE-S)|g(?:h[pousr]_|ithub_pat_|l(?:[dr]t|[cpis]|ft|oas|agent))"
    r"|x(?:ox|app-)|[sr]k_|whsec_|ya29\.|GOCSPX-|s(?:k-|hp|q0|ntry)|n(?:pm|tn)_|NRAK-|PMAK-|pypi-|rubygems_|SG\."
    r"|SK[0-9a-f]|key-|d(?:o[por]_v1_|api|ckr_pat_)|h(?:f_|v[sbr]\.)|lin_api_|bedrock-api|eyJ|[0-9]{8,10}:AA"
    r"|[MNO][0-9A-Za-z_-]{23,27}\.)|hooks\.slack\.com/|/api/webhooks/"
)
_compiled: Dict[str, Pattern[str]] = {}

_PEM_BEGIN = re.compile("-----BEGIN [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile("-----END [0-9A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_BEARER = re.compile(r"(?<![0-9A-Za-z_])((?:Bearer|bearer|BEARER|Basic|basic|BASIC)[ \t]{1,4})([0-9A-Za-z._~+/=-]{6,})")
_WORD = re.compile(r"(?:[A-Z]?[a-z]{0,23}[.]{0,3}=?|[a-z]{1,20}(?:[/_-][a-z]{1,20}){1,3}[.]{0,3})\Z")
_USERINFO = re.compile(r"(://)([^ \t\n\x0b\x0c\r/?#\"'<>`\\]+)@")
_NAME_ALONE = 20


def hide_shapes(text: str, *, source: bool) -> str:
    """X2 to X5 over one text."""
    if "-----BEGIN " in text:
        text = _hide_private_keys(text)
    runs = _RUN.findall(text)
    if runs and _BEGINS.search(" ".join(runs)):
        text = _hide_published(text)
    if "earer" in text or "asic" in text or "EARER" in text or "ASIC" in text:
        text = _BEARER.sub(_token, text)
    if "://" in text and "@" in text:
        text = _USERINFO.sub(_userinfo_of_source if source else _userinfo, text)
    return text


def _hide_private_keys(text: str) -> str:
    made: List[str] = []
    at = 0
    while True:
        begin = _PEM_BEGIN.search(text, at)
        if not begin:
            return "".join(made) + text[at:]
        made += [text[at : begin.start()], MARK]
        end = _PEM_END.search(text, begin.end())
        at = end.end() if end else len(text)


def _hide_published(text: str) -> str:
    for name, holds, pattern in SHAPES:
        if any(part in text for part in holds):
            compiled = _compiled.get(name)
            if compiled is None:
                compiled = _compiled[name] = re.compile(pattern)
            text = compiled.sub(r"\1" + MARK, text)
    return text


def _token(match: Match[str]) -> str:
    return match.group() if _WORD.match(match.group(2)) else match.group(1) + MARK


def _userinfo(match: Match[str]) -> str:
    return match.group(1) + MARK + "@" if _secret_of(match.group(2)) else match.group()


def _userinfo_of_source(match: Match[str]) -> str:
    secret = _secret_of(match.group(2))
    return match.group(1) + MARK + "@" if secret and not secret.startswith(("$", "{", "%", "#{")) else match.group()


def _secret_of(userinfo: str) -> str:
    user, colon, password = userinfo.partition(":")
    return password if colon else user if len(user) >= _NAME_ALONE else ""
