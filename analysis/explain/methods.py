"""The three methods behind one call: decisions in, texts with their scores and claims out."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import TextError
from analysis.explain.claims import split
from analysis.explain.config import FastConfig, NleConfig
from analysis.explain.grounds import Decision, Grounds
from analysis.explain.language_model import LanguageModel
from analysis.explain.meaning.pipeline import CITED, Maps, explain_by_pipeline
from analysis.explain.said import OPENING, Method, Said
from analysis.explain.texter.joint import JointSpace
from analysis.explain.texter.texter import Texter, TexterConfig
from analysis.explain.texter.visualiser import Visualiser
from analysis.explain.unasked import has_unasked
from analysis.explain.zero_shot import Explanation
from analysis.threads import half_the_threads, torch_threads

METHODS: tuple[Method, ...] = ("zero-shot", "texter", "pipeline")

MapsOf = Callable[[int], Maps | None]
"""Where the told units fire on decision number i; None where that is not known."""
FitOf = Callable[[int, Sequence[str]], np.ndarray | None]
Advance = Callable[[int], object]


@dataclass(frozen=True)
class Told:
    """What a method said of one decision.

    Attributes:
        words: what the text says of the image, as the text map is given it for the score: the
            sentence, or the names of the units joined by commas.
        fluency: mean log-probability of a token under the bare language model; None without one.
        candidates: sentences that lost, as rows.
        config: constants of the method, as rows.
    """

    said: Said
    words: str
    fluency: float | None
    candidates: tuple[dict[str, Any], ...]
    config: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True)
class Settings:
    """How explanations are made.

    Attributes:
        faithful: the paper's own search in place of the fast mode; minutes an image.
        filter_words: leave out words that no auditor is shown unasked.
        written_by_model: the pipeline's text by the language model, within its meaning and checked
            against it, in place of the rules.
    """

    faithful: bool = False
    filter_words: bool = True
    written_by_model: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Tools:
    """What some methods need or can use.

    Attributes:
        language_model: writes zero-shot sentences.
        joint: space in which TEXTER retrieves; None takes the text map's.
        visualiser: makes TEXTER's concept images; None goes without.
        fit: how well texts fit the picture of decision i by an outside judge (the paper's
            CLIP-score), None where there is no picture; it then selects among the sentences found.
        maps: where the told units fire.
    """

    language_model: LanguageModel | None = None
    joint: JointSpace | None = None
    visualiser: Visualiser | None = None
    fit: FitOf | None = None
    maps: MapsOf = lambda _: None


def tell(
    method: Method,
    grounds: Grounds,
    decisions: Sequence[Decision],
    settings: Settings,
    tools: Tools = Tools(),
    *,
    advance: Advance = lambda _: None,
) -> Iterator[Told]:
    """Say in words what every decision rests on, one after the other.

    What does not depend on the decision is computed once, before the first.

    Args:
        advance: told the number of decisions done since.

    Raises:
        TextError: a language model is needed and not given.
        InputError: no concept of the audit may be said of a class (TEXTER).
    """
    if method == "zero-shot":
        yield from _zero_shot(grounds, decisions, settings, tools, advance)
        return
    make = _texter if method == "texter" else _pipeline
    one = make(grounds, settings, tools)
    for number, decision in enumerate(decisions):
        started = time.perf_counter()
        said, words, config = one(number, decision)
        advance(1)
        yield Told(said, words, None, (), config, time.perf_counter() - started)


def said_of(explanation: Explanation) -> Said:
    """A free sentence with the claims it is split into."""
    text = OPENING + explanation.text
    return Said("zero-shot", text, split(text))


_OF_CANDIDATES = ("text", "raw", "score", "fluency")
_One = Callable[[int, Decision], tuple[Said, str, Mapping[str, Any]]]


def _zero_shot(
    grounds: Grounds,
    decisions: Sequence[Decision],
    settings: Settings,
    tools: Tools,
    advance: Advance,
) -> Iterator[Told]:
    lm = _needed(tools.language_model)
    features = [decision.feature - grounds.mean for decision in decisions]
    if settings.faithful:
        config = NleConfig(filter_words=settings.filter_words)
        found = _faithful(features, grounds, lm, config, settings.seed, advance)
    else:
        config = FastConfig(filter_words=settings.filter_words)
        found = _fast(features, grounds, lm, config, advance)
    constants = {"mode": "faithful" if settings.faithful else "fast", **asdict(config)}
    for number, explanation in enumerate(found):
        yield _sentence(explanation, constants, tools.fit, number)


def _sentence(
    explanation: Explanation, constants: Mapping[str, Any], fit: FitOf | None, number: int
) -> Told:
    """The sentence that the search chose, or, of those it found and that may be shown, the one
    that fits best by an outside judge."""
    filtered = bool(constants["filter_words"])
    shown = [c for c in explanation.candidates if not (filtered and has_unasked(c.text))]
    fits = fit(number, [c.text for c in shown]) if fit is not None and shown else None
    if fits is not None:
        best = shown[int(fits.argmax())]
        explanation = replace(explanation, **{n: getattr(best, n) for n in _OF_CANDIDATES})
    return Told(
        said=said_of(explanation),
        words=explanation.text,
        fluency=explanation.fluency,
        candidates=tuple({"text": c.text, "score": c.score, "fluency": c.fluency} for c in shown),
        config={**constants, "selection": "cosine" if fits is None else "CLIP-score"},
        seconds=explanation.seconds,
    )


def _needed(lm: LanguageModel | None) -> LanguageModel:
    if lm is None:
        raise TextError("these explanations are written by a language model: give --language-model")
    return lm


def _faithful(
    features: Sequence[Float[np.ndarray, " features"]],
    grounds: Grounds,
    lm: LanguageModel,
    config: NleConfig,
    seed: int,
    advance: Advance,
) -> Iterator[Explanation]:
    from analysis.explain.zero_shot import explain

    for feature in features:
        with torch_threads(half_the_threads()):
            found = explain(feature, grounds.text_direction, lm, config, seed=seed)
        advance(1)
        yield found


def _fast(
    features: Sequence[Float[np.ndarray, " features"]],
    grounds: Grounds,
    lm: LanguageModel,
    config: FastConfig,
    advance: Advance,
) -> Iterator[Explanation]:
    from analysis.explain.fast import FastSearch

    search = FastSearch(grounds.text_direction, lm, config)
    for start in range(0, len(features), config.at_once):
        some = np.stack(features[start : start + config.at_once])
        with torch_threads(half_the_threads()):
            found = search.explain(some)
        advance(len(some))
        yield from found


def _texter(grounds: Grounds, settings: Settings, tools: Tools) -> _One:
    config = TexterConfig(filter_words=settings.filter_words)
    texter = Texter(
        grounds, config, seed=settings.seed, joint=tools.joint, visualiser=tools.visualiser
    )

    def one(_: int, decision: Decision) -> tuple[Said, str, Mapping[str, Any]]:
        said = texter(decision)
        return said, said.text.removeprefix(OPENING), asdict(config)

    return one


def _pipeline(grounds: Grounds, settings: Settings, tools: Tools) -> _One:
    config = {"count": CITED, "filter_words": settings.filter_words}
    writer = _needed(tools.language_model) if settings.written_by_model else None

    def one(number: int, decision: Decision) -> tuple[Said, str, Mapping[str, Any]]:
        said = explain_by_pipeline(
            grounds,
            decision,
            tools.maps(number),
            filter_words=settings.filter_words,
            language_model=writer,
            seed=settings.seed,
        )
        named = [p.meaning for p in said.phrases if p.meaning and not p.against]
        return said, ", ".join(named), config

    return one
