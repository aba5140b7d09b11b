"""Why A, not B, on a small real audit."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from analysis.errors import InputError
from analysis.why import find_image, why
from db.queries.classes import class_names
from db.queries.images import image
from db.reader import AuditReader
from tests.analysis import small


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        small.hurry(patch)
        world = small.write_world(tmp_path_factory.mktemp("world"))
        out = tmp_path_factory.mktemp("audits") / "audit"
        small.audit(small.config(world, out, explain=0))
    return out


def test_neurons_account_for_the_lead_and_their_mask_turns_the_decision(audit: Path):
    with AuditReader(audit) as reader:
        told = why(reader, 0)
        head = [np.asarray(reader.array(name)) for name in ("class_embeddings", "bias")]
        feature = np.asarray(reader.array("features"))
        names = {name: i for i, name in class_names(reader.engine).items()}
    won, other = names[told.won], names[told.other]
    logits = head[0] @ feature[0] + head[1]
    assert told.lead == pytest.approx(float(logits[won] - logits[other]), rel=1e-4)
    latents, neurons = told.units
    assert (latents.kind, neurons.kind) == ("latent", "neuron")
    assert neurons.restored
    masked = feature[0].copy()
    masked[list(neurons.mask)] = feature.mean(axis=0)[list(neurons.mask)]
    assert (head[0] @ masked + head[1]).argmax() == other
    parts = [part.part for part in told.concepts]
    assert parts == sorted(parts, reverse=True)
    assert len({part.name for part in told.concepts}) == len(parts) > 0


def test_a_label_that_abstains_stands_in_brackets(audit: Path, tmp_path: Path):
    names = []
    for abstained in (1, 0):
        copy = shutil.copytree(audit, tmp_path / str(abstained))
        with closing(sqlite3.connect(copy / "audit.db")) as connection, connection:
            connection.execute("update label set abstained = ?", (abstained,))
        with AuditReader(copy) as reader:
            names.append([part.name for part in why(reader, 0).units[0].parts])
    unsure, sure = names
    assert any(sure)
    assert unsure == [f"({name}?)" if name else "" for name in sure]


def test_another_class_can_be_asked_about(audit: Path):
    with AuditReader(audit) as reader:
        info = image(reader.engine, 0)
        assert info is not None
        assert info.predicted_id is not None
        wanted = (int(info.predicted_id) + 5) % 192
        assert why(reader, 0, wanted).other == class_names(reader.engine)[wanted]
        with pytest.raises(InputError, match="another one"):
            why(reader, 0, int(info.predicted_id))
        with pytest.raises(InputError, match="no decision"):
            why(reader, 10_000)


def test_an_image_is_found_by_the_end_of_its_path(audit: Path):
    with AuditReader(audit) as reader:
        found = find_image(reader, "clam/03.png")
        info = image(reader.engine, found)
        assert info is not None
        assert info.path == "clam/03.png"
        with pytest.raises(InputError, match="6 images"):
            find_image(reader, "03.png")
        with pytest.raises(InputError, match="0 images"):
            find_image(reader, "clam/99.png")
