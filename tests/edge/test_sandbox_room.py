"""What does not fit is told before it is tried, and what a copy of the tree lacks is known."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from healer.edge.sandbox import fits, listing, open_sandbox
from healer.edge.sandbox.export import Entry, Listing
from healer.edge.sandbox.folder import in_memory
from healer.outcome import SandboxError
from healer.settings import Settings
from tests.context.test_elsewhere import POINTER
from tests.edge.sandbox_kit import SYSTEM, change, git, make_repo, needs_bubblewrap, needs_root, opened

pytestmark = pytest.mark.slow
SUBMODULE = ("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},vendor/money")


def huge(size: int) -> Listing:
    return Listing((Entry("100644", "0" * 40, size, "assets/film.bin"),))


@needs_bubblewrap
def test_a_tree_that_does_not_fit_the_disk_is_refused_with_numbers() -> None:
    free = os.statvfs("/tmp").f_bavail * os.statvfs("/tmp").f_frsize
    trouble = fits(huge(free), Settings())
    assert trouble is not None
    told = re.search(r"and ([\d,]+) MiB are free", trouble.what)
    assert told is not None
    # Others write meanwhile.
    assert int(told[1].replace(",", "")) == pytest.approx(free / 1024**2, rel=0.5)
    assert "TMPDIR" in trouble.next_step
    assert fits(huge(1024), Settings()) is None


@needs_bubblewrap
@needs_root
def test_nothing_is_written_and_nothing_asked_where_there_is_no_room(tmp_path: Path) -> None:
    """A disk of 300 MiB: what is kept free leaves no room for a tree of 100."""
    disk, repo = tmp_path / "disk", make_repo(tmp_path / "repo", {"a.bin": os.urandom(100 * 1024**2)})
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m", "none", str(disk)], check=False).returncode:
        pytest.skip("no disk can be mounted here")
    program = (
        "import os, sys; from pathlib import Path\n"
        "from healer.edge.sandbox import open_sandbox; from healer.settings import Settings\n"
        "open_sandbox(Path(sys.argv[1]), 'HEAD', Settings(), dict(os.environ))\n"
    )
    try:
        import sys

        environ = SYSTEM | {"TMPDIR": str(disk), "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", program, str(repo)]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=300)
        assert "does not fit the disk" in done.stderr
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_memory_holds_no_tree_that_takes_much_of_it() -> None:
    place = Path("/dev/shm")
    if in_memory({}) is None:
        pytest.skip("this machine has no memory to spare")
    free = os.statvfs(place).f_bavail * os.statvfs(place).f_frsize
    assert in_memory({}, 1024) == place
    assert in_memory({}, free // 3) is None


@pytest.mark.parametrize("kind", ["none", pytest.param("bubblewrap", marks=needs_bubblewrap)])
def test_what_the_copy_lacks(tmp_path: Path, kind: str) -> None:
    files = {f"data/{name}.bin": POINTER for name in "abcd"} | {"a.py": "a = 1\n", "near.txt": f"# {POINTER}"}
    repo = make_repo(tmp_path / "repo", files)
    git(repo, *SUBMODULE)
    git(repo, "commit", "-q", "-m", "a submodule")
    with opened(repo, kind=kind) as sandbox:
        told = "only pointers for 4 Git LFS files (data/a.bin, data/b.bin, data/c.bin, …)"
        assert sandbox.lacks == f"{told} and nothing of 1 submodule (vendor/money)"
        sandbox.put([change("a.py", "a = 2\n")], side="after")
        assert "a = 2" in sandbox.run(["cat", "a.py"], seconds=120).output
    with opened(make_repo(tmp_path / "whole", {"a.py": "a = 1\n"}), kind=kind) as sandbox:
        assert sandbox.lacks == ""


def test_a_listing_counts_blocks(tmp_path: Path) -> None:
    repo = make_repo(tmp_path, {f"{n}.txt": "x" for n in range(10)})
    found = listing(repo, "HEAD", SYSTEM)
    assert 10 * 4096 <= found.bytes < 10 * 4096 + 10 * 1024


def test_a_tree_that_nobody_could_test_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="cannot read"):
        open_sandbox(make_repo(tmp_path, {}), "nothing", Settings(sandbox="none"), SYSTEM)
