"""D2 to D4, D8: the marker and the block of an issue that is there."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from splat.block import MAX_BODY, MAX_COUNT, as_duplicate, block, block_of, counted, encoded, marker_of

EARLY, LATE = "2026-11-21T07:00:00.123Z", "2026-11-22T08:00:00.000Z"
BLOCK = block(2, EARLY, EARLY, ["r1"])

pieces = st.lists(
    st.sampled_from(
        [
            *(
                "<!-- splat:end -->",
                "<!-- splat:seen count=",
                "<!--",
                "-->",
                "\n",
                "\r\n",
                "x",
                "\ud800",
                "\u6f22",
                "Seen",
            ),
            *(
                BLOCK,
                BLOCK.split("\n", maxsplit=1)[0],
                f"<!-- splat:seen count=0 first={EARLY} last={EARLY} releases=,, -->",
            ),
            *("<!-- splat:duplicate of=3 -->", "y" * 990, f"<!-- splat:1 signature={'a' * 16} -->"),
        ]
    ),
    max_size=12,
).map("".join)


@given(pieces, pieces, st.integers(1, 10**16), st.text(max_size=80))
def test_nothing_around_the_block_changes(before, behind, more, release):
    body = f"{before}\n{BLOCK}\n{behind}"
    was = block_of(body)
    after = counted(body, more, LATE, LATE, release)
    if was is None:
        assert after is None
        return
    if after is None:
        assert len(body.encode("utf-8", "surrogatepass")) > MAX_BODY - 4_000
        return
    now = block_of(after)
    assert now.start == was.start
    assert after[: now.start] == body[: was.start]
    assert after[now.end :] == body[was.end :]
    assert now.seen == min(was.seen + more, MAX_COUNT)
    assert (now.first, now.last) == (EARLY, LATE)
    assert not encoded(release) or now.releases[-1] == encoded(release) or encoded(release) in was.releases
    assert len(now.releases) <= 20
    assert counted(after, 1, LATE, LATE) is not None


@given(pieces, pieces)
def test_a_duplicate_names_what_stays(before, behind):
    body = f"{before}\n{BLOCK}\n{behind}"
    closed = as_duplicate(body, 12)
    if closed is None:
        assert block_of(body) is None
        return
    was, now = block_of(body), block_of(closed)
    assert now.duplicate_of == 12
    assert closed[now.start : now.end].split("\n")[1] == "<!-- splat:duplicate of=12 -->"
    assert (closed[: now.start], closed[now.end :]) == (body[: was.start], body[was.end :])
    assert as_duplicate(closed, 12) == closed
    assert as_duplicate(closed, 13) == closed.replace("duplicate of=12 -->", "duplicate of=13 -->")


def test_a_duplicate_keeps_its_count():
    assert as_duplicate(BLOCK, 3).split("\n") == [
        f"<!-- splat:seen count=2 first={EARLY} last={EARLY} releases=r1 -->",
        "<!-- splat:duplicate of=3 -->",
        "Seen **2 times**, first 2026-11-21 07:00:00 UTC, last 2026-11-21 07:00:00 UTC.",
        "<!-- splat:end -->",
    ]


def test_what_git_hub_would_refuse_is_left_alone():
    room = MAX_BODY - 1 - len(counted(BLOCK, 1, LATE, LATE, "r2").encode())
    assert counted(BLOCK + "x" * room, 1, LATE, LATE, "r2") is not None
    assert counted(BLOCK + "x" * (room + 1), 1, LATE, LATE, "r2") is None
    assert counted(BLOCK + "\u6f22" * (room // 3 + 1), 1, LATE, LATE, "r2") is None


@given(st.text())
def test_a_release_cannot_end_the_comment(release):
    name = encoded(release)
    assert len(name) <= 60
    assert all(each.isascii() and (each.isalnum() or each in "._+%") for each in name)
    assert block_of(block(1, EARLY, EARLY, [name] if name else [])).releases == ((name,) if name else ())


@given(st.text(), st.text())
def test_one_marker_or_none(before, behind):
    marked = f"{before}<!-- splat:1 signature={'a' * 16} -->{behind}"
    assert marker_of(marked) == "a" * 16
    assert marker_of(f"{marked}<!-- splat:1 signature={'b' * 16} -->") is None
    assert marker_of(before) is None


def test_hostile_bodies_take_linear_time():
    for piece in (
        "<!-- splat:seen count=",
        BLOCK.split("\n", maxsplit=1)[0],
        "<!-- splat:1 signature=",
        "<!-- splat:end -->",
    ):
        body = piece * (1_000_000 // len(piece))
        assert counted(body, 1, LATE, LATE) is None
        assert marker_of(body) is None


def test_the_end_is_looked_for_in_a_thousand_characters():
    head, _, rest = BLOCK.partition("\n")
    end = rest.rpartition("\n")[2]
    assert block_of(head + "x" * 1_000 + end) is not None
    assert block_of(head + "x" * 1_001 + end) is None
