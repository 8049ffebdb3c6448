"""Text from outside as Markdown: nothing pings, closes, links or breaks out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from healer import markdown

if TYPE_CHECKING:
    from markdown_it.token import Token

HOSTILE = st.text(alphabet=st.sampled_from("`@#ab1 \n<>|[]()!*_~\\:/.-&;$\u202e\u200b\x1b")) | st.text()


def outside_code(text: str) -> str:
    """What GitHub would look at: the text without its code spans."""
    return re.sub(r"`[^`\n]*`", "", text)


@pytest.mark.parametrize(
    "text",
    ["@octocat", "ping @octo-org/security now", "fixes #1", "Closes owner/repo#12", "resolve GH-7", "me@evil.example"],
)
def test_a_mention_or_reference_becomes_a_code_span(text: str) -> None:
    shown = outside_code(markdown.prose(text))
    assert "@" not in shown
    assert not re.search(r"#\d|GH-\d", shown)


@pytest.mark.parametrize(
    "text", ["https://evil.example/x", "javascript:alert(1)", "www.evil.example", "see (http://a.b)"]
)
def test_a_link_becomes_a_code_span(text: str) -> None:
    assert not re.search(r"https?:|javascript:|www\.", outside_code(markdown.prose(text)))


def test_tags_images_and_tables_are_escaped() -> None:
    shown = markdown.prose("<img src=x> ![a](b) [c](d) | e | <!-- x --> </details>")
    assert "<" not in shown
    assert "\\[c\\](d)" in shown
    assert "\\|" in shown


def test_code_spans_of_the_writer_survive() -> None:
    assert markdown.prose("`total()` fails when `code` is `None`.") == "`total()` fails when `code` is `None`."


def test_line_starts_do_not_become_headings_or_lists() -> None:
    assert markdown.prose("# big\n- item\n1. one\n---") == "\\# big\n\\- item\n\\1. one\n\\---"


@given(HOSTILE)
def test_prose_is_inert_whatever_comes(text: str) -> None:
    shown = markdown.prose(text)
    visible = outside_code(shown)
    assert "<" not in visible
    assert not re.search(r"@\w", visible)
    assert not re.search(r"#\d", visible)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08\x1b]", shown)


@given(HOSTILE)
def test_a_fence_is_never_closed_from_inside(text: str) -> None:
    block = markdown.fence(text).split("\n")
    ticks = block[0]
    assert block[-1] == ticks
    assert not any(line.strip().startswith(ticks) for line in block[1:-1])


@given(HOSTILE)
def test_a_code_span_is_one_span_on_one_line(text: str) -> None:
    span = markdown.code(text)
    ticks = re.match("`+", span)
    assert ticks
    assert "\n" not in span
    assert span.endswith(ticks.group())
    assert ticks.group() not in span[len(ticks.group()) : -len(ticks.group())]


@given(HOSTILE)
def test_a_title_refers_to_nothing(text: str) -> None:
    shown = markdown.title(text)
    assert "\n" not in shown
    assert not re.search(r"@\w|#\d", shown)


def test_what_is_taken_out_of_a_title_leaves_nothing_active_behind() -> None:
    assert markdown.title("##1 @@bob fixes ###22") == "1 bob fixes 22"
    assert markdown.title("#@1 G@H-2 #GH-3 gh-#@4") == "1 2 3 4"


def test_what_is_cut_says_so() -> None:
    assert markdown.cut("x" * 100, 50).endswith("... [truncated]")
    assert len(markdown.cut("x" * 100, 50)) == 50


#: What GitHub's flavour is made of, in pieces that combine.
PIECES = st.lists(
    st.sampled_from(
        [
            "`",
            "``",
            "```",
            "|",
            "\\",
            "\n",
            "\n\n",
            "@octocat ",
            "fixes #1 ",
            "<b>",
            "<!--",
            "-->",
            "</details>",
            "[x](http://e.x)",
            "![i](http://e.x)",
            "http://e.x ",
            "www.e.x ",
            "*",
            "~",
            "a",
            " ",
            "\t",
            "    ",
            "> ",
            "# ",
            "- ",
            "1. ",
            "-",
            "===",
            "|-|",
            "&lt;",
            "&#64;octocat ",
            "GH-1 ",
            "o/r#1 ",
            "[a]: http://e.x",
            "\u200b",
            "\r",
            "org/repo@abcdef1 ",
            "```\n",
            "~~~",
        ]
    ),
    max_size=14,
).map("".join)
ROW = "| a | b |\n| --- | --- |\n| {} | end |\n"
PLACES = {
    "prose": markdown.prose,
    "cell": lambda text: ROW.format(markdown.line(text)),
    "quoted cell": lambda text: ROW.format(markdown.line(f"`{text}` is {text}")),
    "code cell": lambda text: ROW.format(markdown.code(text)),
    "code": lambda text: f"**{markdown.code(text)}** in {markdown.code(text)}",
    "fence": lambda text: markdown.fence(text, "text"),
    "item": lambda text: f"- {markdown.line(text)}\n- end",
}


def rendered(document: str) -> list[Token]:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = parser.parse(document)
    return [*tokens, *(child for token in tokens for child in token.children or ())]


@pytest.mark.parametrize("place", PLACES)
@given(text=PIECES)
def test_a_real_parser_finds_nothing_active_in_any_place(place: str, text: str) -> None:
    tokens = rendered(PLACES[place](text))
    kinds = {token.type for token in tokens}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "heading_open", "hr", "blockquote_open"}
    assert ("list_item_open" in kinds) == (place == "item")
    for token in tokens:
        if token.type == "text":
            assert not re.search(r"@\w|#\d|\bGH-\d|\bhttps?:|\bwww\.", token.content), token.content
    if "cell" in place:
        last = [token.content for token in tokens if token.type == "inline"][-1]
        assert last == "end"


@pytest.mark.parametrize(
    "text", ["`a | @octocat fixes #1 | b`", "`x | <img src=x> | ![i](http://e.x) `", "http://e.x/|<b>|![i](http://e.x)"]
)
def test_a_bar_in_a_code_span_does_not_end_its_cell(text: str) -> None:
    cells = [token.content for token in rendered(ROW.format(markdown.line(text))) if token.type == "inline"]
    assert cells[-1] == "end"
