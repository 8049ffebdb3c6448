# ruff: noqa: SIM905 - a table of words reads best as words
"""Secrets behind a name: `key=value`, `key: value`, JSON, headers, `--flag value`, XML elements.

The search goes from separator to separator and looks back for a name, so text without secrets costs next to nothing.
What stands behind the name is taken only when it is a value: `token = get_token()` and `password: str` are a program's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from healer.redact.names import HEADERS, in_query, strength, words
from healer.redact.value import MARK, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

_SEPARATOR = re.compile(r"=>|:=|[=:]")
_NAME_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
_FLAG = re.compile(r"-(?<![\w-]-)-?([A-Za-z][\w-]{1,60})[ \t]{1,4}(?=[^-\s=])")
_CURL_USER = re.compile(r"(?:-u|--user)[ =][\"']?([^\s:\"'{}$<>/]{1,64}:[^\s\"'{}$<>]{1,128})")
_ELEMENT = re.compile(r"<([A-Za-z][\w.:-]{1,60})>([^<>\s][^<>]{0,400})</")
#: A string may be wrapped (PHP's var_dump), listed (a form's fields), prefixed (b"", f"").
_OPEN = re.compile(r"(?:string\(\d{1,7}\) )?([\[(]{0,2})[bBrRuUfF@]{0,2}(\\{0,3})([\"'`])")
_BARE = re.compile(r"[^\s\"'`,;&<>)}\]|\\]{1,4096}")
_PLACEHOLDER = re.compile(
    r"\$\{[^}]{0,80}\}|#\{[^}]{0,80}\}|\{\{?[^}]{0,80}\}\}?|(?<!\w)\$\w{1,80}|%\(\w{1,80}\)s|%[sdvqr]\b|<[^>]{0,80}>|\A:[A-Za-z]\w{0,40}\Z"
)
_SCHEME = re.compile(r"(?i)\A(?:bearer|basic|token|digest|apikey)\b")
_IDENTIFIER = re.compile(r"[A-Za-z_$@][\w$]*+\Z")
_EXPRESSION = re.compile(
    r"[&*!~@$-]{0,2}[A-Za-z_$][\w$]{0,80}(?:(?:\.|->|::|\?\.)[A-Za-z_$][\w$]{0,80}){0,8}+(?=[(\[]|[!?]\.|\{\w|::|->)|[$@][A-Za-z_]|[({\[<|]|(?:self|this|cls)\.|!{1,2}[A-Za-z:]+(?:\s|\Z)|%[\[(]"
)
_RANDOM = re.compile(r"[\w+/=~.-]+\Z")
_DOTTED = re.compile(r"[A-Za-z_$@][A-Za-z_$]*+(?:(?:\.|->|::)[A-Za-z_$]+){1,8}+\Z")
_PROSE_AFTER = re.compile(r"[ \t]{1,3}[A-Za-z'(]{1,30}(?:[ \t.,]|\Z)(?![ \t]*[=:])")
_CODE = re.compile(
    r"[{(\[;:,]\s*\Z|\)\s*\Z|->|=>|===?|!=|&&|\|\||:=|\b(?:self|this|def|func|function|lambda|return|const|let|var|if|elif|"
    r"else|for|while|end|private|public|protected|class|import|async|await|new)\b|\A\s*[@#$]"
)
#: Types, literals and words that say there is no value.
_NO_VALUES = frozenset(
    "str string int integer bool boolean bytes byte float double number object any none null nil undefined true false "
    "unknown never void optional self this required missing invalid empty default example changeme placeholder hidden "
    "filtered redacted masked secret password token and or not is in if else for list dict tuple set map array "
    "sequence inherit".split()
)
#: A sentence about a secret, not the secret, begins so: `password: cannot be blank`.
_EXPLAINS = frozenset(
    "authenticate authentication cannot account accepted already always before changed contains containing correct "
    "database default defaults defined denied either encrypted expected failed failure format generated hashed "
    "incorrect length matches minimum missing mismatch needed needs optional option passed please private provide "
    "provided rejected require requires should shared specify specified stored string though updated usually value "
    "values whether without written wrong".split()
)
_COMPARED = re.compile(r"={1,2}[ \t]{0,4}(?=[\[(]{0,2}[bBrRuU]?[\"'])")
_ASSERTION = re.compile(r"\b(?:assert|expect)\b")
_SCHEMES = r"(?:(?i:bearer|basic|token|digest|apikey|negotiate)[ \t]{1,4})"
#: What a shape that was replaced first has left of a value.
_BEHIND_MARK = re.compile(_SCHEMES + r"?+(?:\[REDACTED\]){1,8}(?=[+/=.~-]{0,8}\w)[\w+/=.~-]{1,4096}")
_AROUND_MARK = re.compile(r"\w\[REDACTED\]|\[REDACTED\][+/=.~-]{0,8}\w")
_SCHEME_AND_VALUE = re.compile(_SCHEMES + r"([^\s\"'`,;&<>(){}\[\]|\\]{4,4096})")
_CGI_HEADERS = frozenset(name.upper() for name in HEADERS if name.startswith("http_"))
_COUNTED = frozenset({"pin", "cvv", "cvc", "otp", "totp", "ssn"})
_LINE = 160
_HEADER = 65_536


def pairs(text: str) -> Iterator[Secret]:
    """Every value in `text` that stands behind a telling name."""
    at = 0
    while separator := _SEPARATOR.search(text, at):
        at = separator.end()
        secret = _behind(text, separator)
        if secret:
            yield from secret
            at = max(at, secret[-1].end)
    for match in _FLAG.finditer(text):
        if strength(match[1]):
            yield from _value(text, match.end(), match[1], "")
    for match in _CURL_USER.finditer(text):
        if not match[1].endswith(MARK):
            yield Secret("url-password", match.start(1), match.end(1))
    for match in _ELEMENT.finditer(text):
        if strength(match[1]) and match[2] != MARK:
            yield Secret("named", match.start(2), match.end(2))


def _behind(text: str, separator: re.Match[str]) -> list[Secret]:
    """The secrets behind one separator, none when no telling name stands before it."""
    start, end = separator.span()
    if text[end : end + 1] == "=":
        return _compared(text, start, end)
    if text[end : end + 1] == "~" or text[start - 1 : start] in {"=", "!", "<", ">", "~", "+", "-", "*"}:
        return []
    name, quoted, lead = _name_before(text, start)
    if not strength(name) and not (separator[0] == "=" and lead in {"?", "&"} and in_query(name)):
        return []
    while text[end : end + 1] in {" ", "\t"} and end - start < 12:
        end += 1
    if separator[0] == ":" and not quoted and name.lower() in HEADERS and not _OPEN.match(text, end):
        return _header(text, lead, end)
    # A process's environment, printed: the cookies of a request are the rest of the line.
    if separator[0] == "=" and end == start + 1 and name in _CGI_HEADERS and _line_before(text, start) == name:
        return [] if _OPEN.match(text, end) else _header(text, lead, end)
    kind = separator[0]
    if kind == "=" and (lead == "," or text[max(0, start - 2) : start].rstrip().endswith("]")):
        kind = "]="
    return list(_value(text, end, name, kind, quoted=quoted))


def _compared(text: str, start: int, end: int) -> list[Secret]:
    """What an assertion expects a secret to be; elsewhere a comparison is a program's own."""
    opening = _COMPARED.match(text, end)
    name = _name_before(text, start)[0] if opening else ""
    if opening is None or strength(name) != "strong" or not _ASSERTION.search(_line_before(text, start)):
        return []
    return list(_value(text, opening.end(), name, "=="))


