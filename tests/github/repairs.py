"""Fixes whose checks failed, about one crashing program whose repository is on both sides."""

from __future__ import annotations

import base64
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from healer.cli.watch import watch as watch_verb
from tests.github.ci_kit import CiProxy, Fix
from tests.github.jobs import WHEN, Jobs
from tests.github.kit import BOT, MONA
from tests.heal.kit import git
from tests.recorded_events import SIGNATURE

if TYPE_CHECKING:
    from tests.github.runs import Ended, Gate
    from tests.verdict.apps import App

CHANGED = "shop/cart.py"
OF_SPLAT = f"fix: an earlier try\n\nSplat-Signature: {SIGNATURE}\nSplat-Confidence: 95\n"


@dataclass
class Repairs:
    """A repository with the program, and what failed in it. Commits have the same id in every test."""

    jobs: Jobs
    proxy: CiProxy
    issue: int = 0
    pull: int = 0
    branch: str = ""
    head: str = ""
    deliveries: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def gate(self) -> Gate:
        return self.jobs.gate

    # --- what is there before

    def with_fix(self) -> Repairs:
        """An issue that Splat healed, as far as it thought: on its branch the program crashes as before."""
        from healer.gate import write_ledger

        shop = self.gate.shop
        self.issue = self.jobs.issue()
        assert self.jobs.labeled(self.issue).went
        words = "## Root cause\n\nNobody knows.\n\n## The fix\n\nA remark.\n\n"
        words += f'Fixes #{self.issue}\n\n<!-- splat:state {{"attempt":1,"confidence":95,"dollars":0.02,"v":1}} -->\n'
        self._pull(f"splat/{SIGNATURE}", OF_SPLAT, words, BOT)
        ledger = self.jobs.ledger(self.issue)
        [run] = ledger.runs
        ended = ledger.with_end(run.id, 1, "fixed", 0.02, run.at, signature=SIGNATURE, pull=self.pull)
        [said] = [each["id"] for each in shop.comments(self.issue)]
        words = f"{write_ledger(ended)}\n\n**Pull request [{self.pull}](https://example.com) fixes this.**"
        shop.call("PATCH", f"{shop.path}/issues/comments/{said}", {"body": words}, BOT)
        return self

    def with_pull_of_mona(self, labelled_by: str = MONA) -> Repairs:
        """A person's pull request that carries the label."""
        self._pull("mona/discounts", "Discounts\n", "They were asked for.", MONA)
        self.issue = self.pull
        self.gate.shop.label_pull(self.proxy, self.pull, labelled_by)
        self.gate.configure("ci_heal: true")
        return self

    def _pull(self, branch: str, message: str, body: str, by: str) -> None:
        shop = self.gate.shop
        text = (self.jobs.app.repo / CHANGED).read_text() + "\n# A remark.\n"
        self.branch, self.head = branch, committed(self.gate, self.jobs.app, self.jobs.base, text, message, by)
        shop.call("POST", f"{shop.path}/git/refs", {"ref": f"refs/heads/{branch}", "sha": self.head}, by)
        told = {"title": "fix: it", "head": branch, "base": "main", "body": body}
        self.pull = int(shop.call("POST", f"{shop.path}/pulls", told, by)["number"])

    # --- what happens

    def red(self, run: int = 77, head: str = "", **more: Any) -> None:
        """Checks fail with the program's own trace."""
        self.proxy.run(head or self.head, run, conclusion="failure", **more)
        self.proxy.job(run, conclusion="failure", log=stamped(self.jobs.app.trace))

    def finished(self, conclusion: str = "failure", run: int = 77, **more: Any) -> tuple[str, Any]:
        """The delivery that tells of it."""
        told = {
            "workflow_run__head_sha": self.head,
            "workflow_run__head_branch": self.branch,
            "workflow_run__head_repository": self.gate.shop.repository(),
            "workflow_run__conclusion": conclusion,
            "workflow_run__id": run,
            "workflow_run__pull_requests": [{"number": self.pull}],
        }
        return "workflow_run_failed", self.gate.payload("workflow_run_failed", **(told | more))

    def red_main(self, run: int = 88, by: str = MONA) -> tuple[str, Any]:
        """The default branch fails, and the delivery that tells of it."""
        head = self.gate.shop.call("GET", f"{self.gate.shop.path}/git/ref/heads/main")["object"]["sha"]
        self.red(run, head, event="push")
        told = {"workflow_run__id": run, "workflow_run__head_sha": head}
        told |= {"workflow_run__head_repository": self.gate.shop.repository()}
        return "workflow_run_default_branch", self.gate.payload("workflow_run_default_branch", by=by, **told)

    def admitted(self, case: str, payload: Any) -> Ended:
        """Job `gate`."""
        ended = self.jobs.admit(case, payload)
        if ended.went and not self.issue:
            self.issue = int(ended.outputs["issue"])
        return ended

    def watched(self, *options: str) -> Ended:
        """The step of job `answer`, or of `publish`, that looks at checks."""
        return self.fix.step(watch_verb, *self.jobs.payloads[self.jobs.run], *options)

    @property
    def fix(self) -> Fix:
        return Fix(self.gate, self.proxy, self.jobs.folder, self.issue, self.pull, self.head, self.jobs.base)

    # --- what is there then

    def tip(self, branch: str = "") -> str:
        path = f"{self.gate.shop.path}/git/ref/heads/{branch or self.branch}"
        return str(self.gate.shop.call("GET", path)["object"]["sha"])

    def commit(self, sha: str) -> Any:
        return self.gate.shop.call("GET", f"{self.gate.shop.path}/git/commits/{sha}")

    def page(self) -> Any:
        return self.gate.shop.call("GET", f"{self.gate.shop.path}/pulls/{self.pull}")


