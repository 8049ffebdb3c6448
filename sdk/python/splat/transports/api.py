"""The requests to GitHub, and what its refusals mean for whoever set this up (T2)."""

from __future__ import annotations

import urllib.parse
from typing import Any, Callable, List, NamedTuple, Optional, Sequence, Set

from splat.http import Answer, Client
from splat.redact import redact_text
from splat.text import one_line

_CANONICAL = (
    "query($owner:String!,$name:String!,$number:Int!){repository(owner:$owner,name:$name){issue(number:$number)"
    "{duplicateOf{number repository{nameWithOwner}}}}}"
)
_ENTERPRISE = "/api/v3"


class Never(Exception):
    """GitHub refused for good. The user was told."""

    def __init__(self, status: int) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Gone(Exception):
    """The issue is not there any more."""


class Listing(NamedTuple):
    """A page of issues as GitHub wrote them, and the tag to ask for it again with."""

    entries: List[Any]
    tag: str


class Api:
    """One repository, seen with one token. Every method may raise `splat.http.Later` and `Never`.

    `url` is the API's address, `https://api.github.com` or `https://HOST/api/v3`; `repo` is `owner/name`.
    ValueError when one of them, or the token, cannot be used.
    """

    def __init__(self, url: str, repo: str, token: str, warn: Callable[[str], None]) -> None:
        parts = urllib.parse.urlsplit(url)
        headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "Authorization": f"Bearer {token}",
        }
        self.client = Client(f"{parts.scheme}://{parts.netloc}", headers)
        self._prefix = parts.path.rstrip("/")
        self._repo = repo
        self._at = f"{self._prefix}/repos/{urllib.parse.quote(repo)}"
        self._warn = warn
        self._told: Set[int] = set()

    # --- reading -----------------------------------------------------------------------------------------------------

    def listing(self, path: str, tag: Optional[str]) -> Optional[Listing]:
        """A page of the repository's issues; None when it is what `tag` was given for."""
        answer = self._ask("GET", self._at + path, headers={"If-None-Match": tag} if tag else None)
        if answer.status == 304:
            return None
        entries = self._good(answer).json()
        tag = answer.headers.get("etag", "")
        return Listing(entries if isinstance(entries, list) else [], tag if tag.isprintable() else "")

    def issue(self, number: int) -> Any:
        """One issue. Gone when it was deleted or moved away."""
        return self._of_issue(self._ask("GET", f"{self._at}/issues/{number}")).json()

    def is_public(self) -> bool:
        """I9. True unless the API says that the repository is private."""
        data = self._good(self._ask("GET", self._at)).json()
        return not (isinstance(data, dict) and data.get("private") is True)

    def own_id(self) -> Optional[int]:
        """The numeric id of the token's account; None for a token of an installation, which may not ask."""
        answer = self._ask("GET", f"{self._prefix}/user")
        data = answer.json() if answer.status == 200 else None
        number = data.get("id") if isinstance(data, dict) else None
        return number if isinstance(number, int) else None

    def canonical_of(self, number: int) -> Optional[int]:
        """The issue of this repository that GitHub has on record for a closed duplicate; None when there is none."""
        owner, _, name = self._repo.partition("/")
        root = self._prefix[: -len(_ENTERPRISE)] + "/api" if self._prefix.endswith(_ENTERPRISE) else self._prefix
        question = {"query": _CANONICAL, "variables": {"owner": owner, "name": name, "number": number}}
        answer = self._ask("POST", f"{root}/graphql", question, tries=1)
        found: Any = answer.json() if answer.status == 200 else None
        for key in ("data", "repository", "issue", "duplicateOf"):
            found = found.get(key) if isinstance(found, dict) else None
        if not isinstance(found, dict) or not isinstance(found.get("number"), int):
            return None
        place = found.get("repository")
        same = isinstance(place, dict) and str(place.get("nameWithOwner")).lower() == self._repo.lower()
        return found["number"] if same else None

    # --- writing -----------------------------------------------------------------------------------------------------

    def create(self, title: str, body: str, labels: Sequence[str]) -> Any:
        """The issue as GitHub made it. Tried once: when no answer came, only the next listing tells what happened."""
        data = {"title": title, "body": body, "labels": list(labels)}
        return self._good(self._ask("POST", f"{self._at}/issues", data, tries=1)).json()

    def change(self, number: int, **fields: Any) -> Any:
        """The issue after the change. Gone as with `issue`."""
        return self._of_issue(self._ask("PATCH", f"{self._at}/issues/{number}", fields)).json()

    def comment(self, number: int, text: str) -> None:
        """Tried once: a comment too few is better than the same one four times."""
        self._good(self._ask("POST", f"{self._at}/issues/{number}/comments", {"body": text}, tries=1))

    # --- answers -----------------------------------------------------------------------------------------------------

    def _ask(self, method: str, path: str, data: Any = None, **named: Any) -> Answer:
        return self.client.request(method, path, data, **named)

    def _of_issue(self, answer: Answer) -> Answer:
        if answer.status in {404, 410}:
            raise Gone
        return self._good(answer)

    def _good(self, answer: Answer) -> Answer:
        if 200 <= answer.status < 300:
            return answer
        if answer.status not in self._told:
            self._told.add(answer.status)
            self._warn(f"GitHub refused ({answer.status}{_reason(answer)}): {self._advice(answer.status)}")
        raise Never(answer.status)

    def _advice(self, status: int) -> str:
        repo = self._repo
        if status == 401:
            return (
                "the token is wrong, expired or revoked. Give the option `token` (or SPLAT_TOKEN) one that is valid. "
                "Errors are not reported until then."
            )
        if status == 403:
            return (
                f"the token may not do this in {repo}. Give it read and write access to the issues of {repo} "
                "(classic tokens: the scope `repo`; organisations with single sign-on: authorize it there)."
            )
        if status == 404:
            return (
                f"there is no repository {repo}, or the token may not see it. Check the option `repo` (owner/name), "
                f"and that the token has access to {repo}."
            )
        if status == 410:
            return f"issues are turned off in {repo}. Turn them on in the repository's settings."
        if status == 422:
            return f"what was sent to {repo} is not accepted. That report is dropped. Please tell the makers of splat."
        if 300 <= status < 400:
            return (
                "it answers from another address, where the token is not sent. Check the options `api_url` and `repo`."
            )
        return "the request is not accepted. Check the options `api_url`, `repo` and `token`."


def _reason(answer: Answer) -> str:
    """What GitHub says, as one short line of text."""
    try:
        data = answer.json()
    except Exception:
        return ""
    message = data.get("message") if isinstance(data, dict) else None
    # What stands between may answer with what it was sent.
    return f", {one_line(redact_text(message), 200)}" if isinstance(message, str) and message else ""
