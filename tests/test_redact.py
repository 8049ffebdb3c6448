"""Secrets go, everything else stays, in linear time."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from healer.redact import MARK, find_secrets, redact

HEX = "0123456789abcdef" * 4
WORD = "0123456789abcdefghijABCDEFGHIJKLMNOPQRSTUVWXYZ"

#: What goes in, and what must not come out.
SECRETS = [
    ("password=hunter2", "hunter2"),
    ("password: swordfish", "swordfish"),
    ("PASSWORD = 'p w d'", "p w d"),
    ('{"password": "hunter2", "user": "bob"}', "hunter2"),
    (r"{\"password\": \"hunter2\", \"a\": 1}", "hunter2"),
    ("{'password': ['hunter2', 'other9'], 'user': ['x']}", "other9"),
    ('"password"=>"hunter2"', "hunter2"),
    (":password => 'hunter2', :x => 1", "hunter2"),
    ('["password"]=> string(7) "hunter2"', "hunter2"),
    ("User(name=bob, password=hunter2)", "hunter2"),
    ("{User:bob Password:hunter2 Age:3}", "hunter2"),
    ("<password>hunter2</password>", "hunter2"),
    ("DB_PASSWORD=foo", "foo"),
    ("authorization: 'Bearer abcde'", "abcde"),
    ("spring.datasource.password=foo", "foo"),
    ("api.key=abc9", "abc9"),
    ('"password": "foo:bar"', "foo:bar"),
    ('"password": "abc$def"', "abc$def"),
    ('"password": "ab{cd}ef"', "ab{cd}ef"),
    ("password = swordfish", "swordfish"),
    ("userPassword: abc9", "abc9"),
    ("smtp_pass=abc", "abc"),
    ("apiKey: 'abcd-efgh'", "abcd-efgh"),
    ("x-api-key: abc", "abc"),
    ("client-secret=abc", "abc"),
    ("credential=abc-def", "abc-def"),
    ("sessionid=abc123; path=/", "abc123"),
    ('"session": "abcdef"', "abcdef"),
    ("pin=1234", "1234"),
    ("cvv: 123", "123"),
    ("otp=998877", "998877"),
    ("SSN: 123-45-6789", "123-45-6789"),
    ("card_number=1234", "1234"),
    ("mysql -u root --password s3cret! db", "s3cret!"),
    ("tool --api-key=abc9 run", "abc9"),
    ("curl -u bob:hunter2 https://example.com", "hunter2"),
    ("Authorization: Bearer abc.def-123", "abc.def-123"),
    ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("Proxy-Authorization: Digest username=bob, response=9", "response"),
    ("Cookie: sid=abc; theme=dark", "sid=abc"),
    ("Set-Cookie: id=a3f; Max-Age=2", "a3f"),
    ("curl -H 'Authorization: Bearer abcdefgh' https://x.example", "abcdefgh"),
    ("{'Authorization': 'token abcd'}", "abcd"),
    ("refused Bearer abcd1234efgh today", "abcd1234efgh"),
    ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc_def-123 ok", "eyJzdWIi"),
    (f"-----BEGIN RSA PRIVATE KEY-----\n{WORD}\n{WORD}\n-----END RSA PRIVATE KEY-----", WORD),
    (f"-----BEGIN OPENSSH PRIVATE KEY-----\\n{WORD}\\n{WORD}", WORD),
    ("AKIAIOSFODNN7EXAMPLE", "AKIA"),
    (f"ABSK{WORD}", WORD),
    ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "wJalr"),
    *((f"at {prefix}{WORD[:36]}.", WORD[:36]) for prefix in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "npm_", "hf_")),
    (f"github_pat_11{WORD}", WORD),
    (f"glpat-{WORD[:20]}", WORD[:20]),
    ("xoxb-1234567890-abcdefghij", "abcdefghij"),
    (f"sk_live_{WORD[:24]}", WORD[:24]),
    (f"rk_live_{WORD[:24]}", WORD[:24]),
    ("AIzaSyA-0123456789abcdefghijklmnopqrstu", "0123456789"),
    (f"sk-ant-api03-{WORD}", WORD),
    (f"sk-proj-{WORD}", WORD),
    (f"pypi-AgEIcHlwaS5vcmc{WORD}", WORD),
    (f"SG.{WORD[:22]}.{WORD[:43]}", WORD[:22]),
    (f"SK{HEX[:32]}", HEX[:32]),
    ("123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1", "HdqTcv"),
    (f"MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.{WORD[:38]}", WORD[:38]),
    ("AccountName=x;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVA==;End", "Eby8"),
    ("postgres://bob:s3cret@db.example.com/x", "s3cret"),
    ("redis://:s3cret@cache:6379", "s3cret"),
    (f"https://{WORD}@example.com/repo.git", WORD),
    ("GET /cb?token=abc123&page=2", "abc123"),
    ("https://x.example/y?page=2&sig=zz%2Fz9", "zz%2Fz9"),
    ("declined 4111 1111 1111 1111", "1111 1111"),
    ("declined 3782-822463-10005.", "822463"),
    ("5555555555554444", "5555555555554444"),
    ("10:00:00,123 4111 1111 1111 1111", "1111 1111"),
    ("21/11/2026 4111 1111 1111 1111", "1111 1111"),
    ("assert passwords == ['hunter2', 'other9']", "other9"),
    ("07:15:09 4111 1111 1111 1111", "1111 1111"),
    ("assert user.password == 'hunter2'", "hunter2"),
    ('assert.ok(user.password === "hunter2")', "hunter2"),
    ("api_keys=abc123", "abc123"),
    ("db_passwords: ['hunter2', 'other9']", "other9"),
    ("auth_tokens: ['abc12345']", "abc12345"),
    ("Authorization=Bearer abcdefgh status=401", "abcdefgh"),
    ("auth=Token abcd rest", "abcd"),
    ("token: Bearer abc123def", "abc123def"),
    ("HTTP_COOKIE: a=b; c=d", "c=d"),
    ("sent Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    ("password=[REDACTED]rest9 end", "rest9"),
    ("Authorization=Bearer [REDACTED]rest9 end", "rest9"),
    ('"password": "ab[REDACTED]rest9"', "rest9"),
    (f"-----BEGIN OPENSSH PRIVATE KEY-----\n{WORD}\nshort", "short"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIabc\nMIIdef==", "MIIdef"),
    (f"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A\n\n{WORD}\nend9==", "end9"),
    ("-----BEGIN RSA PRIVATE KEY-----\\nMIIabc\\nMIIdef==", "MIIdef"),
]

#: Program text, prose and numbers that look close, and must come out as they went in.
INNOCENT = """\
username, password = value
Basic realm="%s"
return /^Unexpected token: /.test(e.message);
fmt.Sprintf("https://x-access-token:%[1]s@github.com/a/b.git", t)
token.parent = grp
token = comma
tb.ResultSession = failing
request.headers["Authorization"] = data
request.headers["Authorization"] = f"Repeat {index}"
cookies_val = [("name1", "val1"), ("name2", "val2")]
https://xxxx:xxxx@xxxxxxx/xxxxx/xxx?x=x#xxxxx
store://DefaultAzureCredential@account
params = {"password": ":password"}
token = get_token()
password: str
if token is None
password: Optional[str] = None
def login(password: str, token: Token = None) -> str:
login(user, password=password)
author: bob
authority = 12345678
keyboard=qwerty
tokenizer=fast
monkey: bananas
secretary: alice smith
passenger=12345
compass = "north"
max_tokens=1024
input_tokens: 50000
token_count = 1234567
token = self.token
password = request.form["password"]
auth = (user, password)
token := getToken()
const token = req.headers.authorization;
headers = {"Authorization": f"Bearer {token}"}
headers["Authorization"] = "Bearer " + token
if token == "(":
if password != "x9":
token.type = "NAME"
invalid password: too short
wrong token: expected a name
postgres://{user}:{password}@host
postgres://$USER:$PASS@host
https://example.com:8080/@scope/x
git@github.com:foo/bar.git ssh://git@github.com/x
basic understanding of bearer tokens
this.session = new Session();
  session: Session;
  password: string;