def _name_before(text: str, at: int) -> tuple[str, bool, str]:
    """The name that ends before `at`, whether it stands in quotes, and the character before it ("" if none)."""
    window = text[max(0, at - 90) : at].rstrip(" \t")
    bare = window.removesuffix("]").rstrip("\"'`")
    quoted = not window.endswith(bare) or bare != window.removesuffix("]")
    bare = bare.rstrip("\\").removesuffix(")").removesuffix("]")
    before = bare.rstrip(_NAME_LETTERS)
    lead = before[-1:] if before[-1:] != " " or not before.endswith(", ") or not window.endswith(bare) else ","
    return bare[len(before) :].lstrip("0123456789.-"), quoted, lead


def _header(text: str, around: str, at: int) -> list[Secret]:
    """The rest of a header's line, or of the quotes that the header stands in."""
    stop = text.find("\n", at, at + _HEADER)
    stop = min(len(text), at + _HEADER) if stop < 0 else stop
    if around in {'"', "'"} and (closing := text.find(around, at, stop)) >= 0:
        stop = closing
    value = text[at:stop].rstrip()
    if not value or value == MARK or _nothing(value):
        return []
    if _is_expression(value) or _is_variable(value) or value.lower() in _NO_VALUES:
        return []
    return [Secret("header", at, at + len(value))]


