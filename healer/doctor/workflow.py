"""The workflow that starts Splat: is it there, what does it listen to, what may it do, is it of this version."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

from healer import __version__
from healer.doctor.value import Check
from healer.doctor.workflow_file import ACTION, CALLS, meant, mistakes_in
from healer.outcome import SplatError
from healer.settings.document import read_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from healer.settings import Settings

FOLDER = ".github/workflows"
_SECRET = re.compile(r"\bsecrets\s{0,5}(?:\.\s{0,5}([A-Za-z_][\w-]{0,99})|\[\s{0,5}'([\w-]{1,100})'\s{0,5}\])")
_VARIABLE = re.compile(r"\bvars\s{0,5}\.\s{0,5}([A-Za-z_][\w-]{0,99})")
_MAJOR = re.compile(r"v?([0-9]{1,6})(?:[.][0-9.]{1,20})?")
#: What the called workflow's jobs ask for: a caller that grants less is refused as a whole, before anything runs.
NEEDED = {
    "contents": "write",
    "issues": "write",
    "pull-requests": "write",
    "actions": "write",
    "checks": "read",
    "statuses": "read",
}
_LEVELS = {"none": 0, "read": 1, "write": 2}
#: What each event is for, and how bad it is where it is not listened to.
_EVENTS = {
    "issues": ("fail", "a label on an issue starts nothing"),
    "issue_comment": ("warn", "commands in comments are not heard"),
    "workflow_run": ("warn", "red checks of Splat's pull requests are not repaired"),
    "workflow_dispatch": ("warn", "nobody can start Splat by hand, nor can Splat where the base has moved"),
}
_TYPES = {"issues": "labeled", "issue_comment": "created", "workflow_run": "completed"}
#: Secrets and inputs that sign in to Claude; every other one is optional.
CREDENTIALS = ("anthropic-api-key", "claude-code-oauth-token", "aws-bearer-token-bedrock", "google-access-token")
_SIGN_INS = ("anthropic-federation-rule-id", "aws-role-to-assume", "google-workload-identity-provider")
_MEND = "`splat init` writes what is missing, and keeps what you changed."
#: Where nothing is to be waited for, `splat init` writes none.
_NO_CI = "`splat init` adds it once a workflow here runs tests on pull requests."

Writer = Literal["plain", "app", "token"]


@dataclass(frozen=True, slots=True)
class Caller:
    """A workflow that calls Splat. `uses` is "heal", "heal-oidc", or "action" for steps of one's own; `secrets` maps
    what Splat is given to the repository's secret that it comes from, "*" for all of them; `told` are the inputs.
    """

    path: str
    text: str
    triggers: Mapping[str, Any]
    uses: str
    reference: str
    permissions: Any
    condition: str
    secrets: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)

    def writer(self, there: Collection[str] | None) -> Writer | None:
        """Whose token Splat writes with. `there` are the names of the repository's secrets and variables, None where
        nobody knows; so is the answer then, where it depends on them.
        """
        client, given = str(self.told.get("app-client-id") or ""), str(self.told.get("github-token") or "")
        ways: dict[Writer, set[str]] = {}
        if client and "app-private-key" in self.secrets:
            ways["app"] = {self.secrets["app-private-key"], *_variables(client)}
        if "token" in self.secrets:
            ways["token"] = {self.secrets["token"]}
        elif given and "GITHUB_TOKEN" not in given.upper():
            ways["token"] = {name} if (name := _secret(given)) else set()
        if there is None:
            return None if ways else "plain"
        known = {name.upper() for name in there}
        return next((way for way, names in ways.items() if names <= known), "plain")

    @property
    def federated(self) -> bool:
        """True where a job's own identity signs in, and no secret is needed."""
        return any(self.told.get(name) for name in _SIGN_INS)

    @property
    def signs_in(self) -> bool:
        """True where a way to sign in to Claude is passed on."""
        told = {name for name, value in self.told.items() if value}
        return bool("*" in self.secrets or self.federated or {*CREDENTIALS} & {*self.secrets, *told})


def callers(files: Mapping[str, bytes]) -> tuple[tuple[Caller, ...], tuple[Check, ...]]:
    """The workflows among `files` (path to content) that call Splat, and a row for each mistake of theirs."""
    found: list[Caller] = []
    broken: list[Check] = []
    for path, content in sorted(files.items()):
        if b"splat" not in content.lower() and b"heal" not in content:
            continue
        try:
            document = read_yaml(content, path)
        except SplatError as error:
            broken.append(Check.of_error("workflow", error))
            continue
        if caller := _caller(path, content.decode("utf-8", "replace"), document):
            found.append(caller)
        if caller or meant(document):
            broken += mistakes_in(path, content)
    return tuple(found), tuple(broken)


