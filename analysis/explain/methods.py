"""The three methods behind one call: decisions in, texts with their scores and claims out."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from analysis.errors import TextError
from analysis.explain.claims import split
from analysis.explain.config import FastConfig, NleConfig
from analysis.explain.grounds import Decision, Grounds
from analysis.explain.language_model import LanguageModel
from analysis.explain.meaning.pipeline import CITED, Maps, explain_by_pipeline
from analysis.explain.said import Method, Said
from analysis.explain.texter.texter import Texter, TexterConfig
from analysis.explain.zero_shot import Explanation
from analysis.threads import half_the_threads, torch_threads

METHODS: tuple[Method, ...] = ("zero-shot", "texter", "pipeline")
OPENING = "because it shows "

MapsOf = Callable[[int], Maps | None]
"""Where the told units fire on decision number i; None where that is not known."""
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
    """

    faithful: bool = False
    filter_words: bool = True
    seed: int = 0


def tell(
    method: Method,
    grounds: Grounds,
    decisions: Sequence[Decision],
    settings: Settings,
    *,
    language_model: LanguageModel | None = None,
    maps: MapsOf = lambda _: None,
    advance: Advance = lambda _: None,
) -> list[Told]:
    """Say in words what every decision rests on.

    Args:
        language_model: needed by zero-shot; unused by the others.
        advance: told the number of decisions done since.

    Raises:
        TextError: zero-shot without a language model.
        InputError: no concept of the audit may be said of a class (TEXTER).
    """
    if method == "zero-shot":
        if language_model is None:
            raise TextError(
                "zero-shot explanations are written by a language model: give --language-model"
            )
        return _zero_shot(grounds, decisions, settings, language_model, advance)
    one = _texter(grounds, settings) if method == "texter" else _pipeline(grounds, settings, maps)
    told = []
    for number, decision in enumerate(decisions):
        started = time.perf_counter()
        said, words, config = one(number, decision)
        told.append(Told(said, words, None, (), config, time.perf_counter() - started))
        advance(1)
    return told


def said_of(explanation: Explanation) -> Said:
    """A free sentence with the claims it is split into."""
    text = OPENING + explanation.text
    return Said("zero-shot", text, split(text))


_One = Callable[[int, Decision], tuple[Said, str, Mapping[str, Any]]]


def _zero_shot(
    grounds: Grounds,
    decisions: Sequence[Decision],
    settings: Settings,
    lm: LanguageModel,
    advance: Advance,
) -> list[Told]:
    features = [decision.feature - grounds.mean for decision in decisions]
    with torch_threads(half_the_threads()):
        if settings.faithful:
            config = NleConfig(filter_words=settings.filter_words)
            found = _faithful(features, grounds, lm, config, settings.seed, advance)
        else:
            config = FastConfig(filter_words=settings.filter_words)
            found = _fast(features, grounds, lm, config, advance)
    return [
        Told(
            said=said_of(explanation),
            words=explanation.text,
            fluency=explanation.fluency,
            candidates=tuple(
                {"text": c.text, "score": c.score, "fluency": c.fluency}
                for c in explanation.candidates
            ),
            config={"mode": "faithful" if settings.faithful else "fast", **asdict(config)},
            seconds=explanation.seconds,
        )
        for explanation in found
    ]


def _faithful(
    features: Sequence[Float[np.ndarray, " features"]],
    grounds: Grounds,
    lm: LanguageModel,
    config: NleConfig,
    seed: int,
    advance: Advance,
) -> list[Explanation]:
    from analysis.explain.zero_shot import explain

    found = []
    for feature in features:
        found.append(explain(feature, grounds.text_direction, lm, config, seed=seed))
        advance(1)
    return found


def _fast(
    features: Sequence[Float[np.ndarray, " features"]],
    grounds: Grounds,
    lm: LanguageModel,
    config: FastConfig,
    advance: Advance,
) -> list[Explanation]:
    from analysis.explain.fast import FastSearch

    search, found = FastSearch(grounds.text_direction, lm, config), []
    for start in range(0, len(features), config.at_once):
        some = np.stack(features[start : start + config.at_once])
        found += search.explain(some)
        advance(len(some))
    return found


def _texter(grounds: Grounds, settings: Settings) -> _One:
    config = TexterConfig(filter_words=settings.filter_words)
    texter = Texter(grounds, config, seed=settings.seed)

    def one(_: int, decision: Decision) -> tuple[Said, str, Mapping[str, Any]]:
        said = texter(decision)
        return said, said.text.removeprefix(OPENING), asdict(config)

    return one


def _pipeline(grounds: Grounds, settings: Settings, maps: MapsOf) -> _One:
    def one(number: int, decision: Decision) -> tuple[Said, str, Mapping[str, Any]]:
        said = explain_by_pipeline(
            grounds,
            decision,
            maps(number),
            filter_words=settings.filter_words,
            seed=settings.seed,
        )
        named = [p.meaning for p in said.phrases if p.meaning and not p.against]
        return said, ", ".join(named), {"count": CITED, "filter_words": settings.filter_words}

    return one
