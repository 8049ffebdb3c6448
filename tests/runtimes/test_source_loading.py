"""Start-up is a feature: a grammar is loaded when its language is first parsed, and no other."""

import subprocess
import sys

from healer.runtimes import RUNTIMES


def test_only_the_grammar_asked_for_is_loaded() -> None:
    program = f"""
import sys
from healer.runtimes import source_reader
readers = [source_reader(name) for name in {RUNTIMES!r}]
print([name for name in sys.modules if name.startswith("tree_sitter")])
source_reader("go").parse(b"package p", "a.go")
print(sorted(name for name in sys.modules if name.startswith("tree_sitter_") and "." not in name))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["[]", "['tree_sitter_go']"]
