"""A finding's lines and images."""

from sqlalchemy import Engine

from db.queries.evidence import EvidenceLine, evidence, evidence_images, evidence_records


def test_lines_by_their_names(tested: Engine) -> None:
    lines = evidence(tested, 1)
    assert len(lines) == 8
    assert lines["masking"] == EvidenceLine(
        "masking", 2.5, 2.0, 3.0, 0.25, -0.5, 1.0, 3, True, {"latents": [1, 4]}
    )
    assert (lines["lost"].value, lines["lost"].holds) == (None, None)
    assert lines["projecting"].holds is False


def test_a_finding_that_was_not_tested_has_none(tested: Engine, full: Engine) -> None:
    assert evidence(tested, 10) == {}
    assert evidence(full, 1) == {}
    assert evidence_images(tested, 10).empty


def test_images_role_by_role_with_their_decision(tested: Engine) -> None:
    frame = evidence_images(tested, 1)
    assert list(zip(frame["role"], frame["rank"], frame["image_id"], strict=True)) == [
        ("drawn", 1, 1),
        ("erased", 1, 0),
        ("erased", 2, 4),
        ("with", 1, 0),
        ("with", 2, 4),
        ("without", 1, 8),
    ]
    drawn = frame.iloc[0]
    # Image 1 is a shark that is taken for a red crab.
    assert (drawn["class_name"], drawn["predicted"], drawn["margin"]) == (
        "shark",
        "red crab",
        -0.25,
    )
    assert frame["after"].isna().tolist() == [True, False, False, True, True, True]


def test_empty_frames_have_the_columns_and_types_of_full_ones(tested: Engine) -> None:
    filled, bare = evidence_images(tested, 1), evidence_images(tested, 999)
    assert list(bare.columns) == list(filled.columns)
    assert list(bare.dtypes) == list(filled.dtypes)


def test_records_of_one_text_map(tested: Engine) -> None:
    records = evidence_records(tested, "kernel")
    assert {finding: len(lines) for finding, lines in records.items()} == {1: 8, 4: 7, 7: 6}
    assert "finding_id" not in records[1][0]
    assert evidence_records(tested, "mlp") == {}
