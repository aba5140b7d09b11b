"""Prompts of class names."""

from analysis.text.prompts import class_prompts


def test_the_papers_prompt() -> None:
    assert class_prompts(["jellyfish"]) == ["an image of a jellyfish"]


def test_underscores_of_folder_names_become_spaces() -> None:
    names = ["great_white_shark", " red crab "]
    assert class_prompts(names) == ["an image of a great white shark", "an image of a red crab"]


def test_another_template_and_names_with_braces() -> None:
    assert class_prompts(["a_b", "{}", "{0}"], "{}") == ["a b", "{}", "{0}"]
    assert class_prompts([]) == []