def _caller(path: str, text: str, document: Any) -> Caller | None:
    if not isinstance(document, dict) or not isinstance(document.get("jobs"), dict):
        return None
    triggers = _triggers(document.get("on", document.get(True)))
    top = document.get("permissions")
    for job in document["jobs"].values():
        if not isinstance(job, dict):
            continue
        granted, condition = job.get("permissions", top), str(job.get("if") or "")
        if match := CALLS.fullmatch(str(job.get("uses") or "")):
            told = job.get("with") if isinstance(job.get("with"), dict) else {}
            secrets = _secrets(job.get("secrets"))
            return Caller(path, text, triggers, match[1], match[2], granted, condition, secrets, told or {})
        for step in job.get("steps") or () if isinstance(job.get("steps"), list) else ():
            uses = str(step.get("uses") or "") if isinstance(step, dict) else ""
            if match := ACTION.fullmatch(uses):
                told = _told_by_all(document["jobs"])
                secrets = {name: found for name, value in told.items() if (found := _secret(value))}
                return Caller(path, text, triggers, "action", match[1], granted, condition, secrets, told)
    return None


def _told_by_all(jobs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs of every step that uses the action."""
    steps = [
        step
        for job in jobs.values()
        if isinstance(job, dict) and isinstance(job.get("steps"), list)
        for step in job["steps"]
        if isinstance(step, dict) and ACTION.fullmatch(str(step.get("uses") or ""))
    ]
    told = [step["with"] for step in steps if isinstance(step.get("with"), dict)]
    return {str(name): value for each in told for name, value in each.items() if value}


def _triggers(on: Any) -> dict[str, Any]:
    if isinstance(on, str):
        return {on: None}
    if isinstance(on, list):
        return {str(name): None for name in on}
    return {str(name): rule for name, rule in on.items()} if isinstance(on, dict) else {}


def _secrets(given: Any) -> dict[str, str]:
    if given == "inherit":
        return {"*": "*"}
    found = given.items() if isinstance(given, dict) else ()
    return {str(name): secret for name, value in found if (secret := _secret(value))}


def _secret(value: Any) -> str:
    match = _SECRET.search(str(value)[:1_000])
    return (match[1] or match[2]).upper() if match else ""


def _variables(value: str) -> set[str]:
    """The repository's variables that a value is made of."""
    return {name.upper() for name in _VARIABLE.findall(value[:1_000])}


def check_caller(caller: Caller, settings: Settings, names: Collection[str]) -> Iterator[Check]:
    """All that its file can say. `names` are those of the repository's other workflows."""
    problems = [
        *_heard(caller, names),
        *(_granted(caller) if caller.uses != "action" else ()),
        *_condition(caller, settings),
        *_version(caller),
        *_credential(caller),
    ]
    yield from problems
    if not any(check.state == "fail" for check in problems):
        yield Check("workflow", "ok", f"{caller.path} calls Splat's {caller.uses} at {caller.reference}")


def _heard(caller: Caller, names: Collection[str]) -> Iterator[Check]:
    for event, (state, without) in _EVENTS.items():
        if event not in caller.triggers:
            # Steps of one's own may well want one event alone.
            bad: Any = "warn" if caller.uses == "action" else state
            then = _NO_CI if event == "workflow_run" else _MEND
            yield Check("workflow", bad, f"{caller.path} does not listen to `{event}`: {without}", then)
            continue
        rule = caller.triggers[event]
        types = rule.get("types") if isinstance(rule, dict) else None
        if wanted := _TYPES.get(event):
            told = [types] if isinstance(types, str) else types
            if isinstance(told, list) and wanted not in told:
                bad = state if event == "issues" else "warn"
                yield Check("workflow", bad, f"{caller.path}: `{event}` leaves out `{wanted}`: {without}", _MEND)
    rule = caller.triggers.get("workflow_run")
    named = rule.get("workflows") if isinstance(rule, dict) else None
    for name in [named] if isinstance(named, str) else named if isinstance(named, list) else ():
        if str(name) not in names and not re.search(r"[*?+\[\]!]", str(name)):
            near = get_close_matches(str(name), names, n=1, cutoff=0.4) or sorted(names)[:1]
            meant = f"Did you mean `{near[0]}`? It is the name of your CI workflow." if near else "Leave it out."
            what = f"{caller.path}: `workflow_run` waits for {str(name)[:100]!r}, and no workflow here is named so"
            yield Check("workflow", "warn", what, meant)


def _granted(caller: Caller) -> Iterator[Check]:
    """What a caller does not grant, the called workflow cannot have."""
    if caller.permissions == "write-all":
        yield Check(
            "workflow", "warn", f"{caller.path} grants every right (`write-all`)", "Grant those of docs/github.md."
        )
        return
    given = caller.permissions if isinstance(caller.permissions, dict) else {}
    # Without a word about it, what the repository's settings say is granted: with luck it is enough.
    if caller.permissions is None:
        yield Check("workflow", "warn", f"{caller.path} says nothing of `permissions:`", _MEND)
        return
    needed = NEEDED | ({"id-token": "write"} if caller.uses == "heal-oidc" else {})
    missing = [
        f"{name}: {level}"
        for name, level in needed.items()
        if _LEVELS.get(str(given.get(name, "none")), 0) < _LEVELS[level]
    ]
    if missing:
        what = f"{caller.path} does not grant {', '.join(f'`{each}`' for each in missing)}: GitHub starts no run of it"
        yield Check(
            "workflow", "fail", what, f"Add {'it' if len(missing) == 1 else 'them'} to the job's `permissions:`."
        )


def _condition(caller: Caller, settings: Settings) -> Iterator[Check]:
    if not caller.condition.strip():
        what = f"{caller.path} has no `if:`: every comment and label of the repository starts a runner, which is billed"
        yield Check("workflow", "warn", what, _MEND)
        return
    told = caller.told
    labels = [each.strip() for each in str(told.get("labels") or "").split(",") if each.strip()] or settings.gate.labels
    for label in labels:
        if f"'{label.lower().replace(chr(39), chr(39) * 2)}'" not in caller.condition.lower():
            what = f"{caller.path}: its `if:` does not name the label {label!r}, which then starts nothing"
            yield Check("workflow", "warn", what, _MEND)
    mention = str(told.get("mention") or settings.gate.mention)
    if "comment" in caller.condition and mention.lower() not in caller.condition.lower():
        what = f"{caller.path}: its `if:` does not name {mention!r}, which then commands nothing"
        yield Check("workflow", "warn", what, _MEND)


def _version(caller: Caller) -> Iterator[Check]:
    """An id of a commit, or a branch, says nothing of its version."""
    match = _MAJOR.fullmatch(caller.reference)
    # Before 1.0 what is released is v1 all the same: the reference that the example names.
    ours = max(1, int(__version__.partition(".")[0] or 0))
    if match and int(match[1]) != ours:
        older = int(match[1]) < ours
        what = f"{caller.path} uses Splat {caller.reference}, this is {__version__}"
        then = f"Use @v{ours}, and run `splat init`." if older else "Update this command: `pipx upgrade splat-healer`."
        yield Check("workflow", "warn", what, then)
    elif not match and not re.fullmatch(r"[0-9a-f]{40}", caller.reference):
        what = f"{caller.path} follows {caller.reference!r}, which can change under it at any time"
        yield Check("workflow", "warn", what, f"Use @v{ours}, or a commit's id.")


def _credential(caller: Caller) -> Iterator[Check]:
    if not caller.signs_in:
        then = "Add `anthropic-api-key: ${{ secrets.ANTHROPIC_API_KEY }}` to its `secrets:`."
        yield Check("workflow", "fail", f"{caller.path} passes on no way to sign in to Claude", then)


def drifted(caller: Caller, template: str) -> Iterator[Check]:
    """What differs from what this version would write: not a mistake, but worth a look after an update."""
    ours = callers({caller.path: template.encode()})[0]
    if not ours or caller.uses == "action":
        return
    fresh = ours[0]
    differs = [
        name
        for name, mine, yours in (
            ("on", fresh.triggers, caller.triggers),
            ("if", " ".join(fresh.condition.split()), " ".join(caller.condition.split())),
            ("permissions", fresh.permissions, caller.permissions),
        )
        if mine != yours
    ]
    if differs:
        what = f"{caller.path} differs from what this version writes in {', '.join(f'`{name}`' for name in differs)}"
        yield Check(
            "workflow", "warn", what, "`splat init` shows the difference; what you changed on purpose may stay."
        )


def on_default_branch(path: str, here: bytes, there: bytes | None, branch: str) -> Iterator[Check]:
    """Issues and comments run the default branch's workflow, and no other."""
    if there is None:
        what = f"{path} is not on the default branch ({branch}), so no issue and no comment starts it"
        yield Check("access", "fail", what, "Merge it there.")
    elif there.replace(b"\r\n", b"\n") != here.replace(b"\r\n", b"\n"):
        what = f"{path} is another one on the default branch ({branch})"
        yield Check("access", "warn", what, "Merge it there, or pull.")
    else:
        yield Check("access", "ok", f"{path} is the same on the default branch ({branch})")
