"""Takes the wrapping off a text, so that what is left are the lines a runtime printed.

    lines.py     line ends, colours, control characters
    near.py      only what lies near a trace, of a long log
    prefixes.py  what loggers, containers and CI put before every line
    learned.py   a prefix that is in no list
    escaped.py   traces inside JSON and quoted strings
    markup.py    Markdown and HTML

Each takes lines and returns lines, in linear time, and never raises. What does not look like a trace's wrapping stays.
"""

from __future__ import annotations

from healer.unwrap.escaped import expand, expand_document, expand_fenced
from healer.unwrap.learned import drop_learned
from healer.unwrap.lines import split
from healer.unwrap.markup import dedent, drop_fences, drop_html
from healer.unwrap.near import near_traces
from healer.unwrap.prefixes import drop_prefixes

__all__ = ["unwrap"]


def unwrap(text: str) -> list[str]:
    """The lines a trace reader can read, from any wrapping; their indentation is kept. Of a long text, only lines
    near a trace come back.
    """
    lines = near_traces(split(text))
    if (document := expand_document(text)) is not None:
        lines = document
    prefixed = drop_html(lines)
    lines = drop_prefixes(prefixed)
    written = expand(drop_fences(expand_fenced(lines)))
    # What stood in JSON may have had a prefix of its own.
    lines = drop_prefixes(written) if len(written) != len(lines) or lines != prefixed else written
    return dedent(drop_learned(lines))
