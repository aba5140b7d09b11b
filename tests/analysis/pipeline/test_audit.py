"""A small real audit from end to end: what it leaves, what it says, how it goes on."""

import json
import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func, select

from analysis.concepts import NEIGHBOURS
from analysis.errors import InputError, TextError, UsageError
from analysis.pipeline import audit as pipeline
from analysis.pipeline import shared
from analysis.pipeline.families import held_out_rows
from analysis.pipeline.runner import Context, Outcome
from analysis.pipeline.stages import autoencoder as autoencoder_stage
from analysis.reef.truth import class_names
from analysis.textmap.base import cosine
from analysis.textmap.saved import unpack
from analysis.unit_direction import unit_direction
from db import schema
from db.check import problems
from db.errors import OutputInUse
from db.human.labels import label_unit
from db.queries import classes, explanations, findings, human, images, overview, units
from db.queries.export import findings_records
from db.reader import AuditReader
from tests.analysis import small
from tests.analysis.conftest import SmallAudit
from tests.sae.planted import CFG, random_weights, save_weights

TITLES = {stage.name: stage.title for stage in pipeline.STAGES}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    small.hurry(monkeypatch)


@pytest.fixture(scope="module")
def reader(small_audit: SmallAudit):
    with AuditReader(small_audit.directory) as audit:
        yield audit


def statuses(directory: Path) -> dict[str, str]:
    with AuditReader(directory) as audit:
        stages = overview.stages(audit.engine)
    return dict(zip(stages["name"], stages["status"], strict=True))


def reasons(directory: Path) -> dict[str, str]:
    with AuditReader(directory) as audit:
        stages = overview.stages(audit.engine)
    return {n: r for n, r in zip(stages["name"], stages["reason"], strict=True) if r is not None}


def unchanged(recorder: small.Recorder) -> set[str]:
    """Stages that were not done again."""
    kept = {line.removesuffix(": unchanged") for line in recorder.said if "unchanged" in line}
    return {name for name, title in TITLES.items() if title in kept}


def run_status(directory: Path) -> tuple[str, str | None]:
    with AuditReader(directory) as audit:
        run = overview.last_run(audit.engine)
    assert run is not None
    return run.status, run.error


# ---------------------------------------------------------------- what a finished audit holds


def test_every_stage_is_done_in_order_and_the_run_says_so(small_audit: SmallAudit) -> None:
    with AuditReader(small_audit.directory) as audit:
        stages = overview.stages(audit.engine)
    assert tuple(stages["name"]) == small.STAGES
    assert set(stages["status"]) == {"done"}
    assert (stages["seconds"] > 0).all()
    assert run_status(small_audit.directory) == ("done", None)
    assert problems(small_audit.directory) == []


def test_the_run_records_what_the_audit_depends_on(reader: AuditReader, small_audit: SmallAudit):
    run = overview.last_run(reader.engine)
    assert run is not None
    assert run.config["images"] == str((small_audit.world / "images").resolve())
    assert run.config["mlp_epochs"] == 2
    assert run.config["model"]["name"] == small.shipped_spec().name
    assert {"glowworm", "python", "torch", "timm", "sae-lens"} <= set(run.versions)
    assert "+" in run.versions["glowworm"]  # the version and the digest of the source


def test_no_table_is_empty_but_what_people_write(reader: AuditReader) -> None:
    with reader.engine.connect() as connection:
        rows = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in schema.Base.metadata.sorted_tables
        }
    empty = {name for name, number in rows.items() if not number}
    # What people write, what other commands add, and pictures of pairs that could be tested
    by_people = {"human_label", "review", "list_entry", "visit"}
    assert empty - {"evidence_image"} == {*by_people, "canary", "repair"}


def test_counts_are_those_of_the_files(reader: AuditReader) -> None:
    counts = overview.counts(reader.engine)
    assert counts.classes == len(class_names()) == 192
    assert counts.images == small.N_IMAGES
    assert counts.labelled_images == len(small.SHOWN) * small.PER_CLASS
    assert counts.concepts == len(small.CONCEPTS)
    assert (counts.latents, counts.neurons) == (8, 192)
    assert counts.explanations == 3  # one decision by three methods
    assert overview.classes_without_images(reader.engine) == 192 - len(small.SHOWN)


