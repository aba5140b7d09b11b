"""More explanations of a finished audit: tools that change how, and what is kept."""

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from analysis.errors import InputError, TextError
from analysis.explain.methods import Settings
from analysis.pipeline.explain_more import Asked, explain_more
from db.queries.explanations import ExplanationFilter, explanations
from db.queries.overview import stages
from db.reader import AuditReader
from tests.analysis import small
from tests.analysis.conftest import SmallAudit
from tests.analysis.explain.tiny_clip import write_clip

IMAGE = Asked(images=[Path("duck/00.png")])


@pytest.fixture
def audit(small_audit: SmallAudit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small.hurry(monkeypatch)
    return copytree(small_audit.directory, tmp_path / "audit")


def one(audit: Path, method: Any, settings: Settings | None = None, **tools: Any) -> dict[str, Any]:
    settings = settings or Settings()
    (told,) = explain_more(audit, IMAGE, [method], settings, progress=small.Recorder(), **tools)
    return told


def test_a_clip_is_texters_space_and_selects_sentences(audit: Path, tmp_path: Path) -> None:
    clip = str(write_clip(tmp_path / "clip"))
    told = one(audit, "texter", clip=clip)
    assert told["details"]["joint"] == clip
    assert one(audit, "texter")["details"]["joint"] == "text map"
    selected = one(audit, "zero-shot", clip=clip)
    assert selected["config"]["selection"] == "CLIP-score"
    assert selected["details"]["words"] in {c["text"] for c in selected["candidates"]}
    assert one(audit, "zero-shot")["config"]["selection"] == "cosine"


def test_a_clip_that_cannot_be_had_is_a_plain_error(audit: Path, tmp_path: Path) -> None:
    with pytest.raises(TextError, match="cannot load the CLIP"):
        one(audit, "texter", clip=str(tmp_path))


def test_a_concept_image_says_whether_it_keeps_the_decision(audit: Path) -> None:
    made = one(audit, "texter", concept_image=True)["details"]["concept_image"]
    assert set(made) == {"kept", "ratio", "cosine"} and made["ratio"] > 0
    assert one(audit, "texter")["details"]["concept_image"] is None


def test_the_language_model_may_write_what_the_pipeline_means(audit: Path) -> None:
    told = one(audit, "pipeline", Settings(written_by_model=True))
    assert told["language_model"].startswith("packaged")
    assert told["details"]["meaning"] == one(audit, "pipeline")["details"]["meaning"]


def test_errors_are_explained_once(audit: Path) -> None:
    asked = Asked(errors=True)
    recorder = small.Recorder()
    first = explain_more(audit, asked, ["texter"], Settings(), progress=recorder)
    assert first and all(told["stored"] for told in first)
    assert explain_more(audit, asked, ["texter"], Settings(), progress=recorder) == []
    assert any("were explained before" in line for line in recorder.said)
    with AuditReader(audit) as reader:
        stored = explanations(reader.engine, ExplanationFilter(method="texter"), limit=None)
        names = set(stages(reader.engine)["name"])
    assert len(stored) >= len(first) and stored["explanation_id"].is_unique
    assert {f"explain texter image {i}" for i in stored["image_id"][1:]} <= names | {
        f"explain texter image {i}" for i in stored["image_id"]
    }


def test_a_class_as_a_whole_has_no_image(audit: Path) -> None:
    (told,) = explain_more(
        audit, Asked(classes=["shark"]), ["pipeline"], Settings(), progress=small.Recorder()
    )
    assert (told["subject"], told["image"], told["class"]) == ("class", None, "shark")
    assert told["probability"] > 0.01  # straight along its own weights, among 192 classes


def test_a_part_of_a_class_name_is_completed(audit: Path) -> None:
    with pytest.raises(InputError, match=r"no class 'fish' \(perhaps [a-z -]*fish[a-z -]*, "):
        explain_more(
            audit, Asked(classes=["fish"]), ["texter"], Settings(), progress=small.Recorder()
        )


def test_what_is_not_there_is_refused(audit: Path) -> None:
    with pytest.raises(InputError, match=r"no class 'Shark' \(perhaps shark"):
        explain_more(
            audit, Asked(classes=["Shark"]), ["texter"], Settings(), progress=small.Recorder()
        )
