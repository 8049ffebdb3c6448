"""K and X: the vectors, and the tables as SPEC.md prints them."""

from __future__ import annotations

import re

import pytest

from splat.redact import MARK, Names, names_of, redact_source, redact_text, redact_value
from splat.redact import names as names_module
from splat.redact.shapes import SHAPES
from tests.vectors import FOLDER, expand, vectors

SPEC = (FOLDER.parent / "SPEC.md").read_text("utf-8")


@vectors("redaction", "names")
def test_names(vector):
    assert names_of().strength(vector["key"]) == vector["expected"]


@vectors("redaction", "texts")
def test_texts(vector):
    redact = redact_source if vector.get("mode") == "source" else redact_text
    redacted = redact(expand(vector["text"]), vector.get("extra_keys", ()))
    assert redacted == expand(vector["expected"])
    assert not [secret for secret in vector.get("secrets", ()) if secret in redacted]


@vectors("redaction", "values")
def test_values(vector):
    assert redact_value(expand(vector["value"]), vector.get("extra_keys", ())) == expand(vector["expected"])


def test_the_shapes_are_those_of_the_rule():
    rows = re.findall(r"^  \| ([a-z-]+) \| `(.+)` \|$", SPEC, re.MULTILINE)
    begins = {"B": "(^|[^0-9A-Za-z])", "E": "(^|[^0-9A-Za-z_-])"}
    wanted = [(name, _long(pattern.replace("\\|", "|"), begins)) for name, pattern in rows]
    assert [(name, pattern) for name, _, pattern in SHAPES] == wanted
    assert len(wanted) == 39


def _long(pattern, begins):
    return begins[pattern[0]] + pattern[1:] if pattern[:2] in ("B(", "E(") else pattern


@pytest.mark.parametrize(
    ("label", "table"),
    [("*sure*", "_SURE"), ("*likely*", "_LIKELY"), ("*about*", "_ABOUT")],
)
def test_the_names_are_those_of_the_rule(label, table):
    rule = SPEC[SPEC.index("- **K2 Tables.**") : SPEC.index("- **K3 What")]
    words = re.search(re.escape(label) + r":((?:\s*`[a-z0-9 ]+`)+)", rule)
    assert words
    assert set(" ".join(re.findall("`(.+?)`", words.group(1))).split()) == getattr(names_module, table)


def test_the_pairs_are_those_of_the_rule():
    rule = SPEC[SPEC.index("- **K2 Tables.**") : SPEC.index("- **K3 What")]
    pairs = rule[rule.index("pairs*:") : rule.index("*likely*:")]
    assert {tuple(each.split()) for each in re.findall("`(.+?)`", pairs)} == names_module._SURE_PAIRS


@pytest.mark.parametrize(
    "name", ["author", "keyboard", "tokenizer", "monkey", "secretary_name", "passenger", "cardinal"]
)
def test_other_names_survive(name):
    assert not names_of().tells(name)


def test_users_add_and_never_replace():
    names = Names(("shoe size", "userPIN"))
    assert names.tells("shoeSize")
    assert names.tells("my_shoe_size_eu")
    assert not names.tells("shoe")
    assert names.tells("password")
    assert not Names(("", "12")).tells("shoe")


def test_known_names_are_bounded():
    names = Names()
    for number in range(names_module.MAX_KNOWN + 10):
        names.tells(f"password{number}")
    assert len(names._known) <= names_module.MAX_KNOWN


def test_a_text_that_is_too_long_is_cut_first_and_loses_its_end():
    # The cut leaves so little of the token that it looks like none.
    text = "x " * 49_990 + "ghp_1234567890" + "a1b2c3d4e5" * 5
    redacted = redact_text(text)
    assert text[:100_000].endswith(" ghp_1234567890a1b2c3")
    assert "ghp_" not in redacted
    assert redacted.endswith("... [truncated]")
    assert len(redacted) == 100_000 - 512 + 15


def test_a_name_may_stand_eight_spaces_off():
    assert redact_text("password        =        hunter2") == f"password        =        {MARK}"
    for text in ("password         = hunter2", "password =         hunter2"):
        assert redact_text(text) == text


BEGINNINGS = """
    AKIA ASIA ABIA ACCA ABSK ghp_ gho_ ghu_ ghs_ ghr_ github_pat_ glpat- gldt- glrt- glcbt- glptt- glft- glimt-
    gloas- glsoat- glagent- xoxa- xoxb- xoxc- xoxd- xoxe. xoxo- xoxp- xoxs- xapp-1- sk_live_ rk_test_
    sk_prod_ whsec_ AIza ya29. GOCSPX- sk- npm_ pypi- rubygems_ SK key- dop_v1_ doo_v1_ dor_v1_ shpat_ shpca_
    shppa_ shpss_ sq0atp- sq0csp- sq0idp- hf_ dapi hvs. hvb. hvr. sntrys_ sntryu_ NRAK- ATATT3 dckr_pat_
    bedrock-api-key- lin_api_ ntn_ AGE-SECRET-KEY-1 12345678:AA 1234567890:AA hooks.slack.com/services/
    hooks.slack.com/triggers/
"""


@pytest.mark.parametrize("beginning", BEGINNINGS.split())
def test_every_published_beginning_is_seen(beginning):
    upper = beginning in ("AKIA", "ASIA", "ABIA", "ACCA", "NRAK-", "AGE-SECRET-KEY-1")
    token = beginning + ("0A" if upper else "0a") * 21
    redacted = redact_text(f"said ({token}), then")
    assert MARK in redacted
    assert token not in redacted
    assert redacted == redact_source(f"said ({token}), then")


def test_only_what_is_hidden_is_marked():
    assert redact_text("nothing to see") == "nothing to see"
    assert redact_text("Authorization: Basic dXNlcjpwYXNz") == f"Authorization: {MARK}"
