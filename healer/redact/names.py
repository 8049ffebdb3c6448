# ruff: noqa: SIM905 - a table of words reads best as words
"""Which names say that a secret stands behind them."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import Literal

Strength = Literal["strong", "weak", ""]

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
#: Behind these nothing but a secret stands.
_STRONG = frozenset(
    "password passwd passphrase passcode pwd secret secrets apikey authorization credential credentials creds cvv cvc "
    "ssn privatekey secretkey accesskey clientsecret creditcard cardnumber totp mysqlpwd pgpassword".split()
)
#: These are also ordinary words of programs: a parser has tokens, a database a session.
_WEAK = frozenset("token cookie cookies session sessionid sessid sid jwt bearer auth otp pin csrf xsrf".split())
_STRONG_ENDS = ("password", "passwd", "passphrase", "secret", "apikey")
_PLURAL_ENDS = tuple(f"{word}s" for word in _STRONG_ENDS)
_WEAK_ENDS = ("token", "cookie", "sessionid", "sessid")
_PAIRS = frozenset(
    "api key|private key|secret key|access key|auth key|encryption key|signing key|account key|master key|license key|"
    "shared key|ssh key|app key|deploy key|card number|card num|card no|credit card|debit card|social security|"
    "connection string|security code|verification code|one time|api secret|mfa code|recovery code".split("|")
)
#: Words that mean a secret in the plural too. `tokens` alone are what a model counts.
_PLURALS = frozenset(f"{word}s" for word in (*_STRONG_ENDS, *_PAIRS, "passcode", "pwd", "sessionid", "sessid", "jwt"))
_MANY_TOKENS = frozenset(
    "auth tokens|access tokens|refresh tokens|bearer tokens|api tokens|session tokens|csrf tokens".split("|")
)
#: `token_count` holds a number and `password_field` a name, not a secret.
_ABOUT = frozenset(
    "count counts type types length len size url uri endpoint name names timeout ttl expires expire expiry expiration "
    "expired limit max min index idx kind class field fields path file filename policy format enabled disabled "
    "required valid invalid error errors input hint label placeholder prompt reset header prefix suffix param status "
    "state version algorithm alg age domain provider store manager service handler factory helper list usage budget "
    "position pos start end line column offset stream at on in rule rules strength validator changed length checker "
    "confirmation engine backend config options settings middleware maker parser lexer iterator".split()
)
#: What may follow a telling word without taking its meaning.
_CARRIERS = frozenset("key id value hash raw".split())
#: Only in the query of a URL.
_QUERY = frozenset("key sig signature code auth hmac assertion".split())
HEADERS = frozenset(
    {
        *("authorization", "proxy-authorization", "cookie", "set-cookie"),
        *("http_authorization", "http_proxy_authorization", "http_cookie"),  # as CGI and WSGI spell them
    }
)


@lru_cache(maxsize=4096)
def strength(name: str) -> Strength:
    """How surely `name` names a secret. Reads snake_case, kebab-case, camelCase and words run together."""
    words = [word.lower() for word in _WORDS.findall(_last_part(name[-80:]))]
    if not words or words[-1] in _ABOUT:
        return ""
    couples = {" ".join(pair) for pair in pairwise(words)}
    if any(word in _STRONG or word.endswith(_STRONG_ENDS) for word in words) or couples & _PAIRS:
        return "strong"
    last = " ".join(words[-2:])
    if words[-1] in _PLURALS or words[-1].endswith(_PLURAL_ENDS) or last in _PLURALS:
        return "strong"
    if last in _MANY_TOKENS:
        return "weak"
    if len(words) > 1 and words[-1] in {"pass", "pw"}:
        return "strong"
    carrier = words[-2] if len(words) > 1 and words[-1] in _CARRIERS else words[-1]
    return "weak" if carrier in _WEAK or carrier.endswith(_WEAK_ENDS) else ""


def _last_part(name: str) -> str:
    """Of a dotted name only its end says what it holds: `token.parent` is a parent, `api.key` a key to an API."""
    parts = name.split(".")
    return "_".join(parts[-2:]) if parts[-1].lower() in _CARRIERS else parts[-1]


def words(name: str) -> frozenset[str]:
    """The words of a name, in lower case."""
    return frozenset(word.lower() for word in _WORDS.findall(name[-80:]))


def in_query(name: str) -> bool:
    """True for names that carry a secret in a URL's query, though nowhere else."""
    lower = name.lower()
    return lower in _QUERY or lower.endswith("signature")
