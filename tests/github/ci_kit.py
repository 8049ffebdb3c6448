"""What the emulator lacks of GitHub's Actions, statuses, rules and GraphQL, played in the proxy in front of it."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from click.testing import CliRunner

from healer.cli.command import command as command_verb
from healer.cli.watch import watch as watch_verb
from healer.gate import Ledger, read_ledger, write_ledger
from tests.github.kit import BOT, Proxy, environment
from tests.github.runs import Ended, Gate, outputs_in
from tests.recorded_events import SIGNATURE, name_of

if TYPE_CHECKING:
    from pathlib import Path

CI = ".github/workflows/ci.yml"
MESSAGE = f"fix: it\n\nSplat-Signature: {SIGNATURE}\nSplat-Confidence: 95\n"
_REPO = r"(?:/repos/[^/]+/[^/]+)"


@dataclass
class CiProxy(Proxy):
    """`runs`, their `jobs` and the jobs' `logs`; `asked` is what was started, run again or cancelled."""

    runs: list[dict[str, Any]] = field(default_factory=list)
    jobs: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    logs: dict[int, bytes] = field(default_factory=dict)
    annotations: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    statuses: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    workflows: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    automatic: bool = False
    mergeable: str = "clean"
    #: GraphQL answers with this error, whatever it is asked.
    graphql: str = ""
    #: Auto-merge that is on, by the pull request's node: who switched it on, at which commit, by which method.
    armed: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    _pulls: dict[str, str] = field(default_factory=dict)
    #: Tokens that came to the store of logs, which is another server.
    leaked: list[str] = field(default_factory=list)
    #: Runs that a dispatch has started, which nobody but who asks for them sees.
    dispatched: list[dict[str, Any]] = field(default_factory=list)

    def job(self, run: int, name: str = "test", conclusion: str | None = "success", log: str = "", **more: Any) -> int:
        """A job of a run that is there; its id."""
        number = run * 100 + len(self.jobs.setdefault(run, []))
        status = "completed" if conclusion else "in_progress"
        step = {"name": more.pop("step", "Run tests"), "conclusion": conclusion}
        told = {"id": number, "name": name, "status": status, "conclusion": conclusion, "steps": [step]}
        self.jobs[run].append(told | more)
        self.logs[number] = log.encode()
        return number

    def run(self, sha: str, number: int = 1, conclusion: str | None = "success", **more: Any) -> int:
        """A run of Actions about a commit; its id."""
        told = {"id": number, "name": "CI", "path": CI, "event": "pull_request", "run_attempt": 1, "head_sha": sha}
        told |= {"status": "completed" if conclusion else "in_progress", "conclusion": conclusion}
        self.runs.append(told | {"check_suite_id": 90_000 + number} | more)
        return number

    def _answer(self, verb: str, target: str, path: str, body: bytes, token: str) -> tuple[int, bytes]:
        if any(re.fullmatch(each[0], f"{verb} {path}") for each in self.faults):
            return super()._answer(verb, target, path, body, token)
        for pattern, answer in self._routes():
            if (found := re.fullmatch(pattern, f"{verb} {path}")) is not None:
                told = answer(*found.groups(), target=target, body=body, token=token)
                return told if isinstance(told, tuple) else (200, json.dumps(told).encode())
        return super()._answer(verb, target, path, body, token)

    def _routes(self) -> list[tuple[str, Any]]:
        return [
            (rf"GET {_REPO}/actions/runs", self._runs),
            (rf"GET {_REPO}/actions/runs/(\d+)", self._one_run),
            (rf"GET {_REPO}/actions/runs/(\d+)/jobs", lambda run, **_: {"jobs": self.jobs.get(int(run), [])}),
            (rf"GET {_REPO}/actions/jobs/(\d+)/logs", self._log),
            (r"GET /store/(\d+)", self._stored),
            (rf"GET {_REPO}/actions/workflows", self._workflows),
            (rf"GET ({_REPO}/commits/([0-9a-f]+)/check-runs)", self._checks),
            (rf"GET {_REPO}/commits/([0-9a-f]+)/status", lambda sha, **_: {"statuses": self.statuses.get(sha, [])}),
            (rf"GET {_REPO}/check-runs/(\d+)/annotations", lambda run, **_: self.annotations.get(int(run), [])),
            (rf"POST {_REPO}/actions/runs/(\d+)/rerun-failed-jobs", self._rerun),
            (rf"POST {_REPO}/actions/runs/(\d+)/cancel", self._cancel),
            (rf"POST {_REPO}/actions/workflows/([^/]+)/dispatches", self._dispatch),
            (rf"GET {_REPO}/actions/workflows/([^/]+)/runs", self._dispatched),
            (rf"GET {_REPO}/branches/([^/]+)", lambda branch, **_: {"name": branch, "protection": {}}),
            (rf"GET {_REPO}/rules/branches/([^/]+)", self._rules),
            (rf"GET ({_REPO})", self._repository),
            (rf"GET ({_REPO}/pulls/\d+)", self._pull),
            (r"POST /graphql", self._graphql),
        ]

    def _runs(self, target: str, **_: Any) -> Any:
        sha = dict(parse_qsl(target.partition("?")[2])).get("head_sha")
        return {"workflow_runs": [run for run in self.runs if run["head_sha"] == sha]}

    def _one_run(self, number: str, **_: Any) -> Any:
        found = next((run for run in self.runs if run["id"] == int(number)), None)
        return found or (404, b'{"message": "Not Found"}')

    def _log(self, job: str, **_: Any) -> Any:
        return 302, f"{self.url}/store/{job}".encode()

    def _stored(self, job: str, token: str, **_: Any) -> Any:
        if token:
            self.leaked.append(token)
        return 200, self.logs[int(job)]

    def _workflows(self, **_: Any) -> Any:
        return {"workflows": [{"path": path, "state": "active"} for path in self.workflows]}

    def _checks(self, path: str, sha: str, target: str, token: str, **_: Any) -> Any:
        status, content = super()._answer("GET", target, path, b"", token)
        others = json.loads(content)["check_runs"] if status == 200 else []
        mine = [
            job | {"check_suite": {"id": run["check_suite_id"]}, "app": {"id": 15368}}
            for run in self.runs
            if run["head_sha"] == sha
            for job in self.jobs.get(run["id"], [])
        ]
        return {"check_runs": [*mine, *others]}

    def _rerun(self, run: str, **_: Any) -> Any:
        self.asked.append(f"rerun {run}")
        for each in self.runs:
            if each["id"] == int(run):
                each["status"] = "queued"
        return 201, b"{}"

    def _dispatched(self, workflow: str, **_: Any) -> Any:
        return {"workflow_runs": [each for each in self.dispatched if each["workflow"] == workflow]}

    def _cancel(self, run: str, **_: Any) -> Any:
        self.asked.append(f"cancel {run}")
        return 202, b"{}"

    def _dispatch(self, workflow: str, body: bytes, **_: Any) -> Any:
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {"workflow": workflow, "head_branch": json.loads(body)["ref"], "status": "queued", "created_at": at}
        self.dispatched.append(told)
        self.asked.append(f"dispatch {workflow} on {json.loads(body)['ref']}")
        return 204, b""

    def _rules(self, _branch: str, **_: Any) -> Any:
        rules = [{"context": name} for name in self.required]
        return [{"type": "required_status_checks", "parameters": {"required_status_checks": rules}}]

    def _repository(self, path: str, token: str, target: str, **_: Any) -> Any:
        status, content = super()._answer("GET", target, path, b"", token)
        return status, json.dumps(json.loads(content) | {"allow_auto_merge": self.automatic}).encode()

    def _pull(self, path: str, token: str, target: str, **_: Any) -> Any:
        status, content = super()._answer("GET", target, path, b"", token)
        if status != 200:
            return status, content
        told = json.loads(content) | {"mergeable_state": self.mergeable}
        if (on := self.armed.get(told["node_id"])) is not None:
            told["auto_merge"] = {"enabled_by": on["by"], "merge_method": on["method"].lower()}
        self._pulls[told["node_id"]] = path
        return status, json.dumps(told).encode()

    def _graphql(self, body: bytes, token: str, **_: Any) -> Any:
        told = json.loads(body)
        name = next(
            each for each in ("enablePullRequestAutoMerge", "disablePullRequestAutoMerge") if each in told["query"]
        )
        given = told["variables"]
        self.asked.append(f"{name} {given.get('head', '')}".strip())
        refused = self.graphql or self._refused(name, given, token)
        if refused:
            return {"data": {name: None}, "errors": [{"type": "UNPROCESSABLE", "message": refused}]}
        if name == "enablePullRequestAutoMerge":
            self.armed[given["pull"]] = {"by": self._whoever(token), "head": given["head"], "method": given["method"]}
        else:
            del self.armed[given["pull"]]
        return {"data": {name: {"clientMutationId": None}}}

    def _refused(self, name: str, given: dict[str, str], token: str) -> str:
        """GitHub's own words, as far as they are known: where it is switched off, there is nothing to wait for, the
        branch has moved, or the answer cannot be given for that pull request at all.
        """
        if not (path := self._pulls.get(given["pull"], "")):
            return f"Could not resolve to a node with the global id of '{given['pull']}'"
        if name == "disablePullRequestAutoMerge":
            return "" if given["pull"] in self.armed else "Can't disable auto-merge for this pull request"
        if given["method"] not in ("MERGE", "SQUASH", "REBASE"):
            return f"Variable $method of type PullRequestMergeMethod! was provided invalid value: {given['method']}"
        if not self.automatic:
            return "Auto merge is not allowed for this repository"
        if self.mergeable == "clean":
            return "Pull request Pull request is in clean status"
        now = json.loads(super()._answer("GET", path, path, b"", token)[1])["head"]["sha"]
        return "" if given["head"] == now else "Head branch was modified. Review and try the merge again."

    def _whoever(self, token: str) -> Any:
        return json.loads(super()._answer("GET", "/user", "/user", b"", token)[1])

    def settle(self, node: str, token: str) -> bool:
        """What GitHub does once the branch's rules are met: it merges whatever is there now; False where nothing is."""
        path = self._pulls[node]
        return node in self.armed and super()._answer("PUT", f"{path}/merge", f"{path}/merge", b"{}", token)[0] == 200


