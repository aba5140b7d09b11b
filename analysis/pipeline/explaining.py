"""Decisions of an audit explained and tested, ready for the store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from analysis.errors import InputError
from analysis.explain.grounds import Decision, Grounds, UnitKind
from analysis.explain.language_model import LanguageModel, load_language_model
from analysis.explain.ledger import Curve, Examiner, Ledger
from analysis.explain.meaning.pipeline import Maps, told_units
from analysis.explain.meaning.regions import unit_maps
from analysis.explain.methods import Settings, Told, Tools, tell
from analysis.explain.said import Method
from analysis.explain.scoring import Scorer, TextDirection
from analysis.explain.texter.clip_space import Clip, ClipSpace, clip_space, load_clip
from analysis.explain.texter.visualiser import Visualiser
from analysis.explanation_wording import JUDGED
from analysis.images.decode import decode, quiet_pillow, whole_picture
from analysis.pipeline.explained import grounds_of, known_decision
from analysis.pipeline.pictures import Pictures
from analysis.pipeline.runner import Context
from analysis.pipeline.shared import classifier, encoder, images_root
from analysis.pipeline.stages.heatmaps import readouts_of
from analysis.pipeline.stages.images import positions
from analysis.textmap.saved import unpack
from db.queries.explanations import stored_words
from db.queries.frame import kept_maps
from db.queries.images import image_paths
from db.queries.units import unit_ids

SPECTRUM = 48
"""Images of the audit whose amplitudes concept images take."""


@dataclass(frozen=True)
class Subject:
    """What is explained.

    Attributes:
        image: number of an image of the audit, None where there is none.
        file: of an image that is new to the audit; with neither it is a class as a whole.
    """

    decision: Decision
    image: int | None = None
    file: Path | None = None


@dataclass(frozen=True)
class Explained:
    """One subject by one method, tested.

    Attributes:
        score: cos(f, û(words)); ``floor`` the 95th percentile of what others' words reach there.
        judge_score: the same by the map ``judge``, which did not steer the search.
    """

    method: Method
    subject: Subject
    told: Told
    ledger: Ledger
    score: float | None
    floor: float | None
    judge_score: float | None
    judge_floor: float | None


class Explainer:
    """Explains decisions of one audit; what they share is read once."""

    def __init__(
        self,
        context: Context,
        settings: Settings,
        *,
        kind: UnitKind = "latent",
        language_model: str | None = None,
        clip: str | None = None,
        concept_image: bool = False,
    ) -> None:
        """Read an audit.

        Args:
            kind: of the units that claims are tied to.
            language_model: another one than the audit's.
            clip: directory or id of a CLIP, TEXTER's joint space and the judge of sentences.
            concept_image: whether TEXTER goes through a picture made to show the feature.
        """
        self._context, self._settings, self.seed = context, settings, settings.seed
        self._clip_name, self._concept_image = clip, concept_image
        self._lm_name = language_model or str(context.config.language_model)
        kept = kept_maps(context.store.engine)
        self.text_map, self.judge = kept[0], next(iter(kept[1:]), None)
        self.grounds: Grounds = grounds_of(context.store, encoder(context), kind=kind)
        self._examiner = Examiner(self.grounds, seed=settings.seed)

    @cached_property
    def language_model(self) -> LanguageModel:
        """Loaded when first needed.

        Raises:
            TextError: it cannot be had.
        """
        return load_language_model(self._lm_name, device=self._context.config.device)

    def image(self, number: int) -> Subject:
        """An image of the audit."""
        return Subject(known_decision(self.grounds, number), image=number)

    def located(self, image: Path) -> Subject:
        """An image of the audit, by its path below the audit's folder or by its file; or a new one.

        Raises:
            InputError: there is neither such an image nor such a file, or it cannot be read.
        """
        root = self._context.config.images
        known = {path: number for number, path in self.paths.items()}
        told = image.as_posix()
        if told not in known and not image.is_file():
            raise InputError(f"there is no image {image}: give a file, or its path in the audit")
        if told not in known and root and image.resolve().is_relative_to(root.resolve()):
            told = image.resolve().relative_to(root.resolve()).as_posix()
        return self.image(known[told]) if told in known else self._new_image(image)

    @cached_property
    def paths(self) -> dict[int, str]:
        """Of the audit's images, below its folder."""
        return image_paths(self._context.store.engine)

    @cached_property
    def _pictures(self) -> Pictures:
        return Pictures.of(self._context)

    def _new_image(self, file: Path) -> Subject:
        prepared = self._pictures.prepared([self._decoded(file)])
        feature = classifier(self._context).features(prepared)[0].cpu().numpy()
        return Subject(self.grounds.decision_on(feature), file=file)

    def whole_class(self, class_id: int) -> Subject:
        """A class as its weights have it, without an image."""
        return Subject(self.grounds.typical_of(class_id))

    def explain(
        self, method: Method, subjects: Sequence[Subject], *, at_once: int
    ) -> Iterator[list[Explained]]:
        """By one method, with a bar; so many at a time, so that they may be stored before the next.

        What is told at once, or stored before, is the floor of each other.

        Raises:
            TextError: the method needs a language model, which cannot be had.
        """
        tools = self._tools(method, subjects)
        with self._context.progress.task(f"Explaining ({method})", len(subjects)) as advance:
            decisions = [subject.decision for subject in subjects]
            told = tell(method, self.grounds, decisions, self._settings, tools, advance=advance)
            said = zip(subjects, told, strict=True)
            while some := list(islice(said, at_once)):
                yield self._tested(method, some)

    def _tested(self, method: Method, said: Sequence[tuple[Subject, Told]]) -> list[Explained]:
        beside = self.beside(method, [one.words for _, one in said])
        scorer = Scorer.of(beside, self.grounds.text_direction)
        judge = None if self.judge is None else Scorer.of(beside, self._judging)
        return [self._explained(method, subject, one, scorer, judge) for subject, one in said]

    def beside(self, method: Method, words: Sequence[str]) -> list[str]:
        """What was said now and what is stored by a method: a floor's sentences."""
        return [*words, *stored_words(self._context.store.engine, method)]

    def writes(self, method: Method) -> bool:
        """Whether a method's text is the language model's."""
        return method == "zero-shot" or (method == "pipeline" and self._settings.written_by_model)

    def _tools(self, method: Method, subjects: Sequence[Subject]) -> Tools:
        texter = method == "texter"
        clip = self._clip is not None
        return Tools(
            language_model=self.language_model if self.writes(method) else None,
            joint=self._clip_space if texter and clip else None,
            visualiser=self._visualiser if texter and self._concept_image else None,
            fit=(lambda i, texts: self._fit(subjects[i], texts)) if clip else None,
            maps=lambda number: self._maps(subjects[number]),
        )

    @cached_property
    def _clip(self) -> Clip | None:
        name = self._clip_name
        return None if name is None else load_clip(name, device=self._context.config.device)

    @cached_property
    def _clip_space(self) -> ClipSpace:
        assert self._clip is not None
        return clip_space(self.grounds, self._clip, list(self._opened()))

    def _opened(self) -> Iterator[Image.Image]:
        """The audit's images, whole; InputError where one is gone."""
        root = images_root(self._context)
        with self._context.progress.task("Showing images to CLIP", len(self.paths)) as advance:
            for number in range(len(self.paths)):
                yield whole_picture(root / self.paths[number])
                advance(1)

    def _fit(self, subject: Subject, texts: Sequence[str]) -> np.ndarray | None:
        """CLIP-scores of texts with the subject's picture; None of a class as a whole."""
        file = subject.file
        if subject.image is not None:
            file = images_root(self._context) / self.paths[subject.image]
        if file is None or self._clip is None:
            return None
        return self._clip.texts(texts) @ self._clip.images([whole_picture(file)])[0]

    @cached_property
    def _visualiser(self) -> Visualiser:
        from analysis.explain.texter.concept_image import FourierVisualiser

        shown = [self._pictures.pixels(i) for i in range(min(SPECTRUM, len(self.paths)))]
        there = [pixels for pixels in shown if pixels is not None]
        natural = np.stack(there) if there else None
        return FourierVisualiser.of(classifier(self._context), natural)

    def _explained(
        self, method: Method, subject: Subject, told: Told, scorer: Scorer, judge: Scorer | None
    ) -> Explained:
        feature = subject.decision.feature - self.grounds.mean
        own = scorer(feature, told.words)
        judged = (None, None) if judge is None else judge(feature, told.words)
        ledger = self._examiner.examine(told.said, subject.decision)
        return Explained(method, subject, told, ledger, *own, *judged)

    @cached_property
    def _judging(self) -> TextDirection:
        read = unpack(
            str(self.judge), np.asarray(self._context.store.array(f"text_map.{self.judge}"))
        )
        text_encoder = encoder(self._context)
        return lambda texts: read(text_encoder.encode(texts))

    def _maps(self, subject: Subject) -> Maps | None:
        """Where the told units fire, as far as maps are exact: patch tokens of a transformer are
        too noisy to be put into words."""
        where = positions(self._context)
        if where is None or where.kind != "mean":
            return None
        pixels = self._pixels(subject)
        if pixels is None:
            return None
        read = readouts_of(self._context, where)[self.grounds.units.kind]
        at = where.of(self._pictures.prepared([pixels]))[0].float().cpu().numpy()
        return unit_maps(at, read, told_units(self.grounds, subject.decision))

    def _pixels(self, subject: Subject) -> np.ndarray | None:
        if subject.image is not None:
            return self._pictures.pixels(subject.image)
        return None if subject.file is None else self._decoded(subject.file)

    def _decoded(self, file: Path) -> np.ndarray:
        with quiet_pillow():
            return decode(file, classifier(self._context).preprocessing).pixels.copy()


