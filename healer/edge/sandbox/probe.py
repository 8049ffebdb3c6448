"""Finds out, before any money is spent, whether and how the sandbox starts on this machine."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING

from healer.edge.sandbox import advice, bubblewrap
from healer.edge.sandbox.bubblewrap import Machine
from healer.edge.sandbox.folder import PrivateFolder
from healer.edge.sandbox.isolated import Isolated
from healer.edge.sandbox.sandbox import Sandbox
from healer.outcome import SandboxError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 10.0


@lru_cache(maxsize=1)
def machine() -> Machine:
    """What works here, found by doing it, the best first; a few hundredths of a second, remembered for the process.

    Raises SandboxError, with what to do about it, when nothing works.
    """
    bwrap = bubblewrap.program()
    if bwrap is None:
        raise advice.missing()
    said = ""
    for candidate in _candidates(bwrap):
        trouble = _trouble(candidate)
        if not trouble:
            return candidate
        said = said or trouble
    raise advice.cannot_start(said)


def _candidates(bwrap: str) -> Iterator[Machine]:
    usage = subprocess.run([bwrap, "--help"], capture_output=True, check=False, env={}).stdout
    sized, disable = b"--size " in usage, b"--disable-userns" in usage
    for disable_userns in (True, False) if disable else (False,):
        yield Machine(bwrap, disable_userns=disable_userns, sized_tmpfs=sized)
        yield Machine(bwrap, overlay=False, disable_userns=disable_userns, sized_tmpfs=sized)
        # A kernel or a security module may allow one user namespace and refuse a second one inside it.
        yield Machine(bwrap, staged=False, overlay=False, disable_userns=disable_userns, sized_tmpfs=sized)


def _trouble(candidate: Machine) -> str:
    """What went wrong with a first command, or ""."""
    folder = PrivateFolder()
    try:
        sandbox = Sandbox(folder, Isolated(folder.path, {}, candidate))
        try:
            done = sandbox.try_out(_SECONDS)
        except SandboxError as error:
            return error.next_step.removeprefix("It said: ")
        return "" if done.exit_code == 0 else done.output or f"`true` ended with {done.exit_code}"
    finally:
        folder.close()
