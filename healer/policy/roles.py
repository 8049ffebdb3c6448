"""What a file is to its runtime's test runners, by its path alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from healer.runtimes import source_reader

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.frames import RuntimeName

Role = Literal["code", "test", "support"]

_JS = r"\.[cm]?[jt]sx?"
#: What the runners discover: matched on the whole path.
_DISCOVERED: Mapping[str, re.Pattern[str]] = {
    "python": re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test|tests?)\.py"),
    "javascript": re.compile(
        rf"(?:.*/)?(?:[^/]*[._-](?:test|spec|tests|specs){_JS}|(?:test|spec)(?:[-_][^/]*)?{_JS})"
        rf"|(?:.*/)?(?:test|tests|__tests__|spec|specs)/(?:[^/]+/)*[^/]+{_JS}"
    ),
    "go": re.compile(r"(?:.*/)?[^/]+_test\.go"),
    "ruby": re.compile(r"(?:.*/)?(?:[^/]*_(?:spec|test)|test_[^/]*)\.rb"),
    "php": re.compile(r"(?:.*/)?[^/]*(?:Test|_test|Spec)\.php|(?:.*/)?test[^/]*\.php"),
}
#: What stands in these folders is data for tests, even when it is named like one.
_DATA_FOLDER = re.compile(r"(?i)(?:.*/)?(?:__)?(?:fixtures?|test_?data|mocks?|stubs?|cassettes|snapshots?)(?:__)?/.*")
#: Where every file of a folder runs, these folders and names hold what the tests lean on.
_HELPER_FOLDER = re.compile(r"(?i)(?:.*/)?(?:helpers?|support|testlib|factories|utils?|common|shared|lib|resources)/.*")
_HELPER_NAME = re.compile(
    r"(?i)(?:conftest|__init__|setup|teardown|global[-_]?setup|helpers?|utils?|common|fixtures?|bootstrap|runner|"
    r"(?:spec|test|rails)_helper|test_?(?:utils?|helpers?|case)|abstract\w*|base\w*test(?:case)?|"
    r"(?:jest|vitest|mocha|karma)[._-]?(?:setup|config)[\w.-]*)\.[^/.]+"
)
_NAMED_JS = re.compile(r".*[._-](?:test|spec)\.[^/]*")
_TEST_FOLDER = re.compile(r"(?:.*/)?(?:tests?|specs?|__tests__|testing|testdata)/.*")


def role(path: str, runtime: RuntimeName) -> Role:
    """`test`: the runner discovers tests in it; `support`: tests lean on it; `code`: everything else."""
    discovered = _DISCOVERED[runtime].fullmatch(path) is not None
    if discovered and not _is_support(path, runtime):
        return "test"
    if discovered or _TEST_FOLDER.fullmatch(path) or source_reader(runtime).is_test(path):
        return "support"
    return "code"


def _is_support(path: str, runtime: RuntimeName) -> bool:
    name = path.rpartition("/")[2]
    if _DATA_FOLDER.fullmatch(path) or (_HELPER_NAME.fullmatch(name) and runtime != "go"):
        return True
    return runtime == "javascript" and _NAMED_JS.fullmatch(name) is None and _HELPER_FOLDER.fullmatch(path) is not None
