"""K: what a name tells about the value that it names."""

from __future__ import annotations

from functools import cache, lru_cache

TYPE_CHECKING = False  # the app's thread asks here: no typing is loaded
if TYPE_CHECKING:
    from typing import Dict, FrozenSet, List, Pattern, Sequence, Tuple

    from typing_extensions import Literal

    Strength = Literal["sure", "likely", "none"]

#: Only the last so many code points of a name count (K1).
MAX_NAME = 100
#: Names whose answer is remembered; beyond that all are forgotten.
MAX_KNOWN = 1_024


def _words(text: str) -> FrozenSet[str]:
    return frozenset(text.split())


_SURE = _words(
    "accesskey accesstoken apikey apikeys authorization authtoken cardnumber clientsecret connectionstring credential "
    "credentials creditcard creds cvc cvv cvv2 mysqlpwd passcode passcodes passphrase passphrases passwd passwds "
    "password passwords pgpassword privatekey pwd refreshtoken secret secretkey secrets ssn totp"
)
_SURE_ENDS = ("apikey", "passphrase", "passwd", "password", "secret")
_SURE_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (  # noqa: SIM905 - reads as the rule does
        "access key,access keys,access tokens,account key,api key,api keys,api tokens,app key,auth key,auth tokens,"
        "backup codes,basic auth,bearer tokens,card no,card num,card number,connection string,credit card,db pass,"
        "debit card,deploy key,device tokens,encryption key,id tokens,license key,master key,mfa code,one time,"
        "private key,private keys,recovery code,recovery codes,refresh tokens,secret key,security code,session tokens,"
        "shared key,signing key,smtp pass,social security,ssh key,user pass,verification code"
    ).split(",")
)
_LIKELY = _words(
    "auth bearer card cookie cookies csrf jsessionid jwt jwts otp otps phpsessid pin sessid session sessionid sessions "
    "sid token xsrf"
)
_LIKELY_ENDS = ("cookie", "sessid", "sessionid", "token")
_ABOUT = _words(
    "age alg algorithm at class column count counter counts disabled domain enabled endpoint error errors exception "
    "expiration expire expired expires expiry factory field fields file filename folder format handler idx in index "
    "invalid kind len length limit line manager max min missing name names offset on path policy position present "
    "provider required service size state status store strength timeout ttl type types uri url usage valid validator "
    "version"
)
_QUERY = _words("assertion code hmac key nonce pass pw sig signature state ticket")


def segments(name: str) -> List[str]:
    """K1: the words of a name, in lower case: `userAPIKey2` is user, api, key."""
    return [part.lower() for part in _segment().findall(name[-MAX_NAME:])]


class Names:
    """What names tell, the tables and the user's own together. Answers are remembered, bounded."""

    def __init__(self, extra: Sequence[str] = ()) -> None:
        self._extra = [wanted for wanted in (segments(name) for name in extra) if wanted]
        self._known: Dict[str, Strength] = {}

    def strength(self, name: str) -> Strength:
        """K3."""
        name = name[-MAX_NAME:]
        known = self._known.get(name)
        if known is None:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            known = self._known[name] = self._strength(segments(name))
        return known

    def tells(self, name: str) -> bool:
        """Whether what the name names is to be hidden."""
        return self.strength(name) != "none"

    def tells_in_query(self, name: str) -> bool:
        """The same for a URL's parameter, where more names tell (X6.3)."""
        lower = name.lower()
        return self.tells(name) or lower in _QUERY or lower.endswith("signature")

    def _strength(self, parts: List[str]) -> Strength:
        for wanted in self._extra:
            last = len(parts) - len(wanted)
            if any(parts[start : start + len(wanted)] == wanted for start in range(last + 1)):
                return "sure"
        if not parts or parts[-1] in _ABOUT:
            return "none"
        if any(part in _SURE or part.endswith(_SURE_ENDS) for part in parts):
            return "sure"
        if any(pair in _SURE_PAIRS for pair in zip(parts, parts[1:])):
            return "sure"
        if any(part in _LIKELY or part.endswith(_LIKELY_ENDS) for part in parts):
            return "likely"
        return "none"


@lru_cache(maxsize=8)
def names_of(extra: Tuple[str, ...] = ()) -> Names:
    """The one `Names` of these additions."""
    return Names(extra)


@cache
def _segment() -> Pattern[str]:
    import re  # compiled with the first name, not with the import

    return re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
