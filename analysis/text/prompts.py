"""Prompts: class names go through the paper's prompt, concepts and sentences stand as they are."""

from collections.abc import Sequence

CLASS_PROMPT = "an image of a {}"


def class_prompts(class_names: Sequence[str], template: str = CLASS_PROMPT) -> list[str]:
    """Put each class name into the prompt of paper §3.1.

    Underscores become spaces: folder names are often the only names a user has, and a text
    encoder was trained on words.
    """
    return [template.format(name.replace("_", " ").strip()) for name in class_names]