def test_a_broken_file_is_skipped_counted_and_listed(reader: AuditReader) -> None:
    skipped = overview.skipped_images(reader.engine)
    assert list(skipped["path"]) == [small.BROKEN]
    assert "no picture" in skipped["reason"][0]
    notes = overview.stages(reader.engine).set_index("name").loc["images", "notes"]
    assert any(f"1 of {small.N_IMAGES + 1} files could not be read" in note for note in notes)


def test_a_folder_that_names_no_class_is_taken_as_unlabelled_and_said(
    reader: AuditReader, small_audit: SmallAudit
) -> None:
    listed = images.images(reader.engine, limit=None)
    unlabelled = listed[listed["class_id"].isna()]
    assert len(unlabelled) == small.N_UNLABELLED
    assert all(path.startswith(f"{small.UNLABELLED}/") for path in unlabelled["path"])
    assert any(small.UNLABELLED in line for line in small_audit.recorder.said)


def test_accuracy_counts_labelled_images_alone(reader: AuditReader) -> None:
    """From the arrays beside the store, by hand."""
    labels = np.asarray(reader.array("labels"))
    logits = reader.array("features") @ reader.array("class_embeddings").T + reader.array("bias")
    right = logits.argmax(1)[labels >= 0] == labels[labels >= 0]
    measure = overview.measures(reader.engine).set_index("name").loc["accuracy"]
    assert measure["value"] == pytest.approx(right.mean())
    assert measure["n"] == len(right)
    assert measure["floor"] == pytest.approx(1 / 192)
    assert measure["value"] > 0.3  # the shipped classifier knows these classes