def stamped(log: str) -> str:
    """As Actions keeps it."""
    lines = ["##[group]Run python app.py", *log.splitlines(), "##[error]Process completed with exit code 1."]
    return "".join(f"2026-11-21T10:00:01.1234567Z {line}\n" for line in lines)


def committed(gate: Gate, app: App, parent: str, text: str, message: str, by: str) -> str:
    """A commit on `parent` in which one file says something else, on both sides; its id."""
    shop = gate.shop
    entry = {"path": CHANGED, "mode": "100644", "type": "blob", "content": text}
    tree = shop.call("GET", f"{shop.path}/git/commits/{parent}")["tree"]["sha"]
    tree = shop.call("POST", f"{shop.path}/git/trees", {"base_tree": tree, "tree": [entry]}, by)["sha"]
    person = {"name": by, "email": f"{by}@users.noreply.github.com", "date": WHEN}
    told = {"message": message, "tree": tree, "parents": [parent], "author": person, "committer": person}
    commit = str(shop.call("POST", f"{shop.path}/git/commits", told, by)["sha"])
    brought(gate, app, commit)
    return commit


def brought(gate: Gate, app: App, commit: str) -> None:
    """A commit of the emulated repository, whose parent is here already, in the local one."""
    shop = gate.shop
    told = shop.call("GET", f"{shop.path}/git/commits/{commit}")
    listed = shop.call("GET", f"{shop.path}/git/trees/{told['tree']['sha']}?recursive=1")["tree"]
    lines = []
    for entry in listed:
        if entry["type"] == "blob":
            blob = shop.call("GET", f"{shop.path}/git/blobs/{entry['sha']}")
            _written(app, "blob", base64.b64decode(blob["content"]))
            lines.append(f"{entry['mode']} {entry['sha']}\t{entry['path']}\n")
    index = {"GIT_INDEX_FILE": str(app.repo.parent / "index"), "PATH": "/usr/bin:/bin"}
    for command, given in ((["read-tree", "--empty"], ""), (["update-index", "--index-info"], "".join(lines))):
        subprocess.run(["git", *command], cwd=app.repo, env=index, input=given, text=True, check=True)
    subprocess.run(["git", "write-tree"], cwd=app.repo, env=index, check=True, capture_output=True)
    who = {
        f"GIT_{role.upper()}_{name.upper()}": told[role][name]
        for role in ("author", "committer")
        for name in ("name", "email", "date")
    }
    parents = [word for each in told["parents"] for word in ("-p", each["sha"])]
    made = subprocess.run(
        ["git", "commit-tree", told["tree"]["sha"], *parents], cwd=app.repo, text=True, check=True, capture_output=True,
        input=told["message"].rstrip("\n") + "\n", env={"PATH": "/usr/bin:/bin"} | who,
    ).stdout.strip()  # fmt: skip
    assert made == commit, (told, git(app, "cat-file", "-p", made))


def _written(app: App, kind: str, content: bytes) -> None:
    subprocess.run(["git", "hash-object", "-w", "-t", kind, "--stdin"], cwd=app.repo, input=content, check=True,
                   capture_output=True)  # fmt: skip
