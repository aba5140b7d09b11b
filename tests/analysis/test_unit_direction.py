"""Directions of units, by which people's labels find them again; and the command that labels."""

import getpass
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from sqlalchemy import text

from analysis.cli import main
from analysis.commands.label import _login
from analysis.errors import InputError, UsageError
from analysis.unit_direction import unit_direction
from db.engine import make_engine, reader_engine
from db.errors import StoreDamaged, StoreMissing
from db.queries.human import current_labels
from tests import stores

# Latent 1 adds (0, 3, 4, 0) to the feature: of unit length (0, 0.6, 0.8, 0). Latent 5 adds nothing.
DECODER = np.array(
    [[2, 0, 0, 0], [0, 3, 4, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 1], [0, 0, 0, 0]], np.float32
)


@pytest.fixture
def audit(tmp_path: Path) -> Path:
    directory = stores.build_store(tmp_path / "audit")
    folder = directory / "sae"
    folder.mkdir()
    config = {"architecture": "topk", "k": 2, "apply_b_dec_to_input": True}
    (folder / "cfg.json").write_text(json.dumps(config), "utf-8")
    weights = {
        "W_enc": np.ascontiguousarray(DECODER.T),
        "b_enc": np.zeros(6, np.float32),
        "W_dec": DECODER,
        "b_dec": np.zeros(4, np.float32),
    }
    save_file(weights, folder / "sae_weights.safetensors")
    return directory


def change(audit: Path, statement: str) -> None:
    engine = make_engine(audit, "rw")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_a_latent_points_where_its_decoder_does(audit: Path) -> None:
    np.testing.assert_allclose(unit_direction(audit, "latent", 1), [0, 0.6, 0.8, 0], rtol=1e-6)
    np.testing.assert_array_equal(unit_direction(audit, "latent", 0), [1, 0, 0, 0])
    np.testing.assert_array_equal(unit_direction(audit, "latent", 5), np.zeros(4))


def test_neurons_and_channels_are_axes(audit: Path) -> None:
    np.testing.assert_array_equal(unit_direction(audit, "neuron", 2), [0, 0, 1, 0])
    change(audit, "update unit set kind = 'channel' where kind = 'neuron' and number < 2")
    np.testing.assert_array_equal(unit_direction(audit, "channel", 1), [0, 1])


def test_a_unit_that_is_not_there(audit: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no latent 6: give one of 0 to 5"):
        unit_direction(audit, "latent", 6)
    with pytest.raises(InputError, match="no neuron -1"):
        unit_direction(audit, "neuron", -1)
    with pytest.raises(InputError, match="kind 'channel': give latent or neuron"):
        unit_direction(audit, "channel", 0)
    with pytest.raises(InputError, match="--resume"):
        unit_direction(stores.build_empty_store(tmp_path / "empty"), "latent", 0)
    with pytest.raises(StoreMissing):
        unit_direction(tmp_path / "nowhere", "latent", 0)


def test_an_autoencoder_that_is_gone(audit: Path) -> None:
    (audit / "sae" / "sae_weights.safetensors").unlink()
    with pytest.raises(StoreDamaged, match=r"sae cannot be read; make it again.*--resume"):
        unit_direction(audit, "latent", 0)
    assert unit_direction(audit, "neuron", 0)[0] == 1


def test_no_torch_is_needed(audit: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from analysis.unit_direction import unit_direction\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "unit_direction(Path(sys.argv[1]), 'latent', 0); print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, audit], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


# ------------------------------------------------------------------------------- the command


Glowworm = Callable[..., tuple[int, str, str]]


@pytest.fixture
def glowworm(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Glowworm:
    """Runs a command in this process as user ann: its exit code, what it says, what it warns."""
    monkeypatch.setenv("LOGNAME", "ann")

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["glowworm", *map(str, words)])
        with pytest.raises(SystemExit) as stop:
            main()
        return stop.value.code or 0, *capfd.readouterr()  # type: ignore[return-value]

    return run


def test_a_person_names_a_unit_and_takes_it_back(audit: Path, glowworm: Glowworm) -> None:
    said = glowworm("label", audit, "latent", 1, "[red] lamp", "--comment", "in the dark")
    assert said == (0, "latent 1: “[red] lamp” (by ann; 1 in its history)\n", "")
    said = glowworm("label", audit, "latent", 1, "glow", "--author", "bob")
    assert said == (0, "latent 1: “glow” (by bob; 2 in its history)\n", "")
    code, out, _ = glowworm("labels", audit, "--kind", "latent", "--json")
    assert code == 0
    assert [record["human"] for record in json.loads(out)] == [None, "glow", None, None, None]
    said = glowworm("label", audit, "latent", 1, "--withdraw")
    assert said == (0, "latent 1: no label by a person (by ann; 3 in its history)\n", "")
    assert len(current_labels(reader_engine(audit))) == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("latent", 1), 2, "give a label for the unit, or --withdraw"),
        (("latent", 1, "x", "--withdraw"), 2, "not both"),
        (("latent", 1, " "), 1, "label has 0 characters"),
        (("latent", 1, "x", "--author", "y" * 101), 1, "author has 101 characters"),
        (("latent", 9, "x"), 1, "has no latent 9: give one of 0 to 5"),
        (("latent", 5, "x"), 1, "latent 5 has no direction"),
        (("channel", 0, "x"), 1, "give latent or neuron"),
        (("latent", 1, "--withdraw"), 1, "no person's label is on latent 1"),
    ],
    ids=str,
)
def test_mistakes_are_said_in_one_line(
    audit: Path, glowworm: Glowworm, words: tuple[object, ...], code: int, said: str
) -> None:
    ended, out, err = glowworm("label", audit, *words)
    assert (ended, out) == (code, "")
    assert err.startswith("glowworm: ") and err.count("\n") == 1 and said in err


def test_a_kind_that_is_none_is_wrong_usage(audit: Path, glowworm: Glowworm) -> None:
    code, out, err = glowworm("label", audit, "cell", 1, "x")
    assert (code, out) == (2, "") and "latent" in err


def test_nobody_is_logged_in(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    with pytest.raises(UsageError, match="--author"):
        _login()
