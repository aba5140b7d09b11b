"""An audit's store read as grounds, against what the store itself says."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import InputError
from analysis.explain.grounds import Grounds
from analysis.explain.masking import Masker
from analysis.pipeline import explained as module
from analysis.pipeline.explained import SURE, grounds_of, known_decision
from db.human.labels import label_unit
from db.queries.classes import class_names
from db.queries.frame import kept_maps
from db.queries.images import image
from db.queries.overview import sae
from db.queries.units import UnitFilter, units
from db.reader import AuditReader
from sae.autoencoder import SparseAutoencoder
from tests.analysis import small
from tests.analysis.conftest import SmallAudit


@pytest.fixture(scope="module")
def reader(small_audit: SmallAudit) -> Iterator[AuditReader]:
    with AuditReader(small_audit.directory) as opened:
        yield opened


@pytest.fixture(scope="module")
def grounds(reader: AuditReader) -> Grounds:
    return grounds_of(reader, small.cached_encoder())


def test_decisions_are_the_stored_ones(reader: AuditReader, grounds: Grounds) -> None:
    assert grounds.class_names == tuple(class_names(reader.engine).values())
    assert len(grounds.features) == small.N_IMAGES
    for number in range(small.N_IMAGES):
        stored = image(reader.engine, number)
        assert stored is not None
        assert known_decision(grounds, number).class_id == stored.predicted_id
    asked = known_decision(grounds, 0, class_id=7)
    assert asked.class_id == 7
    np.testing.assert_array_equal(asked.feature, np.asarray(reader.array("features"))[0])


def test_any_text_is_mapped_as_the_concepts_were(reader: AuditReader, grounds: Grounds) -> None:
    assert grounds.concepts == small.CONCEPTS
    np.testing.assert_allclose(
        grounds.text_direction(grounds.concepts), grounds.concept_directions, atol=1e-4
    )
    np.testing.assert_allclose(np.linalg.norm(grounds.concept_embeddings, axis=1), 1, atol=1e-5)
    best, other, *_ = kept_maps(reader.engine)
    np.testing.assert_array_equal(
        grounds.concept_directions, reader.array(f"concept_directions.{best}")
    )
    second = grounds_of(reader, small.cached_encoder(), text_map=other)
    np.testing.assert_array_equal(
        second.concept_directions, reader.array(f"concept_directions.{other}")
    )
    assert (second.concept_directions != grounds.concept_directions).any()


def test_latents_are_the_autoencoders(reader: AuditReader, grounds: Grounds) -> None:
    row = sae(reader.engine)
    assert row is not None
    latents = SparseAutoencoder.from_directory(reader.directory / row.directory)
    assert grounds.units.kind == "latent"
    np.testing.assert_allclose(
        grounds.units.activations, latents.encode(grounds.features), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_array_equal(grounds.units.directions, latents.decoder_directions)
    assert not grounds.units.thresholds.any()
    for number in (0, 20):
        np.testing.assert_allclose(
            known_decision(grounds, number).activations,
            grounds.units.activations[number],
            rtol=1e-4,
            atol=1e-5,
        )


def test_masking_a_latent_takes_what_decoding_without_it_leaves_out(
    reader: AuditReader, grounds: Grounds
) -> None:
    row = sae(reader.engine)
    assert row is not None
    latents = SparseAutoencoder.from_directory(reader.directory / row.directory)
    decision = known_decision(grounds, 0)
    masker = Masker.of(grounds, decision)
    unit = int(masker.active[0])
    without = decision.activations.copy()
    without[unit] = 0
    lost = latents.decode(np.stack([decision.activations, without]))
    logits = decision.logits(grounds.head) - grounds.head.weight @ (lost[0] - lost[1])
    expected = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    np.testing.assert_allclose(masker.probabilities(masker.mask([unit]))[0], expected, atol=1e-4)


def test_neurons_are_the_centred_feature_itself(reader: AuditReader) -> None:
    grounds = grounds_of(reader, small.cached_encoder(), kind="neuron")
    assert grounds.units.kind == "neuron"
    centred = grounds.features - grounds.features.mean(axis=0)
    np.testing.assert_array_equal(grounds.units.directions, np.eye(centred.shape[1]))
    np.testing.assert_allclose(grounds.units.activations, centred, atol=1e-5)
    np.testing.assert_allclose(grounds.units.thresholds, centred.std(axis=0), rtol=1e-3)
    np.testing.assert_allclose(known_decision(grounds, 3).activations, centred[3], atol=1e-5)


def test_without_an_autoencoder_the_units_are_neurons(
    reader: AuditReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "sae", lambda _: None)
    assert grounds_of(reader, small.cached_encoder()).units.kind == "neuron"


@pytest.mark.parametrize("sure", [SURE, -1.0, 2.0])
def test_a_unit_is_called_by_its_label_where_that_is_sure(
    reader: AuditReader, monkeypatch: pytest.MonkeyPatch, sure: float
) -> None:
    monkeypatch.setattr(module, "SURE", sure)
    found = grounds_of(reader, small.cached_encoder(), kind="neuron").units
    known = units(reader.engine, "neuron", UnitFilter(), limit=None)
    assert len(found.labels) == len(known)
    for row in known.to_dict("records"):
        named = row["pearson"] >= sure and not row["abstained"]
        assert found.labels[row["number"]] == (row["label"] if named else None)
    if sure == 2.0:
        assert set(found.labels) == {None}
    if sure == -1.0:
        assert set(found.labels) != {None}


def test_a_persons_label_is_taken_whatever_the_audit_says(
    audit_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SURE", 2.0)
    with AuditReader(audit_copy) as opened:
        before = grounds_of(opened, small.cached_encoder()).units
    label_unit(
        audit_copy,
        kind="latent",
        number=2,
        text="long tentacles",
        author="Ada",
        direction=before.directions[2],
    )
    with AuditReader(audit_copy) as opened:
        labels = grounds_of(opened, small.cached_encoder()).units.labels
    assert labels == (None, None, "long tentacles", *[None] * (len(labels) - 3))


def test_an_audit_without_images_has_nothing_to_explain(weights_only: SmallAudit) -> None:
    with (
        AuditReader(weights_only.directory) as opened,
        pytest.raises(InputError, match="give --images to audit"),
    ):
        grounds_of(opened, small.cached_encoder())


def test_an_audit_without_a_text_map_is_to_be_finished(
    reader: AuditReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "shown_first", lambda _: None)
    with pytest.raises(InputError, match="audit --resume"):
        grounds_of(reader, small.cached_encoder())
