"""Source that no one writes in good faith: no exception, no recursion, bounded time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from healer.frames import RuntimeName
from healer.runtimes import RUNTIMES, source_reader
from healer.runtimes.outline import MAX_DEPTH
from healer.runtimes.source import Import, Module
from healer.runtimes.treesitter import MAX_FAULTS

SUFFIXES: list[tuple[RuntimeName, str]] = [
    ("python", ".py"),
    ("javascript", ".js"),
    ("javascript", ".ts"),
    ("javascript", ".tsx"),
    ("javascript", ".vue"),
    ("go", ".go"),
    ("ruby", ".rb"),
    ("php", ".php"),
]

HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "nothing but a mark": b"\xef\xbb\xbf",
    "zeros": bytes(2 << 20),
    "one long name": b"a" * (2 << 20),
    "bytes of every value": bytes(range(256)) * 1000,
    "latin-1": "# caf\xe9\nx = 1\n".encode("latin-1") * 5_000,
    "open brackets": b"(" * 100_000,
    "nested brackets": b"[" * 100_000 + b"]" * 100_000,
    "open braces and calls": b"f(a,{" * 20_000,
    "nested functions": b"function f(){" * 10_000 + b"}" * 10_000,
    "nested blocks": b"".join(b" " * depth + b"def f():\n" for depth in range(1500)),
    "templates": b"`${" * 20_000,
    "angles": b"a<" * 50_000,
    "quotes": b"\"'" * 60_000,
    "heredocs": b'x = "#{<<~A}"\n' * 8_000,
    "a chain": b"a" + b".b" * 70_000,
    "signs": b"x=" + b"-" * 70_000 + b"1",
    "conditions": b"if(a)" * 70_000,
    "a chain of callbacks": b"a" + b".then(function () {\n})" * 20_000,
    "a namespace as long as the file": b"namespace " + b"a" * 500_000 + b";" + b" class B {}" * 20_000,
    "comments on one line": b"/**/" * 50_000,
    "words": b"def class end function if x { } ( ) func return => = <?php do | \n" * 4_000,
}


WORDS = """
def class end function => { } ( ) [ ] ; : import from require use export " ' ` # // /* */ <?php ?> <script> </script>
@ $ \\ . = 1 é func type const var namespace autoload include __DIR__ dirname( module.exports= prototype. :a "a" do
|x| <<~A A ${ #{ f' async static
""".split(" ")  # noqa: SIM905 - one word a line would be a page


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize(("runtime", "suffix"), [each for each in SUFFIXES if each[1] not in (".tsx", ".vue")])
def test_hostile_source_is_read_in_bounded_time(runtime: RuntimeName, suffix: str, case: str) -> None:
    source = (b"<?php\n" if suffix == ".php" else b"") + HOSTILE[case]
    started = time.thread_time()
    module = source_reader(runtime).parse(source, "a" + suffix)
    assert time.thread_time() - started < 4
    _is_sound(module, source)


@settings(max_examples=150, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=20),
            st.sampled_from(WORDS).map(lambda word: f" {word} ".encode()),
        ),
        max_size=60,
    ),
    where=st.sampled_from(SUFFIXES),
)
def test_any_bytes_give_a_sound_module(pieces: list[bytes], where: tuple[RuntimeName, str]) -> None:
    runtime, suffix = where
    source = b"".join(pieces)
    reader = source_reader(runtime)
    module = reader.parse(source, "folder/a" + suffix)
    _is_sound(module, source)
    files = frozenset({"folder/a" + suffix, "a.py", "lib/a.rb", "src/A.php", "a/a.go", "a/index.js"})
    for imported in module.imports:
        assert set(reader.resolve(imported, module.path, files)) <= files - {module.path}


@settings(max_examples=150, deadline=None)
@given(
    runtime=st.sampled_from(RUNTIMES),
    target=st.text(alphabet="./\\@~#$-_: aB1\0é", max_size=30),
    path=st.text(alphabet="/.aB", max_size=12),
    files=st.frozensets(st.text(alphabet="/.aBpyrbjsgoh", max_size=12), max_size=12),
    names=st.lists(st.text(alphabet="./aB*", max_size=4), max_size=2),
)
def test_any_import_leads_to_tracked_files_only(
    runtime: RuntimeName, target: str, path: str, files: frozenset[str], names: list[str]
) -> None:
    reader = source_reader(runtime)
    found = reader.resolve(Import(target, tuple(names), 1), path, files)
    assert set(found) <= files - {path}
    assert len(set(found)) == len(found)
    assert set(reader.siblings(path, files)) <= files - {path}
    assert reader.is_test(path) in (True, False)


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lines_count_the_same_with_every_line_ending(ending: bytes, mark: bytes) -> None:
    lines = [b"# caf\xc3\xa9", b"x = 1", b"# lead", b"def f():", b"    return x", b"y = f()"]
    module = source_reader("python").parse(mark + ending.join(lines) + ending, "a.py")
    assert [(each.name, each.first, each.last) for each in module.definitions] == [
        ("x", 1, 2),
        ("f", 3, 5),
        ("y", 6, 6),
    ]
    assert module.faults == ()


def test_text_in_an_old_encoding_is_still_read() -> None:
    module = source_reader("php").parse(
        "<?php // caf\xe9\nfunction caf\xe9() {}\nfunction b() {}\n".encode("latin-1"), "a.php"
    )
    assert [each.first for each in module.definitions] == [2, 3]


def test_definitions_nest_to_a_depth() -> None:
    source = "".join(f"{'  ' * depth}def f{depth}():\n" for depth in range(40)) + "  " * 40 + "pass\n"
    module = source_reader("python").parse(source.encode(), "a.py")
    assert len(module.definitions) == MAX_DEPTH


def test_ten_thousand_paths_are_indexed_once() -> None:
    files = frozenset(f"services/s{n % 100}/pkg{n % 10}/module{n}.py" for n in range(12_000))
    reader = source_reader("python")
    started = time.thread_time()
    reader.resolve(Import("first", (), 1), "services/s1/pkg1/module1.py", files)
    first = time.thread_time() - started
    started = time.thread_time()
    for n in range(200):
        path = f"services/s{n % 100}/pkg{n % 10}/module{n}.py"
        assert reader.resolve(Import(f"pkg{n % 10}.module{n + 100}", (), 1), path, files)
    assert first < 0.5
    assert (time.thread_time() - started) / 200 < first / 10


def test_many_files_of_one_name_do_not_slow_a_look_up() -> None:
    files = frozenset(f"a{n}/utils.py" for n in range(10_000)) | {"x.py"}
    reader = source_reader("python")
    started = time.thread_time()
    for _ in range(20):
        assert reader.resolve(Import("utils", ("b",), 1), "x.py", files) == ()
    assert reader.resolve(Import("a77.utils", (), 1), "x.py", files) == ("a77/utils.py",)
    assert reader.resolve(Import("utils", (), 1), "a77/y.py", files) == ("a77/utils.py",)
    assert time.thread_time() - started < 2


def _is_sound(module: Module, source: bytes) -> None:
    """Ranges lie in the file, definitions are in order, and there are not too many faults."""
    last = source.count(b"\n") + source.count(b"\r") + 1
    assert len(module.faults) <= MAX_FAULTS
    assert all(1 <= each.first <= each.last <= last for each in module.definitions)
    assert all(1 <= each.line <= last for each in (*module.imports, *module.faults))
    assert all(each.name and each.qualified and isinstance(each.uses, frozenset) for each in module.definitions)
    assert all(each.target and len(each.target) <= len(source) + 8 for each in module.imports)
    assert module.uses_in(1, last) == {name for names in module.names.values() for name in names}
    if module.definitions:
        assert module.around(module.definitions[0].last) is not None