def test_predictions_are_the_softmax_of_the_logits(reader: AuditReader) -> None:
    logits = np.asarray(
        reader.array("features") @ reader.array("class_embeddings").T + reader.array("bias"),
        np.float64,
    )
    shares = np.exp(logits - logits.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    with reader.engine.connect() as connection:
        rows = connection.execute(select(schema.Prediction.__table__)).all()
    assert len(rows) == 5 * small.N_IMAGES
    for row in rows:
        best = np.argsort(-logits[row.image_id], kind="stable")[row.rank - 1]
        assert row.class_id == best
        assert row.probability == pytest.approx(shares[row.image_id, best], abs=1e-4)


def test_all_text_maps_and_both_floors_are_scored_on_held_out_classes(reader: AuditReader) -> None:
    maps = overview.text_maps(reader.engine).set_index("name")
    assert set(maps.index) == {"mlp", "kernel", "stacked", "mean", "random"}
    kept = maps[maps["kept"]]
    assert set(kept.index) == {"mlp", maps.loc[["kernel", "stacked"], "held_out_mrr"].idxmax()}
    assert set(maps.index[maps["is_floor"]]) == {"mean", "random"}
    assert maps["shown_first"].sum() == 1
    assert maps["shown_first"].idxmax() == kept["held_out_mrr"].idxmax()
    scores = maps[["held_out_top1", "held_out_top5", "held_out_mrr", "image_top1", "image_top5"]]
    assert scores.notna().all(axis=None)
    assert ((scores >= 0) & (scores <= 1)).all(axis=None)
    assert (maps["held_out_top1"] <= maps["held_out_top5"]).all()
    assert maps.loc["kernel", "held_out_mrr"] > 3 * maps.loc["random", "held_out_mrr"]
    assert maps.loc["mean", "held_out_mrr"] == pytest.approx(1 / 192)  # ties count against it
    assert maps.loc["mlp", "config"]["epochs"] == 2


def test_concept_directions_are_the_stored_maps_of_the_stored_embeddings(
    reader: AuditReader,
) -> None:
    concepts = np.asarray(reader.array("concept_embeddings"))
    for name in ("mlp", "kernel"):
        text_map = unpack(name, np.asarray(reader.array(f"text_map.{name}")))
        directions = reader.array(f"concept_directions.{name}")
        np.testing.assert_allclose(text_map(concepts), directions, rtol=1e-4, atol=1e-5)


def test_concepts_of_classes_and_images_follow_from_the_arrays(reader: AuditReader) -> None:
    weights = np.asarray(reader.array("class_embeddings"))
    features, labels = (np.asarray(reader.array(name)) for name in ("features", "labels"))
    centred = features - features.mean(0)
    shark = class_names().index("shark")
    for name in ("mlp", "kernel"):
        directions = np.asarray(reader.array(f"concept_directions.{name}"))
        by_weights = reader.array(f"class_concepts.weights.{name}")
        expected = cosine(weights - weights.mean(0), directions)
        np.testing.assert_allclose(by_weights, expected, atol=1e-5)
        by_features = reader.array(f"class_concepts.features.{name}")
        own = cosine(centred[labels == shark].mean(0, keepdims=True), directions)[0]
        np.testing.assert_allclose(by_features[shark], own, atol=1e-5)
        assert np.isnan(by_features[class_names().index("walrus")]).all()  # none shown
        best = classes.class_concepts(reader.engine, shark, name)
        for source, matrix in (("weights", by_weights), ("features", by_features)):
            rows = best[best["source"] == source].sort_values("rank")
            present = matrix[~np.isnan(matrix[:, 0])]
            hubness = np.sort(present, axis=0)[-NEIGHBOURS:].mean(0)
            order = np.argsort(-(matrix[shark] - hubness / 2))
            assert list(rows["concept"]) == [small.CONCEPTS[u] for u in order]
            z = (matrix[shark] - present.mean(0)) / present.std(0)
            np.testing.assert_allclose(rows["z"], z[order], atol=1e-3)


def test_findings_stand_for_both_maps_and_ranks_count_unexpected_ones(reader: AuditReader) -> None:
    for name in ("mlp", "kernel"):
        by_class = defaultdict(list)
        for row in findings_records(reader.engine, text_map=name):
            by_class[row["class"]].append(row)
        assert set(by_class) == set(class_names())
        implied = 0
        for rows in by_class.values():
            assert len(rows) == len(small.CONCEPTS)  # fewer concepts than are kept
            ranks = [row["rank"] for row in rows if row["rank"] is not None]
            assert ranks == list(range(1, len(ranks) + 1))
            assert all(row["rank"] is None for row in rows if row["name_implied"])
            implied += sum(row["name_implied"] for row in rows)
            assert all(row["verdict"] == "candidate" for row in rows if row["q"] > 0.05)
        assert implied > 0


def test_findings_have_image_evidence_only_where_there_are_images(reader: AuditReader) -> None:
    for row in findings_records(reader.engine):
        assert (row["z_features"] is not None) == (row["class"] in small.SHOWN)
        assert (row["score_features"] is not None) == (row["class"] in small.SHOWN)
        assert 0 <= row["p"] <= 1 and 0 <= row["q"] <= 1


def test_a_name_implies_itself(reader: AuditReader) -> None:
    implied = np.asarray(reader.array("name_implied.kernel"))
    for name in ("seahorse", "duck"):
        assert implied[class_names().index(name), small.CONCEPTS.index(name)]


def test_units_have_labels_by_both_maps_examples_and_effects(reader: AuditReader) -> None:
    with reader.engine.connect() as connection:
        labels = pd.DataFrame(connection.execute(select(schema.Label.__table__)).mappings().all())
    assert set(labels["text_map"]) == {"mlp", "kernel"}
    first = labels[labels["rank"] == 1]
    assert (first.groupby("text_map").size() == 8 + 192).all()
    latent = units.units(reader.engine, "latent", limit=None)
    assert list(latent["number"].sort_values()) == list(range(8))
    assert latent["alive"].any()
    sae = overview.sae(reader.engine)
    assert sae is not None
    assert (sae.config["width"], sae.config["k"]) == (8, 2)
    assert sae.config["levels"] == [2, 4, 8]
    assert sae.n_train + sae.n_held_out == small.N_IMAGES
    assert (reader.directory / sae.directory / "cfg.json").is_file()


def test_the_same_trainings_with_other_seeds_say_how_stable_latents_are(
    reader: AuditReader,
) -> None:
    with reader.engine.connect() as connection:
        sae = connection.execute(select(schema.SparseAutoencoder.__table__)).one()
        stability = connection.scalars(
            select(schema.Unit.stability).where(schema.Unit.kind == "latent")
        ).all()
    assert [one["seed"] for one in sae.seeds] == [0, 1, 2]
    assert sae.seeds[0]["explained_variance"] == pytest.approx(sae.explained_variance)
    assert sae.seeds[0]["stability"] == pytest.approx(np.mean(np.array(stability, dtype=float)))
    assert all(-1 <= value <= 1 for value in stability if value is not None)
    assert sae.threshold is not None and sae.threshold_trained is not None


def test_what_units_do_agrees_with_the_arrays(reader: AuditReader) -> None:
    """Effects, decisions and neighbours of one neuron, worked out from features and weights."""
    features = np.asarray(reader.array("features"))
    weight, bias = np.asarray(reader.array("class_embeddings")), np.asarray(reader.array("bias"))
    decided = (features @ weight.T + bias).argmax(axis=1)
    kept, _ = held_out_rows(len(features), seed=0)
    activation = features[:, 7] - features[kept, 7].mean()
    above = activation - (activation.mean() + activation.std())
    on = above > 0
    with reader.engine.connect() as connection:
        unit = connection.execute(
            select(schema.Unit.__table__).where(
                schema.Unit.kind == "neuron", schema.Unit.number == 7
            )
        ).one()
        fires = connection.execute(
            select(schema.UnitFires.__table__).where(schema.UnitFires.unit_id == unit.id)
        ).all()
    effects = np.asarray(reader.array("unit_effects.neuron"))[7]
    expected = activation[on].mean() * (weight[:, 7] - weight[:, 7].mean())
    np.testing.assert_allclose(effects, expected, rtol=1e-3, atol=1e-4)
    for row in fires:
        of_class = on & (decided == row.class_id)
        assert row.active == of_class.sum()
        assert row.decided == (decided == row.class_id).sum()
        assert row.share == pytest.approx(above[of_class].sum() / above[on].sum(), rel=1e-3)
    assert sum(row.share for row in fires) <= 1 + 1e-6
    assert unit.spread == ("single class" if fires[0].share >= 0.5 else "shared")


def test_an_autoencoder_made_elsewhere_takes_the_place_of_training(
    small_audit: SmallAudit, audit_copy: Path, tmp_path: Path
) -> None:
    with AuditReader(audit_copy) as audit:
        before = overview.sae(audit.engine)
    assert before is not None
    elsewhere = tmp_path / "theirs"
    shutil.copytree(audit_copy / before.directory, elsewhere)
    changes = {"sae": elsewhere, "sae_width": None, "sae_k": None}
    recorder = small.audit(small.config(small_audit.world, audit_copy, **changes), resume=True)
    assert any("was taken as it is" in line for line in recorder.said)
    with AuditReader(audit_copy) as audit:
        after = overview.sae(audit.engine)
    assert after is not None and after.config["source"] == str(elsewhere)
    assert after.explained_variance == pytest.approx(before.explained_variance)
    assert (audit_copy / after.directory / "cfg.json").is_file()


def test_a_persons_label_goes_with_its_unit_when_units_are_made_anew(
    small_audit: SmallAudit, audit_copy: Path
) -> None:
    """The same training gives the same latents; another width gives others."""
    for number in (3, 5):
        label_unit(
            audit_copy,
            kind="latent",
            number=number,
            text=f"my word {number}",
            author="Ada",
            direction=unit_direction(audit_copy, "latent", number),
        )
    small.audit(small.config(small_audit.world, audit_copy, sae_seeds=2), resume=True)
    with AuditReader(audit_copy) as audit:
        held = human.current_labels(audit.engine, "latent")
    assert dict(zip(held["number"], held["text"], strict=True)) == {3: "my word 3", 5: "my word 5"}
    changes = {"sae_width": 3, "sae_k": 1, "sae_seeds": 1}
    recorder = small.audit(small.config(small_audit.world, audit_copy, **changes), resume=True)
    with AuditReader(audit_copy) as audit:
        held = human.current_labels(audit.engine, "latent")
        lost = human.orphans(audit.engine)
    assert sorted([*held["text"], *lost["text"]]) == ["my word 3", "my word 5"]
    told = [line for line in recorder.warned if "fit no unit now" in line]
    assert bool(told) == bool(len(lost)) and all(text in told[0] for text in lost["text"])


def test_a_training_that_is_stopped_leaves_the_earlier_autoencoder_whole(
    small_audit: SmallAudit, audit_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = autoencoder_stage.train

    def stopped(*args: Any, **kwargs: Any) -> Any:
        if args[1].seed == 1:
            raise KeyboardInterrupt
        return trained(*args, **kwargs)

    monkeypatch.setattr(autoencoder_stage, "train", stopped)
    settings = small.config(small_audit.world, audit_copy, sae_seeds=2)
    with pytest.raises(KeyboardInterrupt):
        small.audit(settings, resume=True)
    assert problems(audit_copy) == []
    monkeypatch.undo()
    small.hurry(monkeypatch)
    small.audit(settings, resume=True)
    assert problems(audit_copy) == [] and run_status(audit_copy) == ("done", None)


def test_an_autoencoder_of_another_width_is_refused_before_anything_is_written(
    small_audit: SmallAudit, tmp_path: Path
) -> None:
    weights = random_weights(latents=4, dim=8)
    save_weights(tmp_path / "sae", weights, CFG | {"d_sae": 4})
    config = small.config(
        small_audit.world, tmp_path / "audit", sae=tmp_path / "sae", sae_width=None, sae_k=None
    )
    with pytest.raises(InputError, match="features of 8 dimensions, this classifier's have 192"):
        small.audit(config)
    with pytest.raises(InputError, match=r"cannot be read .*save_inference_model"):
        small.audit(replace(config, sae=tmp_path))
    assert not (tmp_path / "audit").exists()


def test_the_strongest_image_of_a_neuron_is_the_largest_centred_feature(
    reader: AuditReader,
) -> None:
    features = np.asarray(reader.array("features"))
    with reader.engine.connect() as connection:
        row = connection.execute(
            select(schema.Activation.image_id, schema.Activation.value)
            .join(schema.Unit, schema.Unit.id == schema.Activation.unit_id)
            .where(schema.Unit.kind == "neuron", schema.Unit.number == 5)
            .where(schema.Activation.stratum == "top", schema.Activation.rank == 1)
        ).one()
    assert row.image_id == features[:, 5].argmax()


def test_explanations_name_their_decision_their_method_and_their_setting(
    reader: AuditReader,
) -> None:
    told = explanations.explanations(reader.engine, limit=None)
    assert set(told["method"]) == {"zero-shot", "texter", "pipeline"}
    logits = reader.array("features") @ reader.array("class_embeddings").T + reader.array("bias")
    for number in told["explanation_id"]:
        one = explanations.explanation(reader.engine, number)
        assert one is not None and one.text.strip() and one.image_id is not None
        assert one.class_id == logits[one.image_id].argmax()
        assert (one.subject, one.unit_kind, one.seed) == ("image", "latent", 0)
        assert one.floor is None  # no other explanation to compare with
        assert one.judge is not None and one.judge.startswith("text map ")
        assert one.ledger is not None and 0 < one.ledger["probability"] <= 1
        if one.method == "zero-shot":
            assert one.language_model is not None and one.language_model.startswith("packaged (")
            assert one.config["mode"] == "fast"
            assert one.config["candidates"] == small.TINY_SEARCH.candidates
            assert one.score == pytest.approx(one.candidates[0]["score"], abs=1e-5)
        else:
            assert one.language_model is None and one.fluency is None


def test_claims_are_phrases_of_their_text_and_tied_to_units_that_are_there(
    reader: AuditReader,
) -> None:
    width = overview.counts(reader.engine).latents
    for told in explanations.explanations(reader.engine, limit=None).to_dict("records"):
        claims = explanations.claims(reader.engine, told["explanation_id"])
        assert len(claims)
        for claim in claims.to_dict("records"):
            assert told["text"][claim["start"] : claim["end"]] == claim["text"]
            assert bool(claim["reason"]) != bool(claim["supported"])
        tied = explanations.claim_units(reader.engine, told["explanation_id"])
        assert tied["number"].between(0, width - 1).all()


def test_the_pages_queries_answer(reader: AuditReader) -> None:
    engine = reader.engine
    assert overview.model(engine) is not None
    assert len(classes.classes(engine, limit=None)) == 192
    assert findings.count_findings(engine) == 2 * 192 * len(small.CONCEPTS)
    assert len(images.thumbnails(engine, range(small.N_IMAGES))) == small.N_IMAGES
    assert overview.data_version(engine)


def test_nothing_is_left_over(small_audit: SmallAudit) -> None:
    left = {path.name for path in small_audit.directory.iterdir()}
    while_it_is_read = {"audit.db-wal", "audit.db-shm"}
    assert left - while_it_is_read == {"audit.db", "audit.lock", "arrays", "sae"}
    assert not list(small_audit.directory.rglob("*.part"))


# ---------------------------------------------------------------------------- how it goes on


def test_resuming_does_nothing(small_audit: SmallAudit, audit_copy: Path) -> None:
    before = (audit_copy / "arrays").stat().st_mtime_ns
    recorder = small.audit(small.config(small_audit.world, audit_copy), resume=True)
    assert unchanged(recorder) == set(small.STAGES)
    assert recorder.said == [f"{title}: unchanged" for title in TITLES.values()]
    assert recorder.tasks == [] and recorder.warned == []
    assert (audit_copy / "arrays").stat().st_mtime_ns == before
    assert run_status(audit_copy) == ("done", None)


def test_other_concepts_redo_only_what_hangs_on_them(
    small_audit: SmallAudit, audit_copy: Path, tmp_path: Path
) -> None:
    concepts = tmp_path / "concepts.txt"
    concepts.write_text("\n".join([*small.CONCEPTS, "metallic"]), "utf-8")
    settings = small.config(small_audit.world, audit_copy, concepts=concepts)
    recorder = small.audit(settings, resume=True)
    assert unchanged(recorder) == {"model", "images"}
    assert set(statuses(audit_copy).values()) == {"done"}
    with AuditReader(audit_copy) as audit:
        assert audit.array("concept_embeddings").shape[0] == len(small.CONCEPTS) + 1
        assert overview.counts(audit.engine).concepts == len(small.CONCEPTS) + 1
    assert problems(audit_copy) == []


def test_a_damaged_array_is_made_again(small_audit: SmallAudit, audit_copy: Path) -> None:
    (damaged,) = (audit_copy / "arrays").glob("name_implied.kernel.*")
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    recorder = small.audit(small.config(small_audit.world, audit_copy), resume=True)
    assert unchanged(recorder) >= {"model", "images", "text", "text_maps", "concepts"}
    assert "shortcuts" not in unchanged(recorder)
    assert damaged.read_bytes() == whole
    assert problems(audit_copy) == []


def test_ctrl_c_leaves_whole_stages_and_the_audit_goes_on(
    small_audit: SmallAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "audit"
    settings = small.config(small_audit.world, out, explain=0)
    with monkeypatch.context() as stopped:
        stopped.setattr(pipeline, "STAGES", _stopping_in("text_maps"))
        with pytest.raises(KeyboardInterrupt):
            small.audit(settings)
    assert run_status(out) == ("stopped", "stopped by the user")
    assert statuses(out) == dict.fromkeys(("model", "images", "text"), "done")
    assert problems(out) == []
    assert not list(out.rglob("*.part"))
    with pytest.raises(OutputInUse, match="--resume"):
        small.audit(settings)
    recorder = small.audit(settings, resume=True)
    assert unchanged(recorder) == {"model", "images", "text"}
    assert run_status(out) == ("done", None)
    assert statuses(out) == dict.fromkeys(small.STAGES[:-1], "done") | {"explanations": "skipped"}
    assert "--explain 0" in reasons(out)["explanations"]
    assert problems(out) == []


def _stopping_in(name: str):
    """The stages, one of which is stopped by Ctrl-C half-way."""

    def stop(context: Context) -> Outcome:
        raise KeyboardInterrupt

    return tuple(replace(s, run=stop) if s.name == name else s for s in pipeline.STAGES)


def test_ctrl_c_in_the_first_stage_leaves_a_store_that_can_be_gone_on_with(
    small_audit: SmallAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "audit"
    monkeypatch.setattr(pipeline, "STAGES", _stopping_in("model"))
    with pytest.raises(KeyboardInterrupt):
        small.audit(small.config(small_audit.world, out))
    assert statuses(out) == {}
    assert run_status(out)[0] == "stopped"


def test_a_failure_is_recorded(
    small_audit: SmallAudit, audit_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(context: Context) -> Outcome:
        raise ZeroDivisionError("a bug")

    stages = tuple(replace(s, run=fail) if s.name == "text" else s for s in pipeline.STAGES)
    monkeypatch.setattr(pipeline, "STAGES", stages)
    settings = small.config(small_audit.world, audit_copy, concepts=None)
    with pytest.raises(ZeroDivisionError):
        small.audit(settings, resume=True)
    assert run_status(audit_copy) == ("failed", "ZeroDivisionError: a bug")
    assert problems(audit_copy) == []  # the earlier results stand


def test_another_model_is_refused(small_audit: SmallAudit, audit_copy: Path, tmp_path: Path):
    from safetensors.torch import load_file, save_file

    spec = small.shipped_spec()
    assert spec.checkpoint is not None
    weights = load_file(spec.checkpoint)
    other = tmp_path / "other.safetensors"
    save_file({key: value * 1.5 for key, value in weights.items()}, other)
    settings = small.config(
        small_audit.world, audit_copy, model=replace(spec, checkpoint=other), explain=0
    )
    before = statuses(audit_copy), run_status(audit_copy)
    with pytest.raises(UsageError, match=r"other weights.*give another --out"):
        small.audit(settings, resume=True)
    assert (statuses(audit_copy), run_status(audit_copy)) == before


# ------------------------------------------------------------------------- other kinds of input


def test_the_weights_alone_give_findings(weights_only: SmallAudit) -> None:
    out, recorder = weights_only.directory, weights_only.recorder
    skipped = {"images", "autoencoder", "units", "labels", "heatmaps", "explanations"}
    assert {name for name, status in statuses(out).items() if status == "skipped"} == skipped
    assert {name for name, status in statuses(out).items() if status == "done"} == (
        set(small.STAGES) - skipped
    )
    assert set(reasons(out)) == skipped
    assert len(recorder.warned) == len(skipped)
    assert all(any(reason in line for line in recorder.warned) for reason in reasons(out).values())
    with AuditReader(out) as audit:
        records = findings_records(audit.engine)
        maps = overview.text_maps(audit.engine)
        assert overview.counts(audit.engine).images == 0
    assert len(records) == 192 * len(small.CONCEPTS)
    assert all(row["z_features"] is None for row in records)
    assert maps["image_top1"].isna().all()
    assert problems(out) == []


def test_weights_say_the_same_of_concepts_with_and_without_images(
    weights_only: SmallAudit, reader: AuditReader
) -> None:
    with AuditReader(weights_only.directory) as audit:
        alone = np.asarray(audit.array("class_concepts.weights.kernel"))
    np.testing.assert_allclose(alone, reader.array("class_concepts.weights.kernel"), atol=1e-5)


def only(*names: str):
    """The pipeline's first stages, for tests that look at nothing behind them."""
    return tuple(stage for stage in pipeline.STAGES if stage.name in names)


def test_shuffled_class_names_are_warned_of_loudly(
    small_audit: SmallAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = class_names()
    shuffled = tmp_path / "names.json"
    shuffled.write_text(json.dumps([*names[7:], *names[:7]]), "utf-8")
    monkeypatch.setattr(pipeline, "STAGES", only("model", "images"))
    out = tmp_path / "audit"
    recorder = small.audit(small.config(small_audit.world, out, class_names=shuffled))
    (warning,) = recorder.warned
    assert "WARNING: accuracy" in warning and "near chance (0.5%)" in warning
    assert "order of the class names" in warning
    with AuditReader(out) as audit:
        (notes,) = overview.stages(audit.engine).query("name == 'images'")["notes"]
    assert any(note.startswith("WARNING") for note in notes)
    assert small_audit.recorder.warned == []  # the right order is not warned of


def test_pictures_without_folders_are_audited_unlabelled(
    small_audit: SmallAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for name in small.SHOWN:
        for path in (small_audit.world / "images" / name).glob("*.png"):
            shutil.copy(path, flat / f"{name}-{path.name}")
    monkeypatch.setattr(
        pipeline,
        "STAGES",
        only("model", "images", "text", "text_maps", "concepts", "autoencoder", "shortcuts"),
    )
    out = tmp_path / "audit"
    small.audit(small.config(small_audit.world, out, images=flat))
    with AuditReader(out) as audit:
        counts = overview.counts(audit.engine)
        assert (counts.images, counts.labelled_images) == (len(small.SHOWN) * small.PER_CLASS, 0)
        assert overview.measures(audit.engine).empty  # no accuracy without labels
        assert overview.text_maps(audit.engine)["image_top1"].isna().all()
        records = findings_records(audit.engine)
        with audit.engine.connect() as connection:
            of_images = connection.scalar(select(func.count()).select_from(schema.ImageConcept))
    assert of_images == 2 * counts.images * min(10, len(small.CONCEPTS))
    assert records and all(row["z_features"] is None for row in records)


def test_a_missing_language_model_is_announced_and_recorded(
    small_audit: SmallAudit, audit_copy: Path, tmp_path: Path
) -> None:
    settings = small.config(
        small_audit.world, audit_copy, language_model=str(tmp_path / "no-such-model")
    )
    recorder = small.audit(settings, resume=True)
    assert unchanged(recorder) == set(small.STAGES) - {"explanations"}
    (warning,) = recorder.warned
    assert "zero-shot explanations were left out: there is no language model in" in warning
    assert "\n" not in warning
    assert statuses(audit_copy)["explanations"] == "done"
    assert run_status(audit_copy) == ("done", None)
    with AuditReader(audit_copy) as audit:
        told = explanations.explanations(audit.engine, limit=None)
        notes = overview.stages(audit.engine).set_index("name").loc["explanations", "notes"]
    assert set(told["method"]) == {"texter", "pipeline"}
    assert any("no-such-model" in note for note in notes)


def test_few_images_skip_the_units_with_their_number(
    small_audit: SmallAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = tmp_path / "few"
    shutil.copytree(small_audit.world / "images" / "duck", few / "duck")
    stages = only("model", "images", "autoencoder", "units")
    monkeypatch.setattr(pipeline, "STAGES", stages)
    out = tmp_path / "audit"
    small.audit(small.config(small_audit.world, out, images=few))
    assert reasons(out)["autoencoder"].startswith(f"{small.PER_CLASS} images are too few")
    assert reasons(out)["units"] == "no sparse autoencoder was made"


Spoil = Callable[[Path], dict[str, object]]


def _missing_folder(tmp_path: Path) -> dict[str, object]:
    return {"images": tmp_path / "nowhere"}


def _empty_folder(tmp_path: Path) -> dict[str, object]:
    (tmp_path / "empty").mkdir()
    return {"images": tmp_path / "empty"}


def _no_such_encoder(tmp_path: Path) -> dict[str, object]:
    (tmp_path / "encoder").mkdir()
    return {"text_encoder": str(tmp_path / "encoder")}


def _no_concepts(tmp_path: Path) -> dict[str, object]:
    (tmp_path / "none.txt").write_text(" \n\n", "utf-8")
    return {"concepts": tmp_path / "none.txt"}


@pytest.mark.parametrize(
    ("spoil", "error"),
    [
        (_missing_folder, InputError),
        (_empty_folder, InputError),
        (_no_such_encoder, TextError),
        (_no_concepts, InputError),
    ],
)
def test_a_mistake_is_found_before_the_store_is_made(
    spoil: Spoil,
    error: type[Exception],
    small_audit: SmallAudit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared, "load_text_encoder", small.load_text_encoder)
    out = tmp_path / "audit"
    with pytest.raises(error):
        small.audit(small.config(small_audit.world, out, **spoil(tmp_path)))
    assert not out.exists()
