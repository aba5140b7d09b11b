"""Names made safe to show."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.text import chart, md, plain, quoted

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "![pixel](http://example.com/p.png)",
    "**bold** _it_ `code` ~~gone~~ # head",
    "$\\frac{1}{2}$ :red[red] :material/home: :tada:",
    "http://example.com www.example.com a@example.com",
    "line\none\r\n\ttwo\x00\x1b[31m",
    "\u202egnirts \u2066isolate\u2069 \ufeff",
    "x" * 10_000,
    "a -> b <- c -- d >= e",
    "| a | b |\n|--|--|",
    "",
    "   ",
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_plain_is_one_short_printable_line(name: str) -> None:
    shown = plain(name)
    assert 0 < len(shown) <= 80
    assert shown == shown.strip()
    shown = shown.replace("\u200c", "").replace("\u200d", "")
    assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in shown)


def test_plain_keeps_ordinary_names_as_they_are() -> None:
    for name in (
        "jellyfish",
        "Dog, golden retriever (young)",
        "Žluťoučký kůň",
        "水母",
        "👩\u200d🔬",
        "C&A 100 %",
    ):
        assert plain(name) == name


def test_plain_marks_a_cut() -> None:
    assert plain("x" * 81) == "x" * 79 + "…"
    assert plain("x" * 80) == "x" * 80
    assert plain("abc def", 5) == "abc…"


def test_an_empty_name_is_said_to_be_one() -> None:
    assert plain("") == plain("\x00 \u202e") == "(no name)"


@given(st.text(max_size=400))
def test_plain_is_bounded_and_stable(name: str) -> None:
    once = plain(name, 40)
    assert len(once) <= 40
    assert plain(once, 40) == once


@given(st.text(max_size=200))
def test_md_escapes_every_ascii_punctuation_mark(name: str) -> None:
    without_escapes = re.sub(r"\\[!-/:-@\[-`{-~]", "", md(name))
    assert not re.search(r"[!-/:-@\[-`{-~]", without_escapes)


@given(st.text(alphabet="ab :*_<>[]()w.@-/", max_size=60))
def test_md_reads_as_the_plain_line(name: str) -> None:
    read = re.sub(r"\\(.)", r"\1", md(name)).replace("\u2060", "")
    assert read == plain(name)


def test_md_breaks_what_is_replaced_after_parsing() -> None:
    assert "\u2060" in md(":tada:")
    for pattern in (":tada:", ":material/home:", "www.", "http://", "->", "--", ">="):
        assert pattern not in md(f"x {pattern} x").replace("\\", "")


def test_chart_has_no_tags() -> None:
    assert chart("<a href='x'>y</a>", 80) == "&lt;a href='x'&gt;y&lt;/a&gt;"


def test_quoted_is_markdown_in_quotation_marks() -> None:
    assert quoted("glow_ing") == "“glow\\_ing”"
