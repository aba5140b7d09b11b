"""What a finding's evidence says, in words: a sentence for every line, with all its numbers.

Plain strings without any markup, as in ``analysis.wording``; the lines themselves are made in
``analysis.shortcuts``. Names stand in the sentences as they are given: escape the whole sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from analysis.shortcuts.verdict import LARGEST_Q, LEAST_SHARE, NEEDED
from analysis.wording import one_line

if TYPE_CHECKING:
    from db.queries.evidence import EvidenceLine

Unit = Literal["deviations", "logit", "share"]


@dataclass(frozen=True)
class LineWords:
    """What a line is called, what it measures and when it holds, and in what its value is."""

    name: str
    meaning: str
    unit: Unit


EVIDENCE: Final[dict[str, LineWords]] = {
    "association": LineWords(
        "Held beyond the name",
        "How far the class stands out among all others by this concept, from all sides together, "
        f"in standard deviations. Holds at q {LARGEST_Q:g} or below. Control: the class's other "
        "concepts.",
        "deviations",
    ),
    "named": LineWords(
        "Latents called so",
        "Share of what carries the class's logit that is carried by latents which respond to the "
        f"concept on the images of other classes. Holds from {100 * LEAST_SHARE:.0f} % on. "
        "Control: as many of the latents that carry the class, whatever they are called.",
        "share",
    ),
    "masking": LineWords(
        "Those latents masked",
        "Fall of the class's logit on its own images when those latents are masked. Control: as "
        "much activation of other latents, drawn at random. Holds where the whole interval lies "
        "above zero and above the control's mean.",
        "logit",
    ),
    "drawn": LineWords(
        "Other classes drawn in",
        "How much higher the class's logit is on images of other classes that show the concept "
        "than on images of the same classes that do not. Control: other latents that are active "
        "about as often. Holds where it is beyond 95 % of the controls and its interval above "
        "zero.",
        "logit",
    ),
    "accuracy": LineWords(
        "Accuracy, latents masked",
        "Fall of the class's accuracy on its own images when those latents are masked. Control "
        "and rule as for the logit.",
        "share",
    ),
    "projecting": LineWords(
        "Its direction taken out",
        "Fall of the class's logit on its own images when the concept's direction is projected "
        "out of the features. Control: random directions. Holds where the whole interval lies "
        "above zero and above the control's mean.",
        "logit",
    ),
    "lost": LineWords(
        "Lost without it",
        "How much lower the margin over the best other class is on images of the class that lack "
        "the concept than on those that show it. Control: other latents that are active on some of "
        "the class's images only. Holds where the interval lies above zero and the control's mean.",
        "logit",
    ),
    "erasing": LineWords(
        "Its region erased",
        "Fall of the margin over the best other class when the hottest quarter of the image is "
        "erased. Control: as large a region elsewhere in the same image. Holds where the paired "
        "difference to the control lies above zero.",
        "logit",
    ),
}
"""The lines of a card in the order in which they are read: first the four a verdict asks for."""


def claim(*, class_name: str, concept: str, name_implied: bool) -> str:
    """What a finding says of the classifier, in one sentence."""
    if name_implied:
        return f"The classifier holds {concept} of {class_name}, as the name implies."
    return f"The classifier decides for {class_name} by {concept}, which the name does not imply."


def missing(lines: Mapping[str, EvidenceLine]) -> str:
    """Which of the lines that make a finding supported do not hold; empty where all do, or where
    nothing was tested."""
    if not lines:
        return ""
    failed = [name for name in NEEDED if name in lines and lines[name].holds is False]
    untested = [name for name in NEEDED if name not in lines or lines[name].holds is None]
    said = []
    if failed:
        said.append(f"does not hold: {_names(failed)}")
    if untested:
        said.append(f"could not be tested: {_names(untested)}")
    return f"Of the four that make a finding supported, {'; '.join(said)}." if said else ""


def evidence_sentence(line: EvidenceLine, *, class_name: str, concept: str) -> str:
    """A line of ``EVIDENCE`` with its numbers: value, 95 % interval, control, n; or why it could
    not be tested."""
    if line.value is None:
        why = line.detail.get("why") or "the audit does not say why"
        return f"Not tested: {one_line(why, 200)}."
    return _SENTENCES[line.line](line, class_name, concept)


def _association(line: EvidenceLine, class_name: str, concept: str) -> str:
    q = line.detail.get("q")
    chance = "" if q is None else f" (q {q:.2g})"
    return (
        f"{class_name} holds {concept} beyond what its name explains, by {_value(line, 1)} "
        f"standard deviations{chance}; its other concepts by {_control(line, 1)}. "
        f"{line.n:,} pairs were judged."
    )


def _named(line: EvidenceLine, class_name: str, concept: str) -> str:
    latents = line.detail.get("latents", [])
    carriers = f"{line.detail.get('carriers', 0):,} latents that carry most of {class_name}"
    if not latents:
        return f"None of the {carriers} is called {concept} on the images of other classes."
    count = len(latents)
    verb = "is" if count == 1 else "are"
    between = "" if line.low is None else f" ({_percent(line.low)} to {_percent(line.high)})"
    return (
        f"{count} of the {carriers} {verb} called {concept} on the images of other classes, and "
        f"{'carries' if count == 1 else 'carry'} {_percent(line.value)}{between} of its logit; "
        f"{'one' if count == 1 else f'any {count}'} of them would on average carry "
        f"{_percent(line.control)}."
    )


def _masking(line: EvidenceLine, class_name: str, concept: str) -> str:
    return (
        f"Masking the latents called {concept} lowers the logit of {class_name} by "
        f"{_value(line)} on its {_images(line.n)}; masking as much of other latents by "
        f"{_control(line)}."
    )


def _drawn(line: EvidenceLine, class_name: str, concept: str) -> str:
    other = "no other latent is active as often, so there is no control"
    if line.control is not None:
        other = f"by other latents that are active as often it is {_control(line)}"
    return (
        f"On {_images(line.n)} of other classes that show {concept} the logit of {class_name} is "
        f"higher by {_value(line)} than on images of the same classes that do not; {other}."
    )


def _accuracy(line: EvidenceLine, class_name: str, concept: str) -> str:
    before, after = line.detail.get("before"), line.detail.get("after")
    return (
        f"With the latents called {concept} masked, the accuracy of {class_name} goes from "
        f"{_percent(before)} to {_percent(after)} on its {_images(line.n)}: it falls by "
        f"{_value(line, 0, 100.0)} points; with as much of other latents masked by "
        f"{_control(line, 0, 100.0)}."
    )


def _projecting(line: EvidenceLine, class_name: str, concept: str) -> str:
    return (
        f"Taking the direction of {concept} out of the features lowers the logit of "
        f"{class_name} by {_value(line)} on its {_images(line.n)}; a random direction by "
        f"{_control(line)}."
    )


def _lost(line: EvidenceLine, class_name: str, concept: str) -> str:
    of = line.detail
    return (
        f"On images of {class_name} without {concept} the margin over the best other class is "
        f"lower by {_value(line)}: {_percent(of.get('accuracy_without'))} of "
        f"{of.get('without', 0)} are right, against {_percent(of.get('accuracy_with'))} of "
        f"{of.get('with', 0)} that show it; other latents divide its images by {_control(line)}."
    )


def _erasing(line: EvidenceLine, class_name: str, concept: str) -> str:
    return (
        f"Erasing where {concept} is lowers the margin of {class_name} over the best other class "
        f"by {_value(line)} on {_images(line.n)}; erasing as much elsewhere by {_control(line)}."
    )


_SENTENCES: Final[dict[str, Callable[[Any, str, str], str]]] = {
    "association": _association,
    "named": _named,
    "masking": _masking,
    "drawn": _drawn,
    "accuracy": _accuracy,
    "projecting": _projecting,
    "lost": _lost,
    "erasing": _erasing,
}


def _names(lines: list[str]) -> str:
    return ", ".join(f"“{EVIDENCE[name].name}”" for name in lines)


def _value(line: EvidenceLine, digits: int = 2, scale: float = 1.0) -> str:
    """With its interval; below zero where it went the other way."""
    value = _signed(line.value, digits, scale)
    if line.low is None or line.high is None:
        return value
    return f"{value} ({_signed(line.low, digits, scale)} to {_signed(line.high, digits, scale)})"


def _control(line: EvidenceLine, digits: int = 2, scale: float = 1.0) -> str:
    """With the interval in which 95 % of its draws lie."""
    value, low, high = line.control, line.control_low, line.control_high
    if low is None or high is None:
        return _signed(value, digits, scale)
    between = f"{_signed(low, digits, scale)} and {_signed(high, digits, scale)}"
    return f"{_signed(value, digits, scale)} (95 % between {between})"


def _signed(value: float | None, digits: int = 2, scale: float = 1.0) -> str:
    """With a minus where it is below zero, never a negative zero."""
    if value is None:
        return "–"
    return f"{round(scale * value, digits) + 0.0:.{digits}f}".replace("-", "−")


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.0f} %"


def _images(n: int) -> str:
    return f"{n:,} image{'' if n == 1 else 's'}"
