# ruff: noqa: E501 - tables of words are read as tables
"""How the test runners of all runtimes spell what the rules over tests look for: data, one pattern a question."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from healer.frames import RuntimeName

#: A line that declares a test, or one case of a table's loop.
DECLARATION: Mapping[RuntimeName, re.Pattern[str]] = {
    "python": re.compile(r"^\s*(?:async\s+)?def\s+test\w*"),
    "javascript": re.compile(
        r"(?:^|[\s;({.])(?:it|test|specify|bench)(?:\.(?:each|concurrent|sequential|serial)\b.{0,200})?\s?[(`]"
    ),
    "go": re.compile(r"^func\s+(?:Test|Fuzz|Example|Benchmark)\w*\(|^func \(\w+ \*?\w+\) Test\w*\(|\b\w+\.Run\("),
    "ruby": re.compile(
        r"^\s*(?:it|specify|example|scenario|test|should)\b\s?[({\"'d]|^\s*def\s+test_\w+|^\s*(?:it|its|is_expected)\b"
    ),
    "php": re.compile(r"\bfunction\s+test\w*\s*\(|@test\b|#\[(?:\\?[\w\\]*)?Test\b|^\s*(?:it|test)\s?\("),
}
#: The first line of a helper that a test brings along.
DEFINITION: Mapping[RuntimeName, re.Pattern[str]] = {
    "python": re.compile(r"\s*(?:class|def|async def|@)\b|@|[A-Z][A-Z0-9_]*\s*="),
    "javascript": re.compile(r"\s*(?:export\s+)?(?:async\s+)?(?:function|class|const|describe|context|suite)\b"),
    "go": re.compile(r"(?:type|func|var|const)\b"),
    "ruby": re.compile(r"\s*(?:class|module|def|describe|context|let!?|subject)\b|\s*[A-Z]\w*\s*="),
    "php": re.compile(
        r"\s*(?:(?:final|abstract|readonly|private|protected|public|static)\s+)*(?:function|class|interface|trait|enum|const)\b|\s*(?:/\*\*|#\[)"
    ),
}
COMMENT = re.compile(r"\s*(?:#(?!\[)|//|/?\*)")
IMPORT = re.compile(
    r"\s*(?:import\b|from\s+\S+\s+import\b|export\s+\*|(?:const|let|var)\s[^=]{1,200}=\s*(?:await\s+)?(?:require|import)\b"
    r"|use\s+[\w\\{},\s]+;|require(?:_relative|_once)?\b|include(?:_once)?\b|(?:[\w.]+\s+)?\"[\w./@-]+\"\s*\Z|[)}]\s*(?:from\s.{1,200})?\Z|[\w ]{1,80},\s*\Z)"
)
#: How a row of a table of cases begins, and what none of them holds.
ROW = re.compile(
    r"""[({\["'`&]|[bruf]{1,2}["']|-?\d|(?:pytest\.)?param\(|yield\s|[\w"']{1,80}\s*(?:=>|:)\s|[A-Z][\w.]{0,80}[({]|None\b|nil\b|null\b"""
)
STATEMENT = re.compile(
    r"^\s*(?:def|class|return|if|for|while|try|raise|throw|import|from|assert|end|function|public|private|const|let|var)\b|;\s*\Z|^\s*[\w.$]+\s*(?::?=)(?!>)\s"
)

SKIP: Mapping[RuntimeName, re.Pattern[str]] = {
    "python": re.compile(
        r"\b(?:pytest\.)?mark\.(?:skip|skipif|xfail|flaky)\b|\bpytest\.(?:skip|xfail|importorskip|exit)\b"
        r"|\bunittest\.(?:skip|expectedFailure|SkipTest)|\bself\.skipTest\b|\bexpectedFailure\b|\b(?:skip|skipIf|skipUnless|xfail)\(|\bSkipTest\b|@skip\w*"
        r"|\bpytestmark\b|\bcollect_ignore|\b__test__\b|\bload_tests\b"
    ),
    "javascript": re.compile(
        r"\b(?:it|test|describe|suite|context|specify|t|bench)(?:\.\w{1,20}){0,2}\.(?:skip|only|todo|failing|fails|fixme|skipIf|runIf)\b"
        r"|(?:^|[\s;({])(?:x|f)(?:it|describe|test|context|specify)\s?[(.]|\bthis\.skip\(|\bpending\(|\b(?:skip|todo|only|fails)\s*:\s*|\bt\.(?:skip|todo)\(|\bctx\.skip\("
    ),
    "go": re.compile(r"\.(?:Skip|SkipNow|Skipf)\(|//go:build|// \+build|\btesting\.Short\("),
    "ruby": re.compile(
        r"^\s*(?:skip|pending|omit|pend)\b|\b(?:skip|pending|omit)[ (][\"']|[,(\s](?:skip|pending|focus|:skip|:pending|:focus)\s*(?::|=>)|,\s*:(?:skip|pending|focus)\b"
        r"|^\s*(?:x|f)(?:it|describe|context|specify|example|scenario)\b|\bSkip\b"
    ),
    "php": re.compile(
        r"\bmarkTest(?:Skipped|Incomplete)\b|@(?:group|requires|depends|doesNotPerformAssertions|codeCoverageIgnore)\b|\bexpectNotToPerformAssertions\b"
        r"|#\[\\?[\w\\]*(?:Group|Requires\w*|Depends\w*|DoesNotPerformAssertions|Skip)\b|->(?:skip|todo|only)\("
    ),
}
WEAKER = re.compile(
    r"^\s*(?:def (?:setUp|tearDown|setUpClass|tearDownClass|setUpModule|tearDownModule|setup_method|teardown_method|setup_module|teardown_module|setup_function|setup|teardown)\b"
    r"|(?:beforeEach|afterEach|beforeAll|afterAll|before|after)\s?[(]|(?:before|after|around)(?:\(|\s:|\s+do\b|\s*\{)"
    r"|func TestMain\(|(?:public|protected)(?: static)? function (?:setUp|tearDown)|if\s*\(?\s*(?:false|False|0)\b|=begin\b|__END__\s*\Z|__halt_compiler)"
    r"|\bautouse\s*=\s*True|\bpytest_(?:plugins|collection|runtest|configure|generate_tests)\w*|\bRSpec\.configure\b|\bMinitest\.(?:after_run|autorun)\b"
    r"|\bjest\.(?:setTimeout|retryTimes|disableAutomock|mock)\b|\bsys\.(?:modules\[|settrace|setprofile|excepthook|meta_path)"
)
EXIT = re.compile(
    r"\bos\._exit\b|\bsys\.exit\(|\bos\.(?:abort|kill|killpg)\(|\bprocess\.(?:exit|abort|reallyExit|kill)\b|\bos\.Exit\(|\bsyscall\.(?:Exit|Kill)\(|\bruntime\.Goexit\("
    r"|\bexit!|(?<![\w.>:])(?:exit|die|quit)\s?\(|\bat_exit\b|\batexit\b|\bregister_shutdown_function\b|\bProcess\.(?:exit|kill)\b"
)
PRINTS = re.compile(
    r"Traceback \(most recent call last\)|goroutine \d{1,6} \[|[\"'`]panic: |Uncaught (?:\w+Error|Exception)|\btraceback\.(?:print|format)_\w+|\bdebug\.PrintStack\b"
    r"|\bfaulthandler\b|\.backtrace\b|\bfull_message\b|\bgetTraceAsString\b|\bconsole\.\w+\([^)]{0,80}\.stack\b|\bprintStackTrace\b"
)
