"""The command line: help, exit codes, one line for every mistake, JSON and nothing else."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import click
import pandas as pd
import pytest
import torch
import typer
from PIL import Image
from safetensors.torch import load_file, save_file

import analysis.doctor
from analysis.cli import app, main
from analysis.commands import look
from analysis.export import TABLES
from analysis.pipeline import audit as pipeline
from analysis.reef.render import render
from analysis.reef.truth import class_names
from db.engine import reader_engine
from db.queries import overview
from tests import stores
from tests.analysis import small
from tests.analysis.conftest import SmallAudit

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it wrote."""

    code: int
    out: str
    err: str


Glowworm = Callable[..., Done]


@pytest.fixture
def glowworm(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Glowworm:
    """Runs a command in this process."""
    small.hurry(monkeypatch)
    monkeypatch.setattr(analysis.doctor, "load_text_encoder", small.cached_encoder)

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["glowworm", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main()
        out, err = capfd.readouterr()
        code = stop.value.code
        return Done(code if isinstance(code, int) else 0, out, err)

    return run


def reef(world: Path, out: Path, **changes: object) -> list[object]:
    """``audit`` of the shipped classifier; an option that is None is left out."""
    spec = small.shipped_spec()
    options: dict[str, object] = {
        "model": spec.name,
        "checkpoint": spec.checkpoint,
        "input-size": spec.input_size,
        "mean": ",".join(map(str, spec.mean or ())),
        "std": ",".join(map(str, spec.std or ())),
        "crop-pct": spec.crop_pct,
        "interpolation": spec.interpolation,
        "images": world / "images",
        "class-names": world / "class_names.json",
        "concepts": world / "concepts.txt",
        "language-model": "packaged",
        "mlp-epochs": 2,
        "sae-width": 8,
        "sae-k": 2,
        "explain": 1,
        "out": out,
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    words: list[object] = ["audit"]
    for key, value in spec.model_args:
        words += ["--model-arg", f"{key}={value}"]
    for name, value in options.items():
        if value is True:
            words.append(f"--{name}")
        elif value is not None:
            words += [f"--{name}", value]
    return words


# ------------------------------------------------------------------------------------- help


def commands() -> Iterator[tuple[str, ...]]:
    def below(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        yield path
        for name, sub in getattr(command, "commands", {}).items():
            yield from below(sub, (*path, name))

    return below(typer.main.get_command(app), ())


def test_all_commands_are_there() -> None:
    asked = (
        "audit findings labels label ask explain caption why export report bundle serve canary "
        "repair check diff upgrade doctor demo bench map"
    )
    assert {path[0] for path in commands() if path} == set(asked.split())


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_command_has_help(path: tuple[str, ...], glowworm: Glowworm) -> None:
    done = glowworm(*path, "--help")
    assert (done.code, done.err) == (0, "")
    assert "Usage: " in done.out


def test_the_help_of_export_names_the_tables() -> None:
    named = look.EXPORTED.replace(" or ", ", ").split(", ")
    assert named == list(TABLES)


def test_the_help_of_audit_says_what_the_defaults_are(glowworm: Glowworm) -> None:
    text = " ".join(glowworm("audit", "--help").out.split())
    assert "all-mpnet-base-v2" in text
    assert "default: packaged" in text
    assert "default: gpt2" in text


# ------------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    "words",
    [
        ("dance",),
        ("audit",),
        ("audit", "--model", "resnet18"),
        ("findings",),
        ("labels", "x", "--kind", "cell"),
        ("export", "x", "--what", "images", "--out", "y", "--format", "xlsx"),
        ("ask", "x", "text", "--best", "0"),
        ("findings", "--no-such-option", "x"),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2(words: tuple[str, ...], glowworm: Glowworm) -> None:
    done = glowworm(*words)
    assert done.code == 2
    assert done.out == ""
    assert "Usage: " in done.err


@pytest.mark.parametrize(
    "words",
    [
        ("findings", "DIR"),
        ("labels", "DIR", "--json"),
        ("label", "DIR", "latent", "0", "glow"),
        ("ask", "DIR", "red"),
        ("explain", "DIR", "image.png"),
        ("export", "DIR", "--what", "images", "--out", "x.csv"),
        ("report", "DIR"),
        ("serve", "DIR"),
        ("upgrade", "DIR"),
    ],
    ids=" ".join,
)
def test_a_missing_audit_is_said_in_one_line(
    words: tuple[str, ...], glowworm: Glowworm, tmp_path: Path
) -> None:
    done = glowworm(*(str(tmp_path / "nowhere") if word == "DIR" else word for word in words))
    refused(done, "nowhere", "glowworm audit")
    assert list(tmp_path.iterdir()) == []


def refused(done: Done, *said: str, code: int = 1) -> None:
    """Exit 1, or 2 for usage; nothing on stdout, one line on stderr that says all of it."""
    assert done.code == code
    assert done.out == ""
    assert done.err.startswith("glowworm: ")
    assert done.err.endswith("\n") and done.err.count("\n") == 1
    assert [text for text in said if text not in done.err] == []


# -------------------------------------------------------------------------------- bad input


def test_neither_or_both_of_images_and_weights_only(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    out = tmp_path / "audit"
    for changes in ({"images": None}, {"weights_only": True}):
        done = glowworm(*reef(small_audit.world, out, **changes))
        refused(done, "--weights-only", code=2)
    assert not out.exists()


def test_a_missing_or_empty_folder(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    out, empty = tmp_path / "audit", tmp_path / "empty"
    empty.mkdir()
    done = glowworm(*reef(small_audit.world, out, images=tmp_path / "gone"))
    refused(done, "gone is not a directory", "--images")
    done = glowworm(*reef(small_audit.world, out, images=empty))
    refused(done, "empty holds no pictures", "check --images")
    assert not out.exists()


def test_class_names_of_the_wrong_length(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    names, out = tmp_path / "names.txt", tmp_path / "audit"
    names.write_text("\n".join(class_names()[:-2]), "utf-8")
    done = glowworm(*reef(small_audit.world, out, class_names=names))
    refused(done, "names 190 classes", "192 outputs", "give one name for each output")
    done = glowworm(*reef(small_audit.world, out, class_names=tmp_path / "gone.txt"))
    refused(done, "cannot read the class names")
    assert not out.exists()


def test_no_class_names_at_all(glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path) -> None:
    done = glowworm(*reef(small_audit.world, tmp_path / "audit", class_names=None))
    refused(done, "brings no names for its 192 classes", "--class-names")


def test_a_checkpoint_that_does_not_fit_names_three_differences(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    spec = small.shipped_spec()
    assert spec.checkpoint is not None
    weights = load_file(spec.checkpoint)
    gone = list(weights)[:4]
    other, out = tmp_path / "other.safetensors", tmp_path / "audit"
    save_file({key: value for key, value in weights.items() if key not in gone}, other)
    done = glowworm(*reef(small_audit.world, out, checkpoint=other))
    refused(done, "other.safetensors", *(f"{key} is missing" for key in gone[:3]))
    assert gone[3] not in done.err
    assert not out.exists()


class Trap:
    """Unpickled, it would leave a mark."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, (os.environ["GLOWWORM_TEST_TRAP"],))


def test_a_pickled_checkpoint_with_code_is_refused_and_not_run(
    glowworm: Glowworm,
    small_audit: SmallAudit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trap, out = tmp_path / "sprung", tmp_path / "audit"
    monkeypatch.setenv("GLOWWORM_TEST_TRAP", str(trap))
    torch.save({"weight": Trap()}, tmp_path / "evil.pth")
    done = glowworm(*reef(small_audit.world, out, checkpoint=tmp_path / "evil.pth"))
    refused(done, "evil.pth", "could run code", "save its state_dict alone")
    assert not trap.exists() and not out.exists()


def test_an_output_directory_of_something_else(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter1.txt").write_text("precious", "utf-8")
    done = glowworm(*reef(small_audit.world, out))
    refused(done, "thesis is not empty", "--out")
    refused(glowworm(*reef(small_audit.world, out, resume=True)), "thesis")
    assert [path.name for path in out.iterdir()] == ["chapter1.txt"]
    done = glowworm(*reef(small_audit.world, out / "chapter1.txt"))
    refused(done, "chapter1.txt is a file", "--out")
    assert (out / "chapter1.txt").read_text("utf-8") == "precious"


def test_an_output_directory_of_another_audit(
    glowworm: Glowworm, small_audit: SmallAudit, audit_copy: Path, tmp_path: Path
) -> None:
    done = glowworm(*reef(small_audit.world, audit_copy))
    refused(done, "already holds an audit", "--resume", "--out")
    spec = small.shipped_spec()
    assert spec.checkpoint is not None
    other = tmp_path / "other.safetensors"
    save_file({key: value * 1.5 for key, value in load_file(spec.checkpoint).items()}, other)
    done = glowworm(*reef(small_audit.world, audit_copy, checkpoint=other, resume=True))
    refused(done, "other weights", "give another --out", code=2)
    assert overview.counts(reader_engine(audit_copy)).findings > 0


def test_resuming_what_is_not_there(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    done = glowworm(*reef(small_audit.world, tmp_path / "audit", resume=True))
    refused(done, "audit")
    assert not (tmp_path / "audit").exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"text_map": "linear"}, ("--text-map is 'linear'", "auto, mlp, kernel, stacked, icis")),
        ({"mlp_epochs": 0}, ("--mlp-epochs is 0", "give 1 or more")),
        ({"sae_width": None}, ("--sae-width and --sae-k", "both or neither")),
        ({"sae_k": 9}, ("--sae-k is 9 of --sae-width 8",)),
        ({"sae_width": 0, "sae_k": 0}, ("--sae-width is 0", "give 1 or more")),
        ({"sae_seeds": 0}, ("--sae-seeds is 0", "give 1 or more")),
        ({"sae_architecture": "dense"}, ("--sae-architecture is 'dense'", "matryoshka")),
        ({"sae": "theirs"}, ("--sae takes an autoencoder as it is", "leave --sae-width")),
        ({"explain": -1}, ("--explain is -1", "give 0 or more")),
        ({"batch_size": 0}, ("--batch-size is 0", "give 1 or more")),
        ({"mean": "0.5,0.5"}, ("--mean is '0.5,0.5'", "red,green,blue")),
        ({"std": "0,1,1"}, ("--std is", "above 0")),
        ({"crop_pct": 2}, ("--crop-pct is 2", "at most 1")),
        ({"interpolation": "cubist"}, ("--interpolation is 'cubist'", "bilinear")),
        ({"model": "hf:"}, ("'hf:' is incomplete", "torchvision:NAME@WEIGHTS")),
        ({"model": "resnet10000"}, ("timm has no model 'resnet10000'", "did you mean")),
        ({"model_arg": "nonsense"}, ("--model-arg is 'nonsense'", "KEY=VALUE")),
        ({"device": "abacus"}, ("--device is 'abacus'", "give cpu")),
        ({"checkpoint": "gone.pth"}, ("no checkpoint gone.pth", "check --checkpoint")),
        ({"concepts": "gone.txt"}, ("cannot read the concepts gone.txt", "UTF-8")),
    ],
    ids=str,
)
def test_options_out_of_range_are_said_in_one_line(
    changes: dict[str, object],
    said: tuple[str, ...],
    glowworm: Glowworm,
    small_audit: SmallAudit,
    tmp_path: Path,
) -> None:
    out = tmp_path / "audit"
    code = 1 if changes.keys() <= {"checkpoint", "concepts"} or "resnet10000" in said[0] else 2
    refused(glowworm(*reef(small_audit.world, out, **changes)), *said, code=code)
    assert not out.exists()


def test_a_mistake_in_a_process_of_its_own_is_one_line_too(
    small_audit: SmallAudit, tmp_path: Path
) -> None:
    """Nothing that a library says while it is imported stands beside it."""
    words = reef(small_audit.world, tmp_path / "audit", images=tmp_path / "gone")
    done = subprocess.run(
        [sys.executable, "-m", "analysis.cli", *map(str, words)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    refused(Done(done.returncode, done.stdout, done.stderr), "gone is not a directory")


# ----------------------------------------------------------------------------- a whole audit


def test_an_audit_tells_how_it_goes_on_stderr_and_writes_the_report(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    out = tmp_path / "an audit"
    words = reef(small_audit.world, out, images=None, weights_only=True)
    done = glowworm(*words)
    assert (done.code, done.out) == (0, "")
    assert "Images: skipped, this audit has none\n" in done.err
    assert f"Report: {out / 'report.html'}\n" in done.err
    assert f"glowworm serve {shlex.quote(str(out))}\n" in done.err
    assert "jellyfish" in (out / "report.html").read_text("utf-8")
    run = overview.last_run(reader_engine(out))
    assert run is not None
    assert run.command == shlex.join(["glowworm", *map(str, words)])
    again = glowworm(*words, "--resume")
    assert again.code == 0
    assert again.err.count(": unchanged\n") == 6


@pytest.mark.parametrize("resumed", [False, True])
def test_ctrl_c_prints_the_command_that_goes_on(
    resumed: bool,
    glowworm: Glowworm,
    small_audit: SmallAudit,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "run_audit", stop)
    words = reef(small_audit.world, tmp_path / "an audit", resume=resumed or None)
    done = glowworm(*words)
    assert done.code == 130
    (line,) = [line for line in done.err.splitlines() if "Go on with: " in line]
    command = shlex.split(line.partition("Go on with: ")[2])
    expected = ["glowworm", *map(str, words)]
    assert command == (expected if resumed else [*expected, "--resume"])


# ------------------------------------------------------------------------- looking at an audit


def printed(done: Done) -> list[dict[str, object]]:
    """The records on stdout, which holds nothing else, as stderr holds nothing at all."""
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


def test_findings_as_json(glowworm: Glowworm, synthetic: Path) -> None:
    records = printed(glowworm("findings", synthetic, "--json"))
    assert len(records) == 12
    assert (
        records[0].items()
        >= {
            "class": "jellyfish",
            "concept": "glowing",
            "rank": 1,
            "verdict": "candidate",
            "name_implied": False,
        }.items()
    )
    assert [r["rank"] for r in records[:3]] == [1, None, 2]
    assert all((r["rank"] is None) == r["name_implied"] for r in records)


def test_findings_as_a_table(glowworm: Glowworm, synthetic: Path) -> None:
    done = glowworm("findings", synthetic)
    assert (done.code, done.err) == (0, "")
    assert "jellyfish" in done.out and "glowing" in done.out
    assert "candidate" in done.out
    everything = glowworm("findings", synthetic, "--all")
    assert everything.out.count("\n") > done.out.count("\n")


def test_the_strongest_findings_whatever_their_verdict(
    glowworm: Glowworm, small_audit: SmallAudit
) -> None:
    records = printed(glowworm("findings", small_audit.directory, "--json"))
    first = sorted((r for r in records if r["rank"] == 1), key=lambda r: -r["score"])
    done = glowworm("findings", small_audit.directory, "--strongest", "--top", "1")
    assert f"1 of {len(first)} classes" in done.out
    assert first[0]["class"].split()[0] in done.out
    assert first[1]["class"] not in done.out


def test_findings_by_another_map(glowworm: Glowworm, small_audit: SmallAudit) -> None:
    records = printed(glowworm("findings", small_audit.directory, "--text-map", "mlp", "--json"))
    assert {r["text_map"] for r in records} == {"mlp"}
    assert len(records) == 192 * len(small.CONCEPTS)


@pytest.mark.parametrize("command", ["findings", "labels"])
def test_a_map_that_the_audit_does_not_have_is_refused(
    command: str, glowworm: Glowworm, small_audit: SmallAudit
) -> None:
    done = glowworm(command, small_audit.directory, "--text-map", "linear", "--json")
    refused(done, "of the text map 'linear'", "kernel", "mlp", code=2)


def test_labels_as_json(glowworm: Glowworm, synthetic: Path) -> None:
    records = printed(glowworm("labels", synthetic, "--json"))
    kinds = [r["kind"] for r in records]
    assert kinds.count("latent") == stores.N_LATENTS - 1  # the dead one has no label
    assert kinds.count("neuron") == stores.N_NEURONS
    assert records[0].items() >= {"unit": 0, "label": "glowing", "abstained": False}.items()
    only = printed(glowworm("labels", synthetic, "--kind", "neuron", "--json"))
    assert only == [r for r in records if r["kind"] == "neuron"]
    table = glowworm("labels", synthetic)
    assert table.code == 0 and "tentacles" in table.out


def test_ask_as_json(glowworm: Glowworm, small_audit: SmallAudit) -> None:
    records = printed(glowworm("ask", small_audit.directory, "a duck", "--best", 3, "--json"))
    kinds = [r["kind"] for r in records]
    assert kinds == [k for k in ("class", "latent", "neuron", "image") for _ in range(3)]
    assert records[0]["name"] == "duck"
    assert all(0 <= float(str(r["percentile"])) <= 100 for r in records)
    table = glowworm("ask", small_audit.directory, "a [bold]duck[/bold]")
    assert table.code == 0 and "a [bold]duck[/bold]" in table.out
    steered = glowworm("ask", small_audit.directory, "a \x1b[31mred\x1b[0m duck")
    assert steered.code == 0 and "\x1b" not in steered.out
    refused(glowworm("ask", small_audit.directory, "  "), "the text is empty")


def test_explain_as_json(glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path) -> None:
    audit = copytree(small_audit.directory, tmp_path / "audit")
    image = small_audit.world / "images" / "duck" / "00.png"
    done = glowworm("explain", audit, image, "--method", "zero-shot", "--json")
    assert done.code == 0, done.err
    (told,) = json.loads(done.out)
    assert told["class"] in class_names()
    assert told["text"].startswith("because it shows ") and told["method"] == "zero-shot"
    assert told["language_model"].startswith("packaged")
    assert -1 <= told["score"] <= 1
    assert told["stored"] and told["image"] == "duck/00.png"
    for claim in told["claims"]:
        assert told["text"][claim["start"] : claim["end"]] == claim["text"]
        assert bool(claim["reason"]) != claim["supported"]
        if claim["supported"]:
            assert claim["odds_drop"] > max(0, claim["odds_random"])
    words = glowworm("explain", audit, image, "--method", "zero-shot")
    assert told["text"] in words.out.replace("~~", "")


def test_explain_stores_what_the_audit_knows_and_tells_the_rest(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    audit = copytree(small_audit.directory, tmp_path / "audit")
    new = tmp_path / "new.png"
    Image.fromarray(render("turtle", 5).image).save(new)
    done = glowworm("explain", audit, "duck/00.png", new, "--class", "jellyfish", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert [(t["subject"], t["stored"]) for t in told] == [
        ("image", True), ("image", False), ("class", True)
    ]  # fmt: skip
    out = tmp_path / "explanations.json"
    glowworm("export", audit, "--what", "explanations", "--out", out, "--format", "json")
    stored = {row["text"] for row in json.loads(out.read_text("utf-8"))}
    assert {told[0]["text"], told[2]["text"]} <= stored
    assert told[1]["text"] not in stored
    again = glowworm("explain", audit, "duck/00.png", "--json")
    assert [t["text"] for t in json.loads(again.out)] == [told[0]["text"]]
    glowworm("export", audit, "--what", "explanations", "--out", out, "--format", "json")
    assert len(json.loads(out.read_text("utf-8"))) == len(stored)


def test_explain_refuses_in_one_line(
    glowworm: Glowworm, small_audit: SmallAudit, weights_only: SmallAudit
) -> None:
    audit = small_audit.directory
    refused(glowworm("explain", audit, "duck/gone.png"), "there is no image duck/gone.png")
    refused(glowworm("explain", audit), "--errors or --class", code=2)
    refused(glowworm("explain", audit, "--class", "unicorn"), "there is no class 'unicorn'")
    image = weights_only.world / "images" / "duck" / "00.png"
    refused(glowworm("explain", weights_only.directory, image), "no latents and neurons")


def test_caption_describes_any_image(
    glowworm: Glowworm, small_audit: SmallAudit, tmp_path: Path
) -> None:
    audit = copytree(small_audit.directory, tmp_path / "audit")
    done = glowworm("caption", audit, "duck/00.png", "--json")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["text"] and "because" not in told["text"]
    assert -1 <= told["score"] <= 1 and told["fluency"] < 0


def test_export(glowworm: Glowworm, synthetic: Path, tmp_path: Path) -> None:
    out = tmp_path / "images.csv"
    done = glowworm("export", synthetic, "--what", "images", "--out", out)
    assert (done.code, done.out) == (0, "")
    assert f"{stores.N_IMAGES} rows in {out}" in done.err
    assert len(pd.read_csv(out)) == stores.N_IMAGES
    done = glowworm("export", synthetic, "--what", "pictures", "--out", tmp_path / "x")
    refused(done, "no table 'pictures'", "class-concepts", code=2)
    done = glowworm("export", synthetic, "--what", "images", "--out", tmp_path / "no" / "x")
    refused(done, "cannot be written", "--out", code=2)
    assert [path.name for path in tmp_path.iterdir()] == ["images.csv"]


def test_report(glowworm: Glowworm, synthetic: Path, tmp_path: Path) -> None:
    page = tmp_path / "new" / "report.html"
    done = glowworm("report", synthetic, "--html", page)
    assert (done.code, done.out) == (0, "")
    assert done.err.startswith(f"Report: {page} (") and done.err.count("\n") == 1
    assert "jellyfish" in page.read_text("utf-8")
    (tmp_path / "file").touch()
    refused(glowworm("report", synthetic, "--html", tmp_path / "file" / "x.html"), "--html", code=2)


# ------------------------------------------------------------------------- tending an audit


def test_doctor_finds_a_good_audit_good(glowworm: Glowworm, small_audit: SmallAudit) -> None:
    done = glowworm("doctor", small_audit.directory)
    assert (done.code, done.err) == (0, "")
    assert "WRONG" not in done.out
    assert "is whole" in done.out.splitlines()[-1]


def test_doctor_finds_a_flipped_byte_and_exits_with_1(glowworm: Glowworm, audit_copy: Path) -> None:
    (array,) = (audit_copy / "arrays").glob("features.*.npy")
    content = bytearray(array.read_bytes())
    content[-1] ^= 1
    array.write_bytes(content)
    done = glowworm("doctor", audit_copy)
    assert done.code == 1
    (wrong,) = [line for line in done.out.splitlines() if line.startswith("WRONG")]
    assert array.name in wrong and "has been changed" in wrong and "--resume" in wrong


def test_doctor_says_when_there_is_no_audit(glowworm: Glowworm, tmp_path: Path) -> None:
    done = glowworm("doctor", tmp_path / "nowhere")
    assert done.code == 1
    assert [line for line in done.out.splitlines() if line.startswith("WRONG")]


def test_upgrade_leaves_a_store_of_this_version_alone(
    glowworm: Glowworm, synthetic: Path, tmp_path: Path
) -> None:
    directory = shutil.copytree(synthetic, tmp_path / "audit")
    before = {path: path.read_bytes() for path in directory.rglob("*.npy")}
    done = glowworm("upgrade", directory)
    assert (done.code, done.out, done.err) == (0, "", "The store is up to date.\n")
    assert {path: path.read_bytes() for path in directory.rglob("*.npy")} == before


@pytest.mark.parametrize("command", ["findings", "labels"])
def test_an_unfinished_audit_is_not_an_empty_result(
    command: str, glowworm: Glowworm, tmp_path: Path
) -> None:
    directory = stores.build_empty_store(tmp_path / "empty")
    refused(glowworm(command, directory), "no text map yet", "--resume")
