"""A text cut at its claims."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.explanation_wording import Segment, judged, segments, told_of_claims


def claim(number: int, start: int, end: int, supported: bool = True) -> dict[str, object]:
    return {"number": number, "start": start, "end": end, "supported": supported}


def test_a_text_is_cut_at_its_claims() -> None:
    claims = [claim(2, 8, 12, supported=False), claim(1, 2, 5)]
    assert segments("a red, big fish", claims) == [
        Segment("a "),
        Segment("red", 1),
        Segment(", b"),
        Segment("ig f", 2, supported=False),
        Segment("ish"),
    ]


def test_without_claims_it_is_one_piece() -> None:
    assert segments("a fish", []) == [Segment("a fish")]
    assert segments("", []) == []


def test_what_cannot_be_marked_is_not() -> None:
    """Backwards, outside, empty, or inside another."""
    claims = [claim(1, 0, 4), claim(2, 2, 6), claim(3, 5, 5), claim(4, 5, 99), claim(5, -3, 2)]
    assert segments("a big fish", claims) == [Segment("a bi", 1), Segment("g fish")]


@given(
    st.text(max_size=30),
    st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), max_size=5),
)
def test_nothing_is_lost_and_nothing_said_twice(text: str, ends: list[tuple[int, int]]) -> None:
    cut = segments(text, [claim(n, *of) for n, of in enumerate(ends)])
    assert "".join(segment.text for segment in cut) == text
    assert all(segment.text for segment in cut)


def test_what_decided_about_a_claim_stands_in_its_row() -> None:
    rows = [claim(1, 0, 3), claim(2, 4, 6)]
    ledger = {"claims": [{"odds_drop": 2.0, "odds_random": 0.5}]}
    first, second = judged(rows, ledger)
    assert first == {**rows[0], "odds_drop": 2.0, "odds_random": 0.5}
    assert (second["odds_drop"], second["odds_random"]) == (None, None)
    assert [row["odds_drop"] for row in judged(rows, None)] == [None, None]  # an older store's


def test_claims_are_counted() -> None:
    assert told_of_claims(3, 1) == "2 of 3 claims hold"
    assert told_of_claims(1, 1) == "0 of 1 claim holds"
    assert told_of_claims(0, 0) == "no claim of it was tested"