$password = $_POST['password'];
1700000000000 is an epoch
order 1234567890123456
0.4111111111111111
password_field = "password"
session = requests.Session()
with Session(engine) as session:
token, rest = line.split(None, 1)
secret = os.environ["SECRET"]
secret: !vault
DB_PASSWORD=$DB_PASSWORD
password=%s
password=
  token: lexer.next(),
<password type="text"></password>
@password = params[:password]
if user.password == "hunter2":
assert user.password == other.password
assert form.password == "password"
assert token == "NAME"
passwords: list[str]
passwords: dict
login(passwords=user_password)
tokens = ["a1b2c3", "x"]
auth_tokens = load_tokens(path)
secrets: inherit
auth: Basic authentication only
auth: Token based on HMAC
func (token Token) Basic(auth Auth) {
Token token = Token parse(auth);
HTTP_COOKIE=cookie_header,
client.get("/", HTTP_AUTHORIZATION=auth)
  cookie: request.cookie,
a Basic knowledge of things
Basic aaaaaaaaaaaa
    password: swordfish for user bob
password: cannot be blank
password: password of the user
token: swordfish for user bob
12 4111 1111 1111 1111
"""


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_a_secret_goes(text: str, secret: str) -> None:
    out = redact(f"before it {text}\nafter it")
    assert secret in text
    assert secret not in out
    assert MARK in out
    assert out.startswith("before it ")
    assert out.endswith("\nafter it")
    assert redact(out) == out


def test_a_line_that_begins_with_a_sure_name_tells_it() -> None:
    """Indented, it would be a docstring's parameter."""
    assert redact("log in\npassword: swordfish for user bob") == f"log in\npassword: {MARK} for user bob"


def test_a_printed_environment_shows_no_cookies() -> None:
    assert redact("PATH=/bin\nHTTP_COOKIE=a=b; c=d\nHOME=/") == f"PATH=/bin\nHTTP_COOKIE={MARK}\nHOME=/"


def test_what_follows_a_key_without_end_stays() -> None:
    out = redact(f"-----BEGIN PRIVATE KEY-----\n{WORD}\nab9=\n\nat main.py line 3\nend")
    assert out.startswith(MARK)
    assert out.endswith("at main.py line 3\nend")


@pytest.mark.parametrize("text", INNOCENT.splitlines())
def test_everything_else_stays(text: str) -> None:
    assert redact(text) == text


def test_names_and_their_neighbours_stay() -> None:
    assert redact('{"password": "hunter2", "user": "bob"}') == '{"password": "[REDACTED]", "user": "bob"}'
    assert redact("GET /cb?token=abc123&page=2 200") == "GET /cb?token=[REDACTED]&page=2 200"
    assert redact("https://bob:abc9@example.net:444/") == "https://[REDACTED]@example.net:444/"
    assert redact("{ authorization: 'Bearer abcde' }, x: 1") == "{ authorization: '[REDACTED]' }, x: 1"
    assert redact("postgres://bob:s3cret@db/x") == "postgres://[REDACTED]@db/x"


def test_spans_are_ordered_and_apart() -> None:
    text = "password=hunter2 and AKIAIOSFODNN7EXAMPLE, token: ghp_" + WORD
    found = find_secrets(text)
    assert [secret.kind for secret in found] == ["named-bare", "aws-key", "github-token"]
    assert text[found[0].start : found[0].end] == "hunter2"
    assert all(one.end < two.start for one, two in pairwise(found))


PIECES = st.sampled_from(
    [text for text, _ in SECRETS]
    + INNOCENT.splitlines()
    + [
        "password",
        "=",
        ": ",
        '"',
        "'",
        "\\",
        "[",
        "]",
        " ",
        "\n",
        MARK,
        "Cookie",
        "Authorization",
        "-",
        "@",
        "://",
        "é",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES | st.text(max_size=6), max_size=12).map("".join))
@example("password=x[REDACTED]")
def test_twice_is_once(text: str) -> None:
    once = redact(text)
    assert redact(once) == once


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.text(alphabet="abcdef0123456789", min_size=8, max_size=20))
def test_what_surrounds_a_secret_is_kept(before: str, value: str) -> None:
    out = redact(f"{before}\n\npassword=x{value}z\nend")
    assert out.endswith(f"\n\npassword={MARK}\nend")


