"""GitHub, as far as setting up needs it and the emulator has it not: secrets, variables, what Actions may, Apps.

Shapes and statuses are those of GitHub's REST documentation. Secrets are opened with the private half of the key that
was handed out, so that a value that was not sealed is none. The two web pages are as bare as a stand-in's may be.
"""

from __future__ import annotations

import base64
import json
import re
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from nacl.public import PrivateKey, SealedBox

from healer.setup.github import Place
from tests.web import Quiet, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "github_pat_11ACME0000standin"
#: Which right guards which request, the first that fits.
_GUARDED = (
    (r"(?:PUT|DELETE|GET) /actions/(?:organization-)?secrets.*", "secrets"),
    (r".* /actions/variables.*", "variables"),
    (r".* /actions/permissions.*", "administration"),
    (r"(?:POST|PATCH|DELETE) /labels.*", "issues"),
    (r"POST /git/refs", "contents"),
    (r"POST /pulls", "pull_requests"),
    (r"POST /actions/runs/.*", "actions"),
)


def private_key() -> str:
    """As GitHub makes one for an App."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


@dataclass
class StandIn:
    """Serves at `url` while `serving` does. `denied` holds the names of rights that the token lacks."""

    owner: str = "acme"
    name: str = "shop"
    organization: bool = False
    admin: bool = True
    denied: set[str] = field(default_factory=set)
    labels: dict[str, dict[str, str]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    allowed: bool = False
    policy_above: bool = False
    token_default: str = "read"
    installed: bool = False
    #: Statuses that requests matching a pattern get, each used up by one; 0 hangs up.
    faults: list[tuple[str, int]] = field(default_factory=list)
    log: list[tuple[str, str, Any]] = field(default_factory=list)
    manifests: list[dict[str, Any]] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    key: str = field(default_factory=private_key)
    url: str = ""
    _sealing: PrivateKey = field(default_factory=PrivateKey.generate)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def serving(self) -> Iterator[StandIn]:
        with serving(_Handler, owner=self) as port:
            self.url = f"http://localhost:{port}"
            yield self

    @property
    def place(self) -> Place:
        return Place(self.owner, self.name, self.url, f"{self.url}/api/v3")

    @property
    def written(self) -> list[str]:
        """What was asked to change something, without probes, which lack what it takes."""
        return [f"{verb} {path}" for verb, path, data in self.log if verb != "GET" and data not in ({}, None)]

    # --- the API ------------------------------------------------------------------------------------------------------

    def api(self, verb: str, target: str, data: Any, token: str) -> tuple[int, Any]:
        path = urlsplit(target).path
        with self._lock:
            self.log.append((verb, path, data))
            if found := re.fullmatch(r"/app-manifests/([^/]+)/conversions", path):
                return self._convert(found[1]) if verb == "POST" else (404, {})
            if path == f"/repos/{self.owner}/{self.name}/installation":
                return (200, {"id": 7}) if self.installed and token.count(".") == 2 else (404, {"message": "Not Found"})
            if token != TOKEN:
                return 401, {"message": "Bad credentials"}
            if path == "/user":
                return 200, {"login": "mona", "id": 2}
            below = path.removeprefix(f"/repos/{self.owner}/{self.name}")
            if below == path:
                return 404, {"message": "Not Found"}
            for pattern, right in _GUARDED:
                if re.fullmatch(pattern, f"{verb} {below}") and right in self.denied:
                    return 403, {"message": "Resource not accessible by personal access token"}
            return self._below(verb, below, data)

    def _below(self, verb: str, path: str, data: Any) -> tuple[int, Any]:
        kind, _, name = path.removeprefix("/").removeprefix("actions/").partition("/")
        play = {
            "": self._repository,
            "labels": self._labels,
            "secrets": self._secrets,
            "organization-secrets": lambda *_: (200, {"total_count": 0, "secrets": []}),
            "variables": self._variables,
            "permissions": self._permissions,
            "git": lambda *_: (422, {"message": "Invalid request."}),
            "pulls": lambda *_: (422, {"message": "Invalid request."}),
            "runs": lambda *_: (404, {"message": "Not Found"}),
        }.get(kind)
        return play(verb, name, data) if play else (404, {"message": "Not Found"})

    def _repository(self, verb: str, name: str, data: Any) -> tuple[int, Any]:
        kind = "Organization" if self.organization else "User"
        told = {"id": 1, "default_branch": "main", "private": True, "owner": {"login": self.owner, "type": kind}}
        return 200, told | {"permissions": {"admin": self.admin, "push": True, "pull": True}, "archived": False}

    def _labels(self, verb: str, name: str, data: Any) -> tuple[int, Any]:
        if verb == "GET":
            return 200, list(self.labels.values())
        if not data or not data.get("name"):
            return 422, {"message": "Validation Failed"}
        if data["name"].casefold() in {each.casefold() for each in self.labels}:
            return 422, {"message": "Validation Failed", "errors": [{"code": "already_exists"}]}
        assert len(data["description"]) <= 100
        assert re.fullmatch("[0-9a-f]{6}", data["color"])
        self.labels[data["name"]] = data
        return 201, data

    def _secrets(self, verb: str, name: str, data: Any) -> tuple[int, Any]:
        if verb == "GET" and name == "public-key":
            key = base64.b64encode(bytes(self._sealing.public_key)).decode()
            return 200, {"key_id": "012345678912345678", "key": key}
        if verb == "GET":
            return 200, {"total_count": len(self.secrets), "secrets": [{"name": each} for each in self.secrets]}
        if verb == "DELETE":
            return (204, None) if self.secrets.pop(name, None) else (404, {"message": "Not Found"})
        if not data or data.get("key_id") != "012345678912345678":
            return 422, {"message": "Invalid request."}
        new = name not in self.secrets
        opened = SealedBox(self._sealing).decrypt(base64.b64decode(data["encrypted_value"]))
        self.secrets[name] = opened.decode()
        return (201, {}) if new else (204, None)

    def _variables(self, verb: str, name: str, data: Any) -> tuple[int, Any]:
        if verb == "GET":
            return 200, {"variables": [{"name": each, "value": value} for each, value in self.variables.items()]}
        if verb == "DELETE":
            return (204, None) if self.variables.pop(name, None) else (404, {"message": "Not Found"})
        if verb == "PATCH":
            if name not in self.variables:
                return 404, {"message": "Not Found"}
            self.variables[name] = data["value"]
            return 204, None
        if not data or not data.get("name"):
            return 422, {"message": "Invalid request."}
        if data["name"] in self.variables:
            return 409, {"message": "Already exists"}
        self.variables[data["name"]] = data["value"]
        return 201, {}

    def _permissions(self, verb: str, name: str, data: Any) -> tuple[int, Any]:
        if verb == "GET":
            told = {
                "default_workflow_permissions": self.token_default,
                "can_approve_pull_request_reviews": self.allowed,
            }
            return 200, told
        if data.get("default_workflow_permissions") not in ("read", "write", None):
            return 422, {"message": "Invalid request."}
        if self.policy_above:
            return 409, {"message": "Organization has disallowed it"}
        self.allowed = data["can_approve_pull_request_reviews"]
        self.token_default = data["default_workflow_permissions"]
        return 204, None

    # --- Apps ---------------------------------------------------------------------------------------------------------

    def _convert(self, code: str) -> tuple[int, Any]:
        slug = self.codes.pop(code, None)
        if slug is None:
            return 404, {"message": "Not Found"}
        told = {"id": 4711, "slug": slug, "node_id": "A_x", "client_id": "Iv23liSTANDIN", "client_secret": "cs-secret"}
        told |= {
            "webhook_secret": None,
            "pem": self.key,
            "html_url": f"{self.url}/apps/{slug}",
            "owner": {"login": "acme"},
        }
        return 201, told

    def page(self, verb: str, target: str, form: dict[str, list[str]]) -> tuple[int, str, str]:
        """Status, HTML, and where to go instead."""
        asked = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        mine = f"/organizations/{self.owner}/settings/apps/new" if self.organization else "/settings/apps/new"
        if verb == "POST" and asked.path == mine:
            told = json.loads(form["manifest"][0])
            self.manifests.append(told)
            back = escape(json.dumps([told["redirect_url"], query["state"], told["name"]]), quote=True)
            button = "<button>Create GitHub App</button>"
            return (
                200,
                f'<form method="post" action="/made"><input name="back" value="{back}" size=90>{button}</form>',
                "",
            )
        if verb == "POST" and asked.path == "/made":
            where, state, name = json.loads(form["back"][0])
            code = f"c0de{len(self.codes):04d}{len(self.log):04d}"
            self.codes[code] = name
            return 302, "", f"{where}?code={code}&state={quote(state)}"
        if re.fullmatch("/apps/[a-z0-9-]+/installations/new", asked.path):
            self.installed = True
            return 200, "<h1>Installed</h1>", ""
        return 404, "<h1>404</h1>", ""


class _Handler(Quiet):
    owner: StandIn
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = next((each for each in self.owner.faults if re.fullmatch(each[0], f"{self.command} {self.path}")), None)
        if fault:
            self.owner.faults.remove(fault)
            if not fault[1]:
                self.close_connection = True
                return
            self._send(fault[1], b'{"message": "broken on purpose"}', "application/json")
            return
        if self.path.startswith("/api/v3/"):
            token = (self.headers.get("Authorization") or "").rpartition(" ")[2]
            data = json.loads(body) if body else None
            status, told = self.owner.api(self.command, self.path.removeprefix("/api/v3"), data, token)
            content = b"" if told is None else json.dumps(told).encode()
            self._send(status, content, "application/json")
            return
        status, html, where = self.owner.page(self.command, self.path, parse_qs(body.decode()))
        self._send(status, html.encode(), "text/html", where)

    def _send(self, status: int, content: bytes, kind: str, where: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if where:
            self.send_header("Location", where)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _serve
