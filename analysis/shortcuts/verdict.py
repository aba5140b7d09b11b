"""Verdicts by stated rules, so that everyone can see what a finding is called and why."""

from collections.abc import Mapping
from typing import Literal

from analysis.shortcuts.lines import Line

Verdict = Literal["candidate", "supported", "correlational", "refuted", "insufficient"]

LARGEST_Q = 0.05
"""Pairs above this q are not put to tests."""
NEEDED = ("association", "named", "masking", "drawn")
"""A finding is supported when all of these hold."""
LEAST_SHARE = 0.02
"""Of the class's logit, that latents called by the concept must carry."""


def verdict(lines: Mapping[str, Line]) -> Verdict:
    """What the lines of a tested finding add up to.

    - **supported**: the class holds it beyond its name (q <= .05); latents that are called so on
      *other* classes' images carry the class's logit; masking them lowers it more than masking
      others does; and images of other classes on which they are active are drawn to the class.
    - **refuted**: a test was made, and neither masking, nor projecting the direction out, nor the
      images of other classes show any effect beyond zero.
    - **insufficient**: there are too few images, or no latents, to test it.
    - **correlational**: all else. The class and the word go together, and no more is shown.
    """
    if all(lines[name].holds for name in NEEDED):
        return "supported"
    tested = [lines[name] for name in ("masking", "projecting", "drawn") if _measured(lines[name])]
    if not tested:
        return "insufficient"
    if all(line.high is not None and line.high <= 0 for line in tested):
        return "refuted"
    return "correlational"


def _measured(line: Line) -> bool:
    return line.value is not None
