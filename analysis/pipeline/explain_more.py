"""More decisions of a finished audit explained, and stored as far as the audit knows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from analysis.errors import InputError
from analysis.explain.config import FastConfig
from analysis.explain.grounds import UnitKind
from analysis.explain.methods import Settings
from analysis.explain.said import Method
from analysis.explanation_wording import JUDGED
from analysis.pipeline.again import reopened
from analysis.pipeline.audit import record_run
from analysis.pipeline.explaining import Explained, Explainer, Subject, claim_record, record
from analysis.pipeline.runner import Context, add_stage
from analysis.pipeline.shared import decisions, labels
from analysis.pipeline.stages.explanations import added_stage, notes_of
from analysis.progress import Progress, Silent
from db.queries.classes import class_names
from db.queries.explanations import ExplanationFilter, explanations


@dataclass(frozen=True)
class Asked:
    """What is to be explained.

    Attributes:
        images: files, or paths of images in the audit's own folder.
        errors: all labelled images whose decision is wrong.
        classes: names of classes to be explained as a whole.
    """

    images: Sequence[Path] = ()
    errors: bool = False
    classes: Sequence[str] = ()


def explain_more(
    directory: Path,
    asked: Asked,
    methods: Sequence[Method],
    settings: Settings,
    *,
    kind: UnitKind = "latent",
    language_model: str | None = None,
    clip: str | None = None,
    concept_image: bool = False,
    progress: Progress,
) -> list[dict[str, Any]]:
    """Explain, test and store; images that are new to the audit are only told.

    Returns:
        An explanation each: the columns of the store and image, class, claims, stored.

    Raises:
        InputError: the audit is unfinished or has no units, there is no such image or class.
        TextError: a language model is needed and cannot be had.
    """
    with reopened(directory, progress=progress) as context:
        if "units" in context.skipped:
            raise InputError(f"{directory} has no latents and neurons to tie claims to")
        explainer = Explainer(
            context,
            settings,
            kind=kind,
            language_model=language_model,
            clip=clip,
            concept_image=concept_image,
        )
        if any(explainer.writes(method) for method in methods):
            _ = explainer.language_model  # missing, it is said before anything is done
        subjects = list(_subjects(context, explainer, asked))
        found: list[Explained] = []
        with record_run(context, "glowworm explain") as run_id:
            for method in methods:
                left = _left(context, method, explainer.grounds.units.kind, subjects, asked)
                for some in explainer.explain(method, left, at_once=FastConfig().at_once):
                    _store(context, explainer, some, run_id)
                    found += some
        for note in notes_of(found):
            progress.say(note)
        names = class_names(context.store.engine)
        return [_told(names, explainer, one) for one in found]


def _store(context: Context, explainer: Explainer, found: Sequence[Explained], run_id: int) -> None:
    """Each under a name of its own, so that one more explanation replaces its like alone."""
    quiet = replace(context, progress=Silent())
    quiet.store = context.store
    for one in found:
        if one.subject.file is None:
            add_stage(quiet, added_stage(_name(one), explainer, [one]), run_id)


def _left(
    context: Context, method: Method, kind: UnitKind, subjects: Sequence[Subject], asked: Asked
) -> Sequence[Subject]:
    """What is to be explained: of all errors, those that this method has not explained yet, so that
    a run which was stopped goes on."""
    if not asked.errors:
        return subjects
    known = explanations(
        context.store.engine, ExplanationFilter(method=method, subject="image"), limit=None
    )
    done = set(known.loc[known["unit_kind"] == kind, "image_id"].dropna().astype(int))
    left = [s for s in subjects if s.image is None or s.image not in done]
    if len(left) < len(subjects):
        context.progress.say(
            f"{len(subjects) - len(left)} of {len(subjects)} were explained before ({method})"
        )
    return left


def _subjects(context: Context, explainer: Explainer, asked: Asked) -> Iterator[Subject]:
    for image in asked.images:
        yield explainer.located(image)
    if asked.errors:
        own = labels(context)
        wrong = np.flatnonzero((own >= 0) & (decisions(context) != own))
        if not len(wrong):
            raise InputError("no labelled image of this audit is decided wrongly")
        yield from (explainer.image(i) for i in wrong.tolist())
    ids = {name: i for i, name in class_names(context.store.engine).items()}
    for name in asked.classes:
        if name not in ids:
            within = [known for known in ids if name.casefold() in known.casefold()]
            near = within[:3] or get_close_matches(name, ids, n=3, cutoff=0.5)
            like = f" (perhaps {', '.join(near)})" if near else ""
            raise InputError(
                f"there is no class {name!r}{like}: give a name as in glowworm findings"
            )
        yield explainer.whole_class(ids[name])


def _name(one: Explained) -> str:
    subject = one.subject
    if subject.image is not None:
        return f"{one.method} image {subject.image}"
    return f"{one.method} class {subject.decision.class_id}"


def _told(names: Mapping[int, str], explainer: Explainer, one: Explained) -> dict[str, Any]:
    subject = one.subject
    image = subject.file if subject.image is None else explainer.paths[subject.image]
    claims = [
        claim_record(one, place)
        | {name: getattr(claim, name) for name in JUDGED}
        | {"units": list(claim.units)}
        for place, claim in enumerate(one.ledger.claims)
    ]
    columns = record(explainer, one)
    columns.pop("image_id")
    columns.pop("class_id")
    return {
        "image": None if image is None else str(image),
        "class": names[subject.decision.class_id],
        "probability": one.ledger.probability,
        **columns,
        "claims": claims,
        "stored": subject.file is None,
    }
