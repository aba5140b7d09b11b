"""Repairs, the latents that are named so, and what guards compare; see ``tests.evidence_rows``."""

import pandas as pd
from sqlalchemy import Engine

from db.queries.repairs import claims, finding_called, named_latents, repairs


def test_edits_stand_in_the_order_in_which_they_were_tried(tested: Engine, full: Engine) -> None:
    frame = repairs(tested, 1)
    assert frame["method"].tolist() == ["both", "project"]
    assert frame["chosen"].tolist() == [True, False]
    assert (frame["class_name"][0], frame["concept"][0]) == ("jellyfish", "glowing")
    assert (frame["without_before"][0], frame["without_after"][0]) == (0.4, 0.8)
    assert frame["worst"][0] == [{"class": "shark", "before": 0.9, "after": 0.8, "n": 10}]
    assert frame["path"].tolist() == ["repairs/finding-1-both.safetensors", None]
    assert len(repairs(tested)) == 2 and repairs(tested, 4).empty
    assert repairs(full).columns.tolist() == frame.columns.tolist()


def test_a_finding_is_found_by_the_words_of_class_and_concept(full: Engine) -> None:
    assert finding_called(full, "jellyfish/glowing") == 1
    assert finding_called(full, "red crab/red") == 7
    for unknown in ("jellyfish", "jellyfish/", "Jellyfish/glowing", "jellyfish/cave", "%/%"):
        assert finding_called(full, unknown) is None


def test_latents_are_those_of_the_line_that_names_them(tested: Engine, full: Engine) -> None:
    assert named_latents(tested, 1) == [1, 4]
    assert named_latents(tested, 4) == []  # tested, and nothing is called so
    assert named_latents(full, 1) == []


def test_claims_carry_what_the_class_relies_on(tested: Engine, empty: Engine) -> None:
    frame = claims(tested).set_index("finding_id")
    assert len(frame) == 12
    first = frame.loc[1]
    assert (first["class_name"], first["concept"], first["verdict"]) == (
        "jellyfish",
        "glowing",
        "supported",
    )
    assert (first["masking"], first["masking_low"], first["masking_high"]) == (2.5, 2.0, 3.0)
    assert (first["accuracy"], first["projecting"], first["named_share"]) == (0.5, -0.5, 0.4)
    assert frame.loc[3, "duplicate_of"] == 1 and pd.isna(frame.loc[3, "rank"])
    assert pd.isna(frame.loc[4, "masking"]) and frame.loc[4, "projecting"] == 0.75
    assert frame.loc[5, ["masking", "accuracy", "duplicate_of"]].isna().all()
    assert claims(empty).columns.tolist() == claims(tested).columns.tolist()
