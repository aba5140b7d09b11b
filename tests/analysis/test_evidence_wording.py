"""The lines of evidence, in words."""

from dataclasses import replace

import pytest

from analysis.evidence_wording import EVIDENCE, claim, evidence_sentence, missing
from analysis.shortcuts.verdict import NEEDED
from db.queries.evidence import EvidenceLine

MASKING = EvidenceLine("masking", 2.5, 2.0, 3.0, -0.25, -1.0, 0.5, 12, True, {"latents": [4]})
NAMES = {"class_name": "shark", "concept": "“teeth”"}


def said(line: EvidenceLine) -> str:
    return evidence_sentence(line, **NAMES)


def test_value_interval_control_and_number_are_all_said() -> None:
    assert said(MASKING) == (
        "Masking the latents called “teeth” lowers the logit of shark by 2.50 (2.00 to 3.00) on "
        "its 12 images; masking as much of other latents by −0.25 (95 % between −1.00 and 0.50)."
    )


@pytest.mark.parametrize("name", EVIDENCE)
def test_every_line_says_its_names_and_numbers(name: str) -> None:
    latents = {"latents": [4, 7], "q": 0.01, "before": 1.0, "after": 0.5}
    halves = {"accuracy_with": 0.9, "accuracy_without": 0.3, "with": 8, "without": 4}
    sentence = said(replace(MASKING, line=name, value=0.375, detail=latents | halves))
    assert "shark" in sentence and "“teeth”" in sentence
    shown = {"association": "0.4", "named": "38 %", "accuracy": "38"}.get(name, "0.38")
    assert shown in sentence
    assert sentence.endswith(".")
    assert "None" not in sentence


@pytest.mark.parametrize("name", EVIDENCE)
def test_what_could_not_be_tested_says_why(name: str) -> None:
    line = EvidenceLine(name, *(None,) * 6, 0, None, {"why": "the class has\n2 images"})
    assert said(line) == "Not tested: the class has 2 images."
    assert said(replace(line, detail={})) == "Not tested: the audit does not say why."


def test_a_class_without_latents_called_so() -> None:
    line = replace(MASKING, line="named", value=0.0, n=9, detail={"latents": [], "carriers": 16})
    assert said(line).startswith(
        "None of the 16 latents that carry most of shark is called “teeth”"
    )


def test_one_latent_and_several() -> None:
    told = {"latents": [4], "carriers": 16}
    one = replace(MASKING, line="named", value=0.44, low=0.3, high=0.55, control=0.06, detail=told)
    assert said(one) == (
        "1 of the 16 latents that carry most of shark is called “teeth” on the images of other "
        "classes, and carries 44 % (30 % to 55 %) of its logit; one of them would on average carry "
        "6 %."
    )
    assert "2 of the 16" in said(replace(one, detail=told | {"latents": [4, 5]}))
    assert "any 2 of them" in said(replace(one, detail=told | {"latents": [4, 5]}))


def test_a_line_without_controls_says_so() -> None:
    alone = replace(MASKING, line="drawn", control=None, control_low=None, control_high=None)
    assert "there is no control" in said(alone)


def test_no_zero_is_negative() -> None:
    line = replace(MASKING, value=-0.001, low=-0.004, high=-0.0)
    assert "by 0.00 (0.00 to 0.00)" in said(line)


def test_the_lines_that_a_verdict_asks_for_come_first() -> None:
    assert tuple(EVIDENCE)[: len(NEEDED)] == NEEDED


def test_which_of_them_are_missing() -> None:
    lines = {name: replace(MASKING, line=name) for name in NEEDED}
    assert missing(lines) == ""
    assert missing({}) == ""
    lines["drawn"] = replace(MASKING, holds=False)
    lines["masking"] = replace(MASKING, holds=None)
    assert missing(lines) == (
        "Of the four that make a finding supported, does not hold: “Other classes drawn in”; "
        "could not be tested: “Those latents masked”."
    )


def test_the_claim() -> None:
    assert claim(**NAMES, name_implied=False) == (
        "The classifier decides for shark by “teeth”, which the name does not imply."
    )
    assert "as the name implies" in claim(**NAMES, name_implied=True)


def test_definitions_are_sentences() -> None:
    for words in EVIDENCE.values():
        assert words.meaning.endswith(".")
        assert words.meaning[0].isupper()
