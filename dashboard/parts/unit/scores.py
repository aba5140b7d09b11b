"""The scores of a unit's first label, with floors; a metric that fails its check is grey."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.parts import numbers
from dashboard.parts.unit import label_checks
from db.queries import overview
from db.queries.units import UnitInfo

_WIDTHS = [10, 6, 6, 6, 6, 7]  # of Pearson, which brings most along, AUPRC, F1, AUC, and the rest


def scores(info: UnitInfo, labels: pd.DataFrame) -> None:
    """Pearson with its interval and floor, AUPRC, F1, AUC, and how the unit is active."""
    best = next(iter(labels.to_dict("records")), None)
    scored = best is not None and not numbers.missing(best["pearson"])
    *places, density, largest = st.columns(_WIDTHS if scored else 3, gap="small")
    if best is not None and scored:
        _of_label(best, places)
    else:
        with places[0]:
            numbers.metric("label's Pearson", "–", floor="no image to score on", meaning="pearson")
    with density:
        numbers.metric(
            "density", numbers.percent(info.density, 1), floor="of images", meaning="density"
        )
    with largest:
        numbers.metric(
            "strongest",
            numbers.number(info.max_activation),
            floor=f"mean {numbers.number(info.mean_activation)}",
            meaning="activation",
        )


def _of_label(best: dict[Any, Any], places: list[Any]) -> None:
    failed = label_checks.failed(label_checks.checks(data.ask(overview.measures)))
    for place, key in zip(places, label_checks.METRICS, strict=True):
        words = _interval(best) if key == "pearson" else "held out"
        name = label_checks.METRICS[key]
        with place:
            numbers.metric(
                f"label's {name}" if key == "pearson" else name,
                numbers.number(best[key]),
                floor="fails its check" if key in failed else words,
                meaning=key,
                dim=key in failed,
            )


def _interval(best: dict[Any, Any]) -> str:
    """The floor, after the interval where one was made; in a card there is room for few words."""
    floor = numbers.number(best["floor_pearson"])
    low, high = best["pearson_low"], best["pearson_high"]
    if numbers.missing(low) or numbers.missing(high):
        return f"random labels reach {floor}"
    return f"{low:.2f} to {high:.2f}, floor {floor}"