@dataclass
class Fix:
    """An issue, Splat's open fix of it, and the steps behind the gate."""

    gate: Gate
    proxy: CiProxy
    folder: Path
    issue: int
    pull: int
    head: str
    base: str

    @property
    def branch(self) -> str:
        return f"splat/{SIGNATURE}"

    def finished(self, conclusion: str = "failure", **changes: Any) -> tuple[str, Any]:
        """The delivery that tells of a run about the fix."""
        case = "workflow_run_failed"
        told = {
            "workflow_run__head_sha": self.head,
            "workflow_run__head_repository": self.gate.shop.repository(),
            "workflow_run__conclusion": conclusion,
            "workflow_run__id": 70_000 + self.gate.number,
            **changes,
        }
        return case, self.gate.payload(case, **told)

    def watch(self, case: str, payload: Any, *options: str, **environ: str) -> Ended:
        """The gate lets it through, and the next step looks."""
        ended = self.gate.run(case, payload)
        assert ended.went, ended
        return self.step(watch_verb, case, payload, *options, **environ)

    def commanded(self, words: str, *, on_pull: bool = False, **environ: str) -> Ended:
        """A person comments, the gate lets it through, and the next step does it."""
        number = self.pull if on_pull else self.issue
        made = self.gate.shop.comment(number, words)
        case = "issue_comment_on_pull" if on_pull else "issue_comment_created"
        payload = self.gate.payload(case, 0 if on_pull else self.issue, comment=made)
        if on_pull:
            payload["issue"]["number"] = self.pull
        ended = self.gate.run(case, payload)
        assert ended.went, ended
        return self.step(command_verb, case, payload, **environ)

    def step(self, verb: Any, case: str, payload: Any, *options: str, **environ: str) -> Ended:
        event = self.folder / "event.json"
        event.write_text(json.dumps(payload))
        for file in ("output", "summary"):
            (self.folder / file).write_text("")
        more = {"GITHUB_RUN_ID": str(self.gate.number - 1), "GITHUB_EVENT_NAME": name_of(case)}
        more |= {"GITHUB_EVENT_PATH": str(event), "SPLAT_ACTOR_ID": str(self.gate.shop.user(BOT)["id"])}
        env: dict[str, str | None] = {**environment(self.gate.shop, self.proxy, self.folder, **more), **environ}
        request = ["--request", str(self.folder / "splat-request")]
        done = CliRunner().invoke(verb, [*request, *options], env=env, standalone_mode=False)
        outputs = outputs_in((self.folder / "output").read_text())
        summary = (self.folder / "summary").read_text()
        return Ended(done.return_value or 0, outputs, summary, done.output, done.exception)

    @property
    def comment(self) -> str:
        """Splat's one comment on the issue."""
        [body] = [each["body"] for each in self.gate.shop.comments(self.issue) if read_ledger(each["body"])]
        return str(body)

    @property
    def ledger(self) -> Ledger:
        found = read_ledger(self.comment)
        assert found
        return found


