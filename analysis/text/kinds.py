"""What kinds of thing the class names speak of: "fish" where classes are a red and a blue fish."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

SHARED_BY = 3
"""A head noun is a kind when at least this many class names have it."""
_HEAD_ENDS = re.compile(r"\b(in|on|of|by|with|under|at|for|from)\b|[,(]")
_ARTICLE = re.compile(r"^(a|an|the)\s+")


def names_a_kind(
    class_names: Sequence[str], concepts: Sequence[str]
) -> Bool[np.ndarray, " concepts"]:
    """Concepts that are the head of several class names ("fish" of "red fish", "fish in a cave").

    That a class holds its like among the other classes says that they look alike.
    """
    heads = Counter(end for name in class_names for end in _ends(name))
    kinds = {text for text, count in heads.items() if count >= SHARED_BY}
    return np.array([_plain(concept) in kinds for concept in concepts], bool)


def _ends(name: str) -> set[str]:
    """The last word of a name's head, the last two, …"""
    words = _HEAD_ENDS.split(_plain(name))[0].split()
    return {_plain(" ".join(words[i:])) for i in range(len(words))}


def _plain(text: str) -> str:
    """Without article, capitals and the s of a plural."""
    plain = _ARTICLE.sub("", " ".join(text.casefold().split()))
    return plain[:-1] if len(plain) > 3 and plain.endswith("s") and plain[-2] != "s" else plain


def names_say(
    class_names: Sequence[str], concepts: Sequence[str]
) -> Bool[np.ndarray, "classes concepts"]:
    """Pairs in which every word of the concept stands in the class's name."""
    classes_with: dict[str, set[int]] = {}
    for i, name in enumerate(class_names):
        for word in _words(name):
            classes_with.setdefault(word, set()).add(i)
    said = np.zeros((len(class_names), len(concepts)), bool)
    for j, concept in enumerate(concepts):
        words = _words(concept)
        if words:
            said[list(set.intersection(*(classes_with.get(w, set()) for w in words))), j] = True
    return said


def _words(text: str) -> list[str]:
    return [_plain(word) for word in re.findall(r"\w+", _plain(text))]
