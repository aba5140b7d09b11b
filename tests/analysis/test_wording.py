"""What the numbers mean, in words."""

import pytest

from analysis.wording import MEANING, VERDICT, finding_sentences, one_line

FINDING = {
    "class_name": "shark",
    "concept": "“teeth”",
    "z_weights": 4.04,
    "z_features": 3.0,
    "z_latents": 2.5,
    "z_name": 0.5,
    "q": 0.02,
    "name_implied": False,
}


def test_a_finding_is_read_out() -> None:
    weights, features, latents, name, chance = finding_sentences(**FINDING)
    assert weights.startswith(
        "Beyond what its name explains, the weights of shark lean towards “teeth” 4.0 standard"
    )
    assert "3.0 standard deviations above" in features
    assert "2.5 standard deviations above" in latents
    assert "only 0.5" in name
    assert "unexpected" in name
    assert "about 2.0 % are expected to be chance" in chance


def test_what_was_not_measured_is_said() -> None:
    said = finding_sentences(**FINDING | {"z_features": None, "z_latents": None})
    assert "No image" in said[1]
    assert not any("latents" in sentence for sentence in said)


def test_a_name_implied_concept_is_called_so() -> None:
    name = finding_sentences(**FINDING | {"name_implied": True, "z_name": 2.5})[3]
    assert "name-implied" in name
    assert "unexpected" not in name


@pytest.mark.parametrize(("q", "words"), [(0.0, "less than 0.1 %"), (0.001, "about 0.1 %")])
def test_small_chances_are_not_rounded_to_none(q: float, words: str) -> None:
    assert words in finding_sentences(**FINDING | {"q": q})[4]


def test_negative_evidence_is_below_the_average() -> None:
    assert "1.5 standard deviations below" in finding_sentences(**FINDING | {"z_weights": -1.5})[0]


def test_definitions_are_sentences() -> None:
    for text in (*MEANING.values(), *VERDICT.values()):
        assert text.endswith(".")
        assert text[0].isupper()


def test_a_name_is_one_line() -> None:
    assert one_line(" a\n b\x00 ") == "a b"
