"""A stage added to a finished audit: the head edited against one finding, before and after."""

import hashlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from analysis.classifier.split import Classifier
from analysis.errors import InputError
from analysis.pipeline.again import audited_classifier
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import features
from analysis.shortcuts.inputs import Head
from analysis.shortcuts.lines import FEWEST
from analysis.shortcuts.repair import (
    LARGEST_LOSS,
    METHODS,
    PENALTY,
    Fault,
    Pictures,
    Trial,
    choose,
    shows_concept,
    split_pictures,
    trials,
)
from analysis.textmap.base import unit_rows
from analysis.textmap.saved import stored_cross_fit
from db.files import write_whole
from db.queries.classes import class_names
from db.queries.findings import FindingInfo
from db.queries.findings import finding as read_finding
from db.queries.overview import model, sae
from db.queries.repairs import finding_called, named_latents
from db.reader import AuditReader
from db.schema import Repair
from db.store import AuditStore
from sae.autoencoder import SparseAutoencoder

FOLDER = "repairs"
HOOK = "hook on "
"""How ``Classifier.split_method`` begins where it names the head's layer."""


def repair_stage(finding_id: int) -> Stage:
    """The stage that repairs one finding; each finding has its own, so that they stand together."""
    return Stage(
        name=f"repair {finding_id}",
        title="Repair",
        needs=("model", "images", "text", "text_maps", "autoencoder", "shortcuts"),
        inputs=lambda _: {"finding": finding_id, "penalty": PENALTY, "loss": LARGEST_LOSS},
        run=partial(_run, finding_id=finding_id),
        skip=lambda context: "this audit has no images" if features(context) is None else None,
    )


def find_finding(context: Context, asked: str) -> FindingInfo:
    """The finding that a person means by an id or by "class/concept".

    Raises:
        InputError: there is none.
    """
    engine = context.store.engine
    number = int(asked) if asked.isascii() and asked.isdigit() else finding_called(engine, asked)
    found = None if number is None else read_finding(engine, number)
    if found is None:
        raise InputError(
            f"there is no finding {asked!r}: give an id of glowworm findings --json, or "
            "'class/concept' in the words of the audit"
        )
    return found


def _run(context: Context, *, finding_id: int) -> Outcome:
    found = read_finding(context.store.engine, finding_id)
    assert found is not None
    head = Head(*(np.asarray(context.store.array(name)) for name in ("class_embeddings", "bias")))
    names = head_parameters(audited_classifier(context.store, context.config.model))
    case = repair_case(context.store, found)
    fitting, measuring = split_pictures(case.pictures, seed=context.config.seed)
    if found.class_id not in case.pictures.labels[fitting]:
        raise InputError(
            f"{found.class_name!r} has {int((case.pictures.labels == found.class_id).sum())} "
            "images, too few to fit an edit on and to measure it: give at least two of a kind"
        )
    measured = case.pictures.only(measuring)
    tried = trials(head, case.fault, case.pictures.only(fitting), measured)
    best = choose(tried)
    paths = [] if best is None else [_export(context, found, best, names, case.rule)]
    return Outcome(
        rows={Repair: _rows(context, found, tried, best, paths)},
        files=paths,
        notes=_notes(case, tried, best),
    )


@dataclass(frozen=True)
class RepairCase:
    """What an audit knows of a finding, as far as an edit needs it."""

    fault: Fault
    pictures: Pictures
    """The labelled images."""
    rule: str
    """By what an image is said to show the concept."""


def repair_case(audit: AuditReader | AuditStore, found: FindingInfo) -> RepairCase:
    """The finding's direction and named latents, and which labelled images show the concept."""
    classes = len(audit.array("bias"))
    fit = stored_cross_fit(found.text_map, audit.array, classes)
    fold = fit.folds[fit.fold_of(classes)[found.class_id]]
    text = np.asarray(audit.array("concept_embeddings"))[found.concept_id]
    direction = unit_rows(fold.text_map(text[None]))[0]
    labels = np.asarray(audit.array("labels"))
    known = np.flatnonzero(labels >= 0)
    shown, of_class = np.asarray(audit.array("features"))[known], labels[known]
    numbers, latents = named_latents(audit.engine, found.finding_id), sae(audit.engine)
    activations = np.zeros((len(known), 0), np.float32)
    decoder = np.zeros((0, shown.shape[1]), np.float32)
    rule = "more of the concept's direction than the median image of its class"
    if numbers and latents is not None:
        autoencoder = SparseAutoencoder.from_directory(audit.directory / latents.directory)
        activations = autoencoder.encode_sparse(shown).tocsc()[:, numbers].toarray()
        decoder = autoencoder.decoder_directions[numbers]
        rule = f"latent {', '.join(map(str, numbers))} active"
    fault = Fault(found.class_id, direction, decoder)
    shows = shows_concept(fault, activations, shown, of_class)
    return RepairCase(fault, Pictures(shown, of_class, shows), rule)


