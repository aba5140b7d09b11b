"""Verdicts by the stated rules."""

from dataclasses import replace

from analysis.shortcuts.lines import Line, untested
from analysis.shortcuts.verdict import NEEDED, verdict


def lines(**changes: Line) -> dict[str, Line]:
    names = (*NEEDED, "projecting", "accuracy", "lost")
    return {name: Line(name, 1.0, 0.5, 1.5, n=9, holds=True) for name in names} | changes


def test_supported_where_all_that_is_needed_holds():
    assert verdict(lines()) == "supported"
    assert verdict(lines(lost=untested("lost", "too few"))) == "supported"


def test_one_needed_line_less_is_correlational():
    for name in NEEDED:
        assert verdict(lines(**{name: replace(lines()[name], holds=False)})) == "correlational"


def test_refuted_where_tests_show_no_effect_beyond_zero():
    none = {
        n: Line(n, -0.2, -0.5, 0.0, n=9, holds=False) for n in ("masking", "projecting", "drawn")
    }
    assert verdict(lines(**none)) == "refuted"
    assert verdict(lines(**none | {"drawn": Line("drawn", 0.1, -0.1, 0.3, holds=False)})) == (
        "correlational"
    )


def test_insufficient_where_nothing_could_be_tested():
    nothing = {n: untested(n, "too few images") for n in ("masking", "projecting", "drawn")}
    assert verdict(lines(**nothing)) == "insufficient"