@pytest.mark.parametrize(
    "unit",
    ["a=", "password=", 'password="', "eyJ", "Bearer ", "-----BEGIN PRIVATE KEY-----", "4", "4111-", "://a:b", "://",
     "<password>a", "--password ", 'token="\\\\', "password=[", "sk-", "xoxb-", "password=a.", "password=      ", "MNO",
     '"Cookie: x', "Cookie: {x}", 'password=["a", ', "-u a:", "password=${", 'password="%(a', "\\", "ghp_", "SG.a.",
     ":AA", "password=self.a", "=", " ", "\n", "token: a b", "sk_live_", "-----END PRIVATE KEY-----",
     "-----BEGIN PRIVATE KEY-----\na\n", "-----BEGIN PRIVATE KEY-----\n  ", "-----BEGIN PRIVATE KEY-----\nComment: a",
     "assert password == '", "assert a.password==", "password=[REDACTED]", "auth=Token a", "Basic aaaaaaaa", "Basic a",
     "password: a b ", "\npassword: swordfish for ", "2026-11-21 4111 ", "HTTP_COOKIE=a;\n", "passwords=['a', "],
)  # fmt: skip
def test_hostile_input_takes_linear_time(unit: str) -> None:
    """Eight times the input may take sixteen times as long, never sixty-four times."""

    def seconds(length: int) -> float:
        text = (unit * (length // len(unit) + 1))[:length]
        times = []
        for _ in range(2):
            began = time.process_time()
            redact(text)
            times.append(time.process_time() - began)
        return min(times)

    small = max(seconds(10_000), 0.004)
    assert seconds(80_000) < small * 20
