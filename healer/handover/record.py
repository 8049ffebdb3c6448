"""The handover as JSON: packed by the job that thinks, read by the one that writes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

from healer.markdown import cut
from healer.outcome import Rejected, Skipped, SplatError, UsageError
from healer.pull_request.value import Diagnosis, PullRequest, Refusal, Tally
from healer.redact import redact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.confidence import Confidence
    from healer.patch import Patch

SCHEMA = "splat-handover/1"
MAX_BYTES = 16_000_000
_WORDS = 20_000
_NEXT_STEP = "The job that heals writes it; look at that job's log, and run the healing again."


@dataclass(frozen=True, slots=True)
class Handover:
    """What was packed, shape and sizes checked, contents not.

    `fixed` holds the keys `proposal`, `diff` and `verdict` of the schema where the outcome is "fixed", the first two
    where an attempt that failed is shown; `code`, `reason` (with `where`, for an error) and `next_step` say why there
    is no fix.
    """

    outcome: Literal["fixed", "unfixed", "declined", "error"]
    signature: str
    base: str
    tally: Tally
    head: str = ""
    code: str = ""
    reason: str = ""
    where: str = ""
    next_step: str = ""
    fixed: Mapping[str, Any] = field(default_factory=dict)


def pack(
    ended: PullRequest | Diagnosis | Skipped | SplatError,
    signature: str,
    base: str,
    head: str = "",
    tally: Tally | None = None,
) -> str:
    """The JSON text that hands over how a healing ended. `head` is our branch's commit that it began from; `tally` is
    what it cost where the ending itself does not say so.
    """
    told: dict[str, Any] = {"schema": SCHEMA, "signature": signature, "base": base, "head": head}
    spent = _tally(tally or Tally())
    if isinstance(ended, SplatError):
        told |= {"outcome": "error", "code": type(ended).__name__, "reason": _words(ended.what), "tally": spent}
        told |= {"where": _words(ended.where), "next_step": _words(ended.next_step)}
    elif isinstance(ended, Skipped):
        told |= {"outcome": "declined", "code": ended.code, "reason": _words(ended.reason)}
        told |= {"next_step": _words(ended.next_step), "tally": spent}
    elif isinstance(ended, Diagnosis):
        told |= {"outcome": "unfixed", "reason": _words(ended.reason), "tally": _tally(ended.tally)}
        told |= _proposed(ended.attempted) if ended.attempted else {}
    else:
        told |= {"outcome": "fixed", "tally": _tally(ended.tally), **_fixed(ended.confidence)}
    # Half a character, which a report may hold, can be written nowhere.
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace").decode("utf-8")


def read_handover(data: bytes) -> Handover:
    """Raises UsageError for what is too large, no JSON, or not of the schema."""
    told = checked(data, "handover", MAX_BYTES, _NEXT_STEP)
    return Handover(
        outcome=told["outcome"],
        signature=told["signature"],
        base=told["base"],
        tally=_read_tally(told["tally"]),
        head=told.get("head", ""),
        code=told.get("code", ""),
        reason=told.get("reason", ""),
        where=told.get("where", ""),
        next_step=told.get("next_step", ""),
        fixed={key: told[key] for key in ("proposal", "diff", "verdict") if key in told},
    )


def checked(data: bytes, name: str, most: int, next_step: str) -> dict[str, Any]:
    """The JSON object in `data`, held against `data/<name>.schema.json`. Raises UsageError where it does not fit."""
    from jsonschema import Draft202012Validator

    if len(data) > most:
        raise UsageError(f"The {name} has {len(data):,} bytes, {most:,} are allowed", next_step=next_step)
    try:
        told = json.loads(data, parse_constant=_refuse)
        json.dumps(told, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise UsageError(f"The {name} is not JSON in UTF-8", next_step=next_step) from None
    schema = json.loads((files("healer") / "data" / f"{name}.schema.json").read_text("utf-8"))
    error = next(iter(Draft202012Validator(schema).iter_errors(told)), None)
    if error is not None:
        raise UsageError(
            f"The {name} is not as it should be: {error.message[:300]}", where=error.json_path, next_step=next_step
        )
    found: dict[str, Any] = told
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")


def _words(text: str, most: int = _WORDS) -> str:
    return cut(redact(text), most)


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "dollars": tally.dollars,
        "seconds": tally.seconds,
        "waiting": tally.waiting,
        "calls": tally.calls,
        "input_tokens": tally.input_tokens,
        "output_tokens": tally.output_tokens,
        "refusals": [
            {
                "attempt": each.attempt,
                "model": each.model[:200],
                "root_cause": _words(each.root_cause),
                "fix": _words(each.fix),
                "rule": each.why.rule[:100],
                "reason": _words(each.why.reason),
                "evidence": _words(each.why.evidence),
            }
            for each in tally.refusals[-20:]
        ],
    }


def _read_tally(told: dict[str, Any]) -> Tally:
    refusals = tuple(
        Refusal(
            each["attempt"],
            each["model"],
            each["root_cause"],
            each["fix"],
            Rejected(each["rule"], each["reason"], each["evidence"]),
        )
        for each in told["refusals"]
    )
    return Tally(**{key: value for key, value in told.items() if key != "refusals"}, refusals=refusals)


def _proposed(patch: Patch) -> dict[str, Any]:
    proposal = patch.proposal
    return {
        "diff": patch.diff,
        "proposal": {
            "attempt": proposal.attempt,
            "model": proposal.spend.model[:200],
            "title": _words(proposal.title, 1_000),
            "root_cause": _words(proposal.root_cause),
            "fix": _words(proposal.fix),
            "unverified": [_words(each) for each in proposal.unverified[:50]],
            "confidence": proposal.confidence,
            "test": proposal.test.name[:2_000] if proposal.test else None,
            "files_read": [path[:1_000] for path in proposal.files_read[:200]],
        },
    }


def _fixed(confidence: Confidence) -> dict[str, Any]:
    verdict = confidence.verdict
    return {
        **_proposed(verdict.patch),
        "verdict": {
            "checks": [
                {
                    "name": check.name[:100],
                    "status": check.status,
                    "detail": _words(check.detail),
                    "output": _words(check.output),
                    "seconds": check.seconds,
                }
                for check in verdict.checks[:60]
            ],
            "proven": verdict.proven,
            "suite": verdict.suite,
            "flaky": [name[:1_000] for name in verdict.flaky[:100]],
            "tests": verdict.tests,
        },
    }
