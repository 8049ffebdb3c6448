"""A misspelt name in `policy.allow` switches nothing off, and is said so."""

from __future__ import annotations

import pytest

from healer.outcome import ConfigError
from healer.patch import RULE_NAMES, check_allowed
from healer.settings import load_settings


def test_every_rule_can_be_switched_off() -> None:
    check_allowed(load_settings(f"policy: {{allow: [{', '.join(RULE_NAMES)}]}}".encode(), environ={}))
    check_allowed(load_settings(None, environ={}))


@pytest.mark.parametrize(("name", "hint"), [("not-in-trce", "did you mean 'not-in-trace'"), ("zzz", "The rules are: ")])
def test_a_name_that_is_no_rule(name: str, hint: str) -> None:
    settings = load_settings(f"policy: {{allow: [too-large, {name}]}}".encode(), environ={})
    with pytest.raises(ConfigError) as caught:
        check_allowed(settings)
    assert name in caught.value.what
    assert hint in str(caught.value)
    assert caught.value.where == ".github/splat.yml"
