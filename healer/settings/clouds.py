"""How Amazon Bedrock and Vertex AI name Claude's models, and what they charge for them.

A model stands in the settings under Anthropic's own name or under the cloud's, which goes through as it is.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from healer.settings.values import Price

WORLDWIDE = "global"
"""The Bedrock profile and the Vertex region that say nothing of where."""
SURCHARGE = 1.1
"""What both ask for an answer from a given part of the world, as a multiple of Anthropic's own price."""
_NAME = re.compile(r"claude-[a-z0-9]{1,20}(?:-[a-z0-9]{1,20}){0,8}")
_DATED = re.compile(r"(claude-[a-z0-9-]{1,100})-(20[0-9]{6})")
_BEDROCK = re.compile(r"(?:([a-z]{2,6}(?:-gov)?)\.)?anthropic\.(claude-[a-z0-9-]{1,100}?)(?:-v[0-9](?::[0-9])?)?")
_VERTEX = re.compile(r"(claude-[a-z0-9-]{1,100})@(20[0-9]{6})")


def bedrock_id(model: str) -> str:
    """`claude-opus-5-5` is `global.anthropic.claude-opus-5-5`; `eu.anthropic.…` and ARNs stay what they are."""
    if not _NAME.fullmatch(model):
        return model
    return f"{WORLDWIDE}.anthropic.{model}{'-v1:0' if _DATED.fullmatch(model) else ''}"


def vertex_id(model: str) -> str:
    """`claude-opus-5-5` is the same there; `claude-sonnet-4-5-20250929` is `claude-sonnet-4-5@20250929`."""
    dated = _DATED.fullmatch(model)
    return f"{dated[1]}@{dated[2]}" if dated else model


def priced(
    prices: Mapping[str, Price], configured: Iterable[str], models: Iterable[str], backend: str, region: str
) -> dict[str, Price]:
    """`prices`, and those of `models` that stand under a cloud's name; dearer where the answer comes from a given part
    of the world. What is `configured` is what the user pays, and stays.
    """
    own, found = set(configured), dict(prices)
    if backend == "vertex" and region != WORLDWIDE:
        found |= {model: dearer(price) for model, price in prices.items() if model not in own}
    for model in models:
        name, surcharged = _anthropic_name(model)
        if model not in found and name in found:
            found[model] = dearer(prices[name]) if surcharged and name not in own else found[name]
    return found


def _anthropic_name(model: str) -> tuple[str, bool]:
    """Anthropic's own name of a cloud's model, and whether the id itself asks for a given part of the world."""
    if bedrock := _BEDROCK.fullmatch(model):
        return bedrock[2], bedrock[1] != WORLDWIDE
    vertex = _VERTEX.fullmatch(model)
    return (f"{vertex[1]}-{vertex[2]}" if vertex else model), False


def dearer(price: Price) -> Price:
    """With the surcharge, on all of it."""
    kinds = ("input", "output", "cache_read", "cache_write", "long_input", "long_output")
    return replace(price, **{kind: getattr(price, kind) * SURCHARGE for kind in kinds})
