"""D5, D8: what is done for an error."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from splat.decide import Do, Listed, Sighting, after_create, decide
from tests.vectors import vectors

SIGNATURE = "17310dbb56def269"


def listed(issue):
    same = {name: issue[name] for name in ("number", "author", "signature", "updated_at")}
    more = {name: issue[name] for name in ("reason", "closed_at", "duplicate_of", "canonical") if name in issue}
    lists = {name: tuple(issue.get(name, ())) for name in ("releases", "labels")}
    return Listed(**same, **more, **lists, open=issue["state"] == "open")


@vectors("dedup", "decisions")
def test_decides_as_the_vectors_say(vector):
    issues = [listed(each) for each in vector["issues"]]
    event, made = vector["event"], vector["created_last_hour"]
    own = {each.number: vector["own_write"] for each in issues} if "own_write" in vector else {}
    decision = decide(
        Sighting(event["signature"], event["at"], event.get("release", "")),
        issues,
        reporters=vector["reporters"],
        now=vector["now"],
        own_writes=own,
        created=(made["process"], made["repository"]),
    )
    number = {} if decision.number is None else {"number": decision.number}
    assert {"do": decision.do.value, **number} == vector["expected"]


@vectors("dedup", "after_create")
def test_clears_up_as_the_vectors_say(vector):
    issues = [listed(each) for each in vector["issues"]]
    after = after_create(
        vector["signature"], vector["created"], issues, reporters=vector["reporters"], trigger=vector["trigger"]
    )
    assert {"stop": after.stop, "label": after.label, "close": list(after.close)} == vector["expected"]


def test_the_canonical_issue_is_asked_for_only_where_needed():
    asked = []

    def canonical_of(issue):
        asked.append(issue.number)
        return 3

    duplicate = Listed(5, 7, SIGNATURE, False, 0, reason="duplicate")
    issues = [duplicate, Listed(3, 7, "0" * 16, True, 0)]

    def do(issues):
        return decide(
            Sighting(SIGNATURE, 0, ""),
            issues,
            reporters={7},
            now=10**9,
            own_writes={},
            created=(0, 0),
            canonical_of=canonical_of,
        )

    assert do(issues) == (Do.COUNT, 3)
    assert asked == [5]
    assert do([duplicate._replace(duplicate_of=3), issues[1]]) == (Do.COUNT, 3)
    assert asked == [5]


def test_a_duplicate_of_what_bears_no_marker_is_silent():
    issues = [
        Listed(5, 7, SIGNATURE, False, 0, reason="duplicate", duplicate_of=3),
        Listed(3, 7, None, True, 0),
    ]
    decision = decide(Sighting(SIGNATURE, 0, ""), issues, reporters={7}, now=10**9, own_writes={}, created=(0, 0))
    assert decision == (Do.SILENT, None)


def test_a_chain_of_duplicates_asks_three_times_at_most():
    asked = []

    def canonical_of(issue):
        asked.append(issue.number)
        return issue.number + 1

    issues = [Listed(number, 7, SIGNATURE, False, 0, reason="duplicate") for number in range(1, 9)]
    decision = decide(
        Sighting(SIGNATURE, 0, ""),
        issues,
        reporters={7},
        now=0,
        own_writes={},
        created=(0, 0),
        canonical_of=canonical_of,
    )
    assert decision == (Do.SILENT, None)
    assert asked == [1, 2, 3]


issues = st.lists(
    st.builds(
        Listed,
        number=st.integers(1, 6),
        author=st.sampled_from([7, 8]),
        signature=st.sampled_from([SIGNATURE, "0" * 16, None]),
        open=st.booleans(),
        updated_at=st.integers(0, 10**6),
        reason=st.sampled_from([None, "completed", "not_planned", "duplicate"]),
        closed_at=st.none() | st.integers(0, 10**6),
        releases=st.lists(st.sampled_from(["r1", "r2"]), max_size=2).map(tuple),
        labels=st.sampled_from([(), ("splat",), ("splat", "auto-fix")]),
        duplicate_of=st.none() | st.integers(1, 7),
        canonical=st.none() | st.integers(1, 7),
    ),
    max_size=6,
    unique_by=lambda issue: issue.number,
)


@given(issues, st.randoms())
def test_whatever_is_listed(listing, random):
    def do(listing):
        return decide(
            Sighting(SIGNATURE, 10**6, "r2"), listing, reporters={7}, now=10**6, own_writes={}, created=(0, 0)
        )

    decision = do(listing)
    by_number = {each.number: each for each in listing}
    ours = [each for each in listing if each.author == 7 and each.signature == SIGNATURE]
    assert (decision.do is Do.CREATE) == (not ours)
    if decision.number is not None:
        issue = by_number[decision.number]
        assert issue.author == 7
        assert issue.signature is not None
        assert issue.open == (decision.do is not Do.REGRESSION)
        assert issue.open or issue.reason != "not_planned"
    random.shuffle(listing)
    assert do(listing) == decision


@given(issues)
def test_every_process_keeps_the_same_one(listing):
    """Whoever created, all agree on which stays: so they never close each other's."""
    answers = {
        after_create(SIGNATURE, created, listing, reporters={7}, trigger="auto-fix")
        for created in range(7, 9)  # not listed yet
    }
    assert len(answers) == 1
    (after,) = answers
    alive = [each.number for each in listing if each.open and each.author == 7 and each.signature == SIGNATURE]
    assert list(after.close) == sorted(alive)[1:]
    assert after.label in {None, *sorted(alive)[:1]}
