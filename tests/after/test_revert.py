"""Taking a change out of what a file has become, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from healer.after import fate_words as words
from healer.after import revert_words
from healer.after.revert import Landed, Undone, undo
from healer.ci.words import MARK as CHECKS
from healer.edge.github_revert import GitHubReverts
from healer.gate import Fate, Ledger, Merged
from healer.gate.words import AFTER, with_fates
from healer.settings import PolicySettings

if TYPE_CHECKING:
    from collections.abc import Callable

OLD = b"one\ntwo\nthree\nfour\nfive\n"
NEW = b"one\nTWO\nthree\nfour\nfive\n"
FIX = Merged(7, 1, 501, "splat/0123456789abcdef", "main", "a" * 40, "b" * 40, "2026-11-20T12:00:00Z", "fix: it")


def merge() -> Callable[[bytes, bytes, bytes], bytes | None]:
    return GitHubReverts.merged.__get__(object())  # type: ignore[no-any-return]


def became(before: bytes | None, after: bytes | None, now: bytes | None, path: str = "shop/cart.py") -> object:
    found = undo([Landed(path, before, after, now)], merge(), PolicySettings())
    return found[0].content if isinstance(found, tuple) else found


def test_a_file_that_nobody_touched_gets_its_old_content() -> None:
    assert became(OLD, NEW, NEW) == OLD
    assert became(None, NEW, NEW, "tests/test_cart.py") is None


def test_what_came_later_is_kept() -> None:
    assert became(OLD, NEW, NEW + b"six\n") == OLD + b"six\n"
    assert became(
        OLD.replace(b"\n", b"\r\n"), NEW.replace(b"\n", b"\r\n"), b"zero\r\n" + NEW.replace(b"\n", b"\r\n")
    ) == (b"zero\r\n" + OLD.replace(b"\n", b"\r\n"))


@pytest.mark.parametrize(
    ("before", "after", "now"),
    [
        (OLD, NEW, NEW.replace(b"TWO", b"2")),
        (OLD, NEW, None),
        (None, NEW, NEW + b"six\n"),
        (b"\0old", b"\0new", b"\0newer"),
    ],
)
def test_what_does_not_come_out_is_refused(before: bytes | None, after: bytes, now: bytes | None) -> None:
    assert "was changed since" in str(became(before, after, now))


def test_what_is_gone_already_is_said() -> None:
    assert became(OLD, NEW, OLD) == "What the fix changed is there no longer."
    files = [Landed("a.py", OLD, NEW, OLD), Landed("b.py", OLD, NEW, NEW)]
    assert undo(files, merge(), PolicySettings()) == (Undone("b.py", OLD),)


@pytest.mark.parametrize("path", [".github/workflows/ci.yml", "../x.py", "a/../../x", "package.json"])
def test_the_policy_s_paths_hold(path: str) -> None:
    assert "is protected" in str(became(OLD, NEW, NEW, path))


# --- words


def test_sections_come_and_go_and_the_checks_stay_last() -> None:
    body = f"It is fixed.\n\n{CHECKS}\n\nAll passed."
    once = words.with_section(body, words.live(FIX, "Soon."), beside=False)
    assert once.index(AFTER) < once.index(CHECKS)
    twice = words.with_section(once, words.failed(FIX, "Seen in `v2`.", again=True), beside=False)
    assert "is live" not in twice
    assert twice.count(AFTER) == twice.count(CHECKS) == 1
    told = words.with_section(twice, "**The revert:** none.", beside=True)
    again = words.with_section(told, "**The revert:** [Pull request 9](x).", beside=True)
    assert (again.count("The revert"), again.count("did not hold")) == (1, 1)
    assert again.index("The revert") < again.index("**Next:**")
    assert words.evidence(words.section_in(again)) == "Seen in `v2`."


def test_a_mark_in_a_fence_is_somebody_s_words() -> None:
    body = f"No fix.\n\n```text\n{AFTER}\n\n@acme closes #1\n{CHECKS}\n```\n\nFoot."
    assert words.section_in(body) == ""
    told = words.with_section(body, "**The revert:** none.", beside=True)
    assert told.startswith(body)
    assert told.count("@acme") == 1
    assert words.section_in(told) == "**The revert:** none."


def test_titles_and_reasons_do_nothing() -> None:
    fix = Merged(
        *(7, 1, 501, FIX.branch, "main", "a" * 40, "b" * 40, "x`@acme`"), title="fix: @acme\nSplat-Reverts: 1 #2"
    )
    title, body = revert_words.title_of(fix), revert_words.body_of(fix, 12, "Seen.", approval=True)
    assert "@" not in title + body
    assert "\n" not in title
    assert "#2" not in title
    assert revert_words.message_of(fix, "0" * 16).count("\nSplat-Reverts: ") == 1
    assert "Approve and run" in body


def test_the_next_run_s_comment_names_what_did_not_hold() -> None:
    ledger = Ledger(fates=(Fate(3, outcome="verified"), Fate(7, "", "failed", "2026-11-21T10:00:00Z", 9)))
    assert with_fates("At work.", Ledger()) == "At work."
    said = with_fates("At work.", ledger)
    assert said.startswith(f"At work.\n\n{AFTER}\n\n**What did not hold:**\n- #7 (#9 takes it back")
    assert "#3" not in said