def fix_of(
    gate: Gate, proxy: CiProxy, folder: Path, message: str = MESSAGE, *, label: str = "splat", **issue: Any
) -> Fix:
    """An issue that was healed: a file of the base changed on Splat's branch, by Splat's own commit."""
    shop = gate.shop
    content = base64.b64encode(b"def total(a, b):\n    return a - b.amount\n").decode()
    shop.call("PUT", f"{shop.path}/contents/shop/cart.py", {"message": "the app", "content": content})
    number = gate.issue(**issue)
    gate.labeled(number, label=label)
    base = shop.call("GET", f"{shop.path}/git/ref/heads/main")["object"]["sha"]
    tree = shop.call("GET", f"{shop.path}/git/commits/{base}")["tree"]["sha"]
    fixed = {"path": "shop/cart.py", "mode": "100644", "type": "blob"}
    fixed["content"] = "def total(a, b):\n    return a - (b.amount if b else 0)\n"
    tree = shop.call("POST", f"{shop.path}/git/trees", {"base_tree": tree, "tree": [fixed]}, BOT)["sha"]
    told = {"message": message, "tree": tree, "parents": [base]}
    head = shop.call("POST", f"{shop.path}/git/commits", told, BOT)["sha"]
    shop.call("POST", f"{shop.path}/git/refs", {"ref": f"refs/heads/splat/{SIGNATURE}", "sha": head}, BOT)
    words = "## Root cause\n\nA code that nobody knows is `None`.\n\n## The fix\n\nIt is asked for.\n\n"
    words += f'Fixes #{number}\n\n<!-- splat:state {{"attempt":1,"confidence":95,"dollars":0.02,"v":1}} -->\n'
    told = {"title": "fix: it", "head": f"splat/{SIGNATURE}", "base": "main", "body": words}
    pull = shop.call("POST", f"{shop.path}/pulls", told, BOT)["number"]
    fix = Fix(gate, proxy, folder, number, pull, head, base)
    [run] = fix.ledger.runs
    ended = fix.ledger.with_end(run.id, 1, "fixed", 0.02, run.at, signature=SIGNATURE, pull=pull)
    [said] = [each["id"] for each in shop.comments(number) if read_ledger(each["body"])]
    words = f"{write_ledger(ended)}\n\n**[Pull request {pull}](https://example.com) fixes this.**"
    shop.call("PATCH", f"{shop.path}/issues/comments/{said}", {"body": words}, BOT)
    return fix