def explanation_rows(
    explainer: Explainer, explained: Sequence[Explained], *, context: Context, first_id: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of explanations of known images and of classes, of their claims and of their units."""
    ids = unit_ids(context.store.engine, explainer.grounds.units.kind)
    texts, claims, units = [], [], []
    for number, one in enumerate(explained, start=first_id):
        texts.append({"id": number, **record(explainer, one)})
        for place, claim in enumerate(one.ledger.claims, start=1):
            key = {"explanation_id": number, "number": place}
            claims.append(key | claim_record(one, place - 1))
            units += [
                key
                | {
                    "unit_id": ids[unit],
                    "rank": rank,
                    "activation": float(one.subject.decision.activations[unit]),
                    "contribution": contribution,
                }
                for rank, (unit, contribution) in enumerate(
                    zip(claim.units, claim.contributions, strict=True), start=1
                )
            ]
    return texts, claims, units


def record(explainer: Explainer, one: Explained) -> dict[str, Any]:
    """Columns of an explanation, but its id."""
    lm = explainer.language_model if explainer.writes(one.method) else None
    return {
        "subject": "class" if one.subject.image is None and one.subject.file is None else "image",
        "image_id": one.subject.image,
        "class_id": one.subject.decision.class_id,
        "method": one.method,
        "text": one.told.said.text,
        "score": one.score,
        "floor": one.floor,
        "fluency": one.told.fluency,
        "language_model": None if lm is None else lm.known_as,
        "text_map": explainer.text_map,
        "config": dict(one.told.config),
        "candidates": list(one.told.candidates),
        "seconds": one.told.seconds,
        "unit_kind": explainer.grounds.units.kind,
        "judge": None if explainer.judge is None else f"text map {explainer.judge}",
        "judge_score": one.judge_score,
        "judge_floor": one.judge_floor,
        "seed": explainer.seed,
        "details": {"words": one.told.words, **one.told.said.details},
        "ledger": ledger_record(one.ledger),
    }


def claim_record(one: Explained, place: int) -> dict[str, Any]:
    """Columns of a claim, but its keys."""
    claim, text = one.ledger.claims[place], one.told.said.text
    told = asdict(claim)
    seen = told.pop("seen") or {"presence": None, "slope": None, "projection": None}
    for name in ("phrase", "units", "contributions", *JUDGED):
        told.pop(name)
    phrase = claim.phrase
    return {
        "text": text[phrase.start : phrase.end],
        "start": phrase.start,
        "end": phrase.end,
        "meaning": phrase.meaning,
        **told,
        **seen,
    }


def ledger_record(ledger: Ledger) -> dict[str, Any]:
    """What all claims together come to, ready for JSON."""
    told: dict[str, Any] = {
        "probability": ledger.probability,
        "logit": ledger.logit,
        "share": ledger.share,
        "claims": [{name: getattr(claim, name) for name in JUDGED} for claim in ledger.claims],
    }
    if not ledger.cited:
        return told
    return told | {
        "masked": [asdict(masked) for masked in ledger.masked],
        "deletion": _curve(ledger.deletion),
        "insertion": _curve(ledger.insertion),
        "deletion_area": _area(ledger.deletion),
        "insertion_area": _area(ledger.insertion),
    }


def _curve(curve: Curve) -> Mapping[str, Any]:
    return {
        "steps": list(range(len(curve.cited))),
        "cited": list(curve.cited),
        "random": list(curve.random),
    }


def _area(curve: Curve) -> Mapping[str, float]:
    return dict(zip(("cited", "random"), curve.area, strict=True))
