"""Numbers with what they must bring along: a floor, a denominator, a meaning."""

import math
from collections.abc import Iterable, Sequence
from typing import Literal

import streamlit as st

from analysis.wording import MEANING
from dashboard.text import plain


def percent(value: float | None, digits: int = 0) -> str:
    """A share in per cent; a dash where there is none."""
    return "–" if value is None or missing(value) else minus(f"{100 * value:.{digits}f} %")


def number(value: float | None, digits: int = 2) -> str:
    """A number with a fixed count of digits; a dash where there is none."""
    return "–" if missing(value) else minus(f"{value:.{digits}f}")


def significant(value: float, digits: int = 3) -> str:
    """A number with so many digits that count."""
    return minus(f"{value:.{digits}g}")


def minus(text: str) -> str:
    """A number as text, with a real minus sign."""
    return text.replace("-", "−")


def apart(values: Iterable[float], bound: float, least: int = 2) -> int:
    """How many digits after the point, ``least`` to six, keep every value that is not the bound
    from looking like it.
    """
    others = [value for value in values if value != bound]
    for digits in range(least, 6):
        if f"{bound:.{digits}f}" not in {f"{value:.{digits}f}" for value in others}:
            return digits
    return 6


def percentile(value: float, least: int = 0) -> str:
    """A share that is in per cent already, never rounded up to 100, which is all."""
    return f"{value:.{apart([value], 100, least)}f} %"


def small(value: float) -> str:
    """A p or q, which may be tiny."""
    if value == 0:
        return "< 1e-300"
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"


def missing(value: float | None) -> bool:
    """Whether there is no number: None, NaN or pandas' NA."""
    try:
        return value is None or math.isnan(value)
    except TypeError:
        return True


def signed(value: float | None, digits: int = 1) -> str:
    """A number with its sign, never a negative zero."""
    if value is None or missing(value):
        return "–"
    return minus(f"{round(value, digits) + 0.0:+.{digits}f}")


def many(count: int, thing: str) -> str:
    """``1 image``, ``2 images``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def of(part: int, whole: int) -> str:
    """A share with its denominator: ``10 of 12 (83 %)``."""
    return f"{part:,} of {whole:,} ({percent(part / whole)})" if whole else "0 of 0"


def ordinal(n: int) -> str:
    """``1st``, ``2nd``, ``11th``."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{n:,}{'th' if 10 < n % 100 < 14 else ends.get(n % 10, 'th')}"


def metric(
    label: str,
    value: str,
    *,
    floor: str | None = None,
    meaning: str | None = None,
    height: Literal["content", "stretch"] = "stretch",
    dim: bool = False,
) -> None:
    """A number in a card; its floor and denominator stand under it, its meaning in the help.

    ``dim`` greys it out: a number that is not to be relied on.
    """
    st.metric(
        f":gray[{label}]" if dim else label,
        f":gray[{value}]" if dim else value,
        delta=floor,
        delta_color="off",
        delta_arrow="off",
        help=MEANING[meaning] if meaning else None,
        border=True,
        height=height,
    )


def explain(terms: Sequence[tuple[str, str]]) -> None:
    """What the columns or bars above are: pairs of a name shown and its key in MEANING."""
    with st.expander("What these numbers mean", icon=":material/help:"):
        st.markdown("\n".join(f"- **{name}**: {MEANING[key]}" for name, key in terms))


def table(rows: Sequence[tuple[str, str, str]]) -> None:
    """Numbers line by line, each with its meaning: name, value shown, key in MEANING."""
    st.table(
        {
            "": [name for name, _, _ in rows],
            "value": [value for _, value, _ in rows],
            "what it is": [MEANING[key] for _, _, key in rows],
        },
        border="horizontal",
        hide_index=True,
    )


def facts(rows: Sequence[tuple[str, object]]) -> None:
    """Names and values, line by line, shown literally."""
    st.dataframe(
        {"what": [plain(name) for name, _ in rows], "": [plain(value, 400) for _, value in rows]},
        hide_index=True,
        height="content",
        column_config={"": st.column_config.TextColumn(width="large")},
        alt="Facts",
    )