def _is_variable(value: str) -> bool:
    """A name, dotted or not, with the comma after it is a program's, not a header."""
    return value[-1] in ",;{(" and bool(_IDENTIFIER.match(value[:-1]) or _DOTTED.match(value[:-1]))


def _value(text: str, at: int, name: str, separator: str, *, quoted: bool = False) -> Iterator[Secret]:
    if rest := _BEHIND_MARK.match(text, at):
        yield Secret("named-bare", at, rest.end())
    if rest or text.startswith(MARK, at):
        return
    if (credential := _SCHEME_AND_VALUE.match(text, at)) and _is_credential(credential, text, at, name, separator):
        yield Secret("named-bare", at, at + len(credential[0].rstrip(".:!?")))
        return
    opening = _OPEN.match(text, at)
    if opening is None:
        yield from _bare(text, at, name, separator)
        return
    for _ in range(8):
        found = _string(text, opening)
        if found is None:
            return
        start, end = found
        if _is_value(text[start:end], name, sure=quoted or strength(name) == "strong"):
            yield Secret("named", start, end)
        after = end + len(opening[2]) + 1
        following = _OPEN.match(text, after + 2) if opening[1] and text[after : after + 2] == ", " else None
        if following is None:
            return
        opening = following


def _is_credential(credential: re.Match[str], text: str, at: int, name: str, separator: str) -> bool:
    """Whether a scheme's word and what follows it, `Bearer abcd`, are a value, not `auth: Basic support`."""
    value = credential[1]
    if value.lower() in _NO_VALUES or _nothing(value) or text[credential.end() : credential.end() + 1] in {"(", "{"}:
        return False
    if any(letter.isdigit() for letter in value):
        return True
    return separator == "=" and text[at - 1] == "=" and not _shares_a_word(value, name) and not _is_code(text, at)


def _string(text: str, opening: re.Match[str]) -> tuple[int, int] | None:
    """Where the content of the string that `opening` opens begins and ends; a newline ends it too."""
    start, close = opening.end(), opening[2] + opening[3]
    line = text.find("\n", start, start + 8192)
    limit = line if line >= 0 else min(len(text), start + 8192)
    at = start
    while (end := text.find(close, at, limit)) >= 0:
        slashes = end - len(text[at:end].rstrip("\\")) - at
        if slashes % 2 == 0 or opening[2]:
            return start, end
        at = end + 1
    return (start, limit) if limit > start else None


def _is_value(content: str, name: str, *, sure: bool) -> bool:
    """True when a string's content is a secret, not a template, a name or nothing."""
    if MARK in content:
        return content != MARK and _AROUND_MARK.search(content) is not None and not re.search(r"\s", content)
    if not content.strip() or _nothing(content):
        return False
    lower = content.lower()
    if lower in _NO_VALUES and lower not in {"hidden", "secret"}:
        return False
    if words(content) and words(content) <= words(name) and not any(letter.isdigit() for letter in content):
        return False
    if sure:
        return True
    return len(content) >= 4 and (
        any(letter.isdigit() for letter in content) or (len(content) >= 16 and " " not in content)
    )