def head_parameters(classifier: Classifier) -> tuple[str, str]:
    """What the model itself calls the weight and the intercept of its head.

    Raises:
        InputError: the head has no intercept, or its name cannot be found.
    """
    name = _head_name(classifier)
    if not bool(classifier.head.bias.any()):
        raise InputError(
            f"the head of {classifier.spec.name} has no intercept, and a repair needs one: fit "
            "the last layer anew with one"
        )
    return f"{name}.weight", f"{name}.bias"


def _head_name(classifier: Classifier) -> str:
    if classifier.split_method.startswith(HOOK):
        return classifier.split_method.removeprefix(HOOK)
    from analysis.classifier.timm_models import build_untrained

    module = build_untrained(classifier.spec, classifier.num_classes).module
    layer = getattr(module, "get_classifier", lambda: None)()
    names = [name for name, inner in module.named_modules() if inner is layer]
    if not names:
        raise InputError(f"the head of {classifier.spec.name} has no name by which to export it")
    return names[0]


def _export(
    context: Context, found: FindingInfo, best: Trial, names: tuple[str, str], rule: str
) -> Path:
    """The edited head under the model's own names, in a file named by what it holds."""
    audited = model(context.store.engine)
    assert audited is not None
    facts = {
        "finding": found.finding_id,
        "class": found.class_name,
        "concept": found.concept,
        "method": best.method,
        "audited_model": audited.name,
        "audited_weights_sha256": audited.weights_sha256,
        "shows_the_concept": rule,
    }
    content = save(
        dict(zip(names, (best.head.weight, best.head.bias), strict=True)),
        metadata={key: str(value) for key, value in facts.items()},
    )
    folder = context.store.directory / FOLDER
    folder.mkdir(exist_ok=True)
    digest = hashlib.sha256(content).hexdigest()[:8]  # never in the place of another content
    path = folder / f"finding-{found.finding_id}-{best.method}-{digest}.safetensors"
    write_whole(path, content)
    return path


def _rows(
    context: Context, found: FindingInfo, tried: list[Trial], best: Trial | None, paths: list[Path]
) -> list[dict[str, Any]]:
    names = class_names(context.store.engine)
    first_id = found.finding_id * len(METHODS)
    rows = []
    for trial in tried:
        before, after = trial.before, trial.after
        n_with, n_without = before.counts
        worst = [row | {"class": names[row["class"]]} for row in trial.worst()]
        rows.append(
            {
                "id": first_id + METHODS.index(trial.method),
                "finding_id": found.finding_id,
                "method": trial.method,
                "chosen": trial is best,
                "n_images": len(before.right),
                "n_with": n_with,
                "n_without": n_without,
                "accuracy_before": before.overall,
                "accuracy_after": after.overall,
                "with_before": before.shown,
                "with_after": after.shown,
                "without_before": before.withheld,
                "without_after": after.withheld,
                "worst": worst,
                "path": f"{FOLDER}/{paths[0].name}" if trial is best else None,
            }
        )
    return rows


def _notes(case: RepairCase, tried: list[Trial], best: Trial | None) -> list[str]:
    """By what was divided, what could not be made or seen, and why that edit was chosen."""
    n_with, n_without = tried[0].before.counts
    notes = [
        f"An image shows the concept where it has {case.rule}. Measured on "
        f"{len(tried[0].before.right)} images that no edit was fitted on, {n_with} of the class "
        f"with the concept and {n_without} without."
    ]
    missing = [method for method in METHODS if method not in {trial.method for trial in tried}]
    if missing:
        notes.append(
            f"Not made: {', '.join(missing)} (mask and both need latents named so, refit images "
            "of the class with and without the concept)."
        )
    return [*notes, _why(tried, best, min(n_with, n_without))]


def _why(tried: list[Trial], best: Trial | None, fewest: int) -> str:
    cost = f"at most {100 * LARGEST_LOSS:.0f} point of accuracy over all classes"
    if best is None and all(trial.loss > LARGEST_LOSS for trial in tried):
        return f"WARNING: no edit costs {cost}: none was exported."
    if best is None:
        return "WARNING: no edit closes any of the gap: none was exported."
    if fewest < FEWEST:
        return (
            f"WARNING: insufficient: with fewer than {FEWEST} images on a side the gap cannot be "
            f"seen here. {best.method} was taken because it comes first on the reef (glowworm "
            f"bench repair) of those that cost {cost}: give more images of the class that "
            f"{'lack' if tried[0].before.counts[1] == fewest else 'show'} the concept."
        )
    return f"{best.method} closes most of the gap of those that cost {cost}."
