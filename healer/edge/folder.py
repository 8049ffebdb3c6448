"""A forge in a folder: issues and pull requests under `.splat/` as Markdown plus JSON, the fix on a real git branch."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from healer import markdown as md
from healer.edge.branches import commit_on, contains, head_of, made_here, point, try_to_point
from healer.edge.leftovers import TEMPORARY, take_part
from healer.outcome import SplatError
from healer.pull_request import Standing
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Iterator

    from healer.frames import ExceptionInfo
    from healer.pull_request import Offer
    from healer.report import Report


_NUMBER = re.compile(r"[1-9]\d{0,8}")
_MOST_BYTES = 1_000_000


class FolderForge:
    """Implements `Forge` in `<repository>/.splat/`; nothing outside that folder and `refs/heads/splat/` is written."""

    def __init__(self, repo: Path) -> None:
        self._repo = repo
        self.root = repo / ".splat"
        self._part: IO[bytes] | None = None

    def prepare(self) -> None:
        """Make the folder, with an ignore file of its own so that git never lists what is in it; tidy it up."""
        try:
            for folder in (self.root, *(self.root / part for part in ("issues", "pulls", "runs"))):
                _make(folder)
            # Before anything is written: to who tidies up, another's half-written file is a dead run's.
            self._part = self._part or take_part(self.root)
            ignore = self.root / ".gitignore"
            if ignore.is_symlink() or not ignore.exists():
                write_atomically(ignore, "*\n")
        except OSError as error:
            raise SplatError(
                f"Splat cannot write its folder: {error.strerror}",
                where=str(error.filename or self.root),
                next_step="Correct its permissions, or free some space; or run Splat in a clone of your own.",
            ) from None

    def standing(self, report: Report, signature: str, base: str) -> Standing:
        """The issue of this signature (filed when there is none), its open pull request, and the branch to write."""
        self.prepare()
        with self._alone():
            issue = self._issue_of(signature) or self._file(report, signature)
        pulls = [pull for pull in self._all("pulls") if _is_about(pull, signature)]
        done = [pull for pull in pulls if pull.get("state") != "open" or self._merged(pull, base)]
        open_pull = next((pull for pull in pulls if pull not in done), None)
        number, branch = 0, _free_name(signature, {str(pull.get("branch")) for pull in done})
        if open_pull is not None:
            number, branch = int(open_pull["number"]), str(open_pull["branch"])
        head = head_of(self._repo, branch)
        # A crash after the branch was written and before its record was leaves our commit there: that is no stranger's.
        ours = not head or made_here(self._repo, head, signature)
        if ours:
            try_to_point(self._repo, branch, base, head)
        return Standing(
            issue, number, branch, head, "" if ours else f"branch {branch} holds commits that are not Splat's"
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One run at a time: two that file an issue for one signature at once would file two."""
        try:
            import fcntl
        except ImportError:  # Windows
            yield
            return
        with os.fdopen(os.open(self.root / "lock", os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o644)) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _merged(self, pull: dict[str, Any], base: str) -> bool:
        return contains(self._repo, base, str(pull.get("head", "")))

    def publish(self, offer: Offer) -> tuple[int, str, str]:
        """Commit, move the branch, then write the pull request: a crash between leaves a branch, never half a page."""
        standing = offer.standing
        head = commit_on(self._repo, offer.base, offer.changes, offer.commit_message)
        point(self._repo, standing.branch, head, standing.head)
        number = standing.pull or self._claim("pulls")
        facts = {
            "number": number,
            "state": "open",
            "draft": offer.draft,
            "title": offer.title,
            "branch": standing.branch,
            "base": offer.base,
            "head": head,
            "issue": standing.issue,
            "signature": offer.signature,
            "marker": offer.state,
        }
        mark = "draft" if offer.draft else "ready for review"
        about = f"`{standing.branch}` on `{offer.base[:12]}`, {mark}. The diff: `git show {standing.branch}`"
        top = f"# {md.line(offer.title)}\n\n{about}\n\n"
        page = self._write("pulls", number, facts, top + offer.body)
        return number, head, str(page)

    def comment(self, issue: int, body: str) -> str:
        """Splat's one comment on an issue, kept beside it."""
        page = self.root / "issues" / f"{issue}.comment.md"
        write_atomically(page, body)
        return str(page)

    def _file(self, report: Report, signature: str) -> int:
        number = self._claim("issues")
        raised = report.surfaced
        crash = report.crash
        where = f" in {md.title(crash.path.rsplit('/', 1)[-1], 60)}:{crash.line}" if crash else ""
        title = f"[Splat] {md.title(raised.type, 80)}{where}"
        body = (
            f"# {md.line(title)}\n\n{md.prose(redact(raised.message), 2_000)}\n\n"
            f"{md.fence(redact(_traceback(report)), 'text', 20_000)}\n\n<!-- splat:signature {signature} -->\n"
        )
        facts = {"number": number, "state": "open", "title": title, "signature": signature, "labels": ["splat"]}
        self._write("issues", number, facts, body)
        return number

    def _issue_of(self, signature: str) -> int:
        return next((int(issue["number"]) for issue in self._all("issues") if issue.get("signature") == signature), 0)

    def _all(self, kind: str) -> list[dict[str, Any]]:
        """Every record of a kind by number; a file that is not ours or was damaged is passed over."""
        found: list[dict[str, Any]] = []
        for path in (self.root / kind).glob("*.json"):
            record = _record(path)
            if record and f"{record.get('number')}.json" == path.name and _NUMBER.fullmatch(path.stem):
                found.append(record)
        return sorted(found, key=lambda record: record["number"])

    def _claim(self, kind: str) -> int:
        """The next number, taken by making its file: two runs at once never share one."""
        number = max((int(record["number"]) for record in self._all(kind)), default=0) + 1
        while True:
            try:
                os.close(os.open(self.root / kind / f"{number}.json", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            except FileExistsError:
                number += 1
            else:
                return number

    def _write(self, kind: str, number: int, facts: dict[str, Any], text: str) -> Path:
        page = self.root / kind / f"{number}.md"
        write_atomically(page, text)
        write_atomically(self.root / kind / f"{number}.json", json.dumps(facts, indent=2) + "\n")
        return page


def _make(folder: Path) -> None:
    """A folder of our own: what stands there instead might lead, or be, anywhere."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        what = f"{folder.name} is a {'link' if folder.is_symlink() else 'file'}, and no folder"
        raise SplatError(what, where=str(folder), next_step="Move it away and run again.")
    folder.mkdir(parents=True, exist_ok=True)


def _record(path: Path) -> dict[str, Any]:
    """A record's fields; {} for what is no regular file, too large, or no JSON object."""
    try:
        # Anything can lie in a folder: a pipe would be waited for, a device read for ever.
        about = path.lstat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > _MOST_BYTES:
            return {}
        record = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) and type(record.get("number")) is int else {}


def _is_about(pull: dict[str, Any], signature: str) -> bool:
    """True for a pull request of this signature, on a branch that `_free_name` named: anyone can write a record."""
    names = rf"splat/{re.escape(signature)}(?:-[1-9]\d{{0,5}})?"
    return pull.get("signature") == signature and re.fullmatch(names, str(pull.get("branch"))) is not None


def write_atomically(path: Path, content: str | bytes) -> None:
    """The whole file or none of it, whenever the process ends."""
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException as error:
        Path(name).unlink(missing_ok=True)
        if isinstance(error, OSError):  # a write that fails does not say where
            raise OSError(error.errno, error.strerror, str(path)) from None
        raise


def _free_name(signature: str, taken: set[str]) -> str:
    name, number = f"splat/{signature}", 2
    while name in taken:
        name, number = f"splat/{signature}-{number}", number + 1
    return name


def _traceback(report: Report) -> str:
    return "\n".join(line for exception in report.exceptions for line in _lines(exception))


def _lines(exception: ExceptionInfo) -> list[str]:
    relation = f"  ({exception.relation})" if exception.parent is not None else ""
    lines = [f"{exception.type}: {exception.message}{relation}"]
    for frame in exception.frames:
        lines.append(f"  {frame.path}:{frame.line or '?'} in {frame.function or '?'}")
        lines += [f"      {frame.source}"] if frame.source else []
    return lines