def _nothing(content: str) -> bool:
    """True when only placeholders, stars and the scheme's word are left: `Bearer {token}`, `***`."""
    filled = _PLACEHOLDER.sub("\0", content[:256])
    rest = _SCHEME.sub("", filled).strip()
    if "\0" in filled and all(part.isalpha() or not any(map(str.isalnum, part)) for part in rest.split()):
        return True
    return not any(letter.isalnum() for letter in rest) or rest.strip("xX") == ""


def _bare(text: str, at: int, name: str, separator: str) -> Iterator[Secret]:
    if _is_expression(text[at : at + 200]):
        return
    found = _BARE.match(text, at)
    if found is None:
        return
    value, end = found[0], found.end()
    mark = value.find(MARK[:-1])
    if mark >= 0:
        value, end = value[:mark], at + mark
    value = value.rstrip(".:!?") if text[end : end + 1] in {"", " ", "\n"} else value
    if _is_bare_value(text, at, value, name, separator):
        yield Secret("named-bare", at, at + len(value))


def _is_bare_value(text: str, at: int, value: str, name: str, separator: str) -> bool:
    if not value or value.lower() in _NO_VALUES or _nothing(value):
        return False
    if value.isdigit():
        few = 3 if words(name) & _COUNTED or strength(name) == "strong" else 6
        return len(value) >= few and "tokens" not in words(name)
    if not any(letter.isdigit() for letter in value):
        if _IDENTIFIER.match(value) or _DOTTED.match(value):
            return _is_secret_word(text, at, value, name, separator)
        if strength(name) == "weak" and (len(value) < 12 or not _RANDOM.match(value)):
            return False
    elif _IDENTIFIER.match(value) and _is_code(text, at):
        return len(value) >= 6 and not words(value) & words(name)
    return any(letter.isalnum() for letter in value) and len(value) > 2


def _is_secret_word(text: str, at: int, value: str, name: str, separator: str) -> bool:
    """Whether letters alone are a value, or a variable, a type, the next word of a sentence."""
    if _shares_a_word(value, name) or (value[0].isupper() and not value.isupper()) or len(value) < 3:
        return False
    # A variable set to another one: `token = comma`, `headers["Authorization"] = data`, `user, password = pair`.
    if separator == "]=" or (separator == "=" and text[at - 1] == " " and strength(name) == "weak"):
        return False
    if separator == ":" and _PROSE_AFTER.match(text, at + len(value)):
        return _opens_a_line(text, at, value, name)
    return not _DOTTED.match(value) and not _is_code(text, at)


def _opens_a_line(text: str, at: int, value: str, name: str) -> bool:
    """Whether `password: swordfish for bob` begins its line: indented or listed, it is what documents a parameter."""
    return (
        strength(name) == "strong"
        and _line_before(text, at).rstrip(" :") == name
        and len(value) >= 6
        and value.lower() not in _EXPLAINS
        and not _DOTTED.match(value)
    )


def _shares_a_word(value: str, name: str) -> bool:
    """`user_password` behind `passwords` is a variable's name."""
    return bool(words(value) & {each for word in words(name) for each in (word, word.removesuffix("s"))})


def _line_before(text: str, at: int) -> str:
    """What stands before `at` in its line, or the last of it in a long one."""
    first = max(0, at - _LINE)
    return text[max(first, text.rfind("\n", first, at) + 1) : at]


def _is_expression(value: str) -> bool:
    """True for a call, a subscript, a variable with a sigil, a bracket: program text, not a value."""
    return _EXPRESSION.match(value) is not None


def _is_code(text: str, at: int) -> bool:
    """True when the line around `at` reads like a program's."""
    first = text.rfind("\n", max(0, at - _LINE), at) + 1 or max(0, at - _LINE)
    last = text.find("\n", at, at + _LINE)
    line = text[first : last if last >= 0 else at + _LINE]
    return _CODE.search(line) is not None
