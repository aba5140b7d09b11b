"""A free sentence split into the claims it makes: its runs of content words.

What joins claims (prepositions, conjunctions, articles, forms of "to be" and "to have", pronouns)
is a closed list; everything else says something of the image and must stand the tests. "A small
red fish with a glowing tail on the sand" claims "small red fish", "glowing tail" and "sand".
"""

import re

from analysis.explain.said import Phrase

_JOINING_WORDS = """
a an the this that these those some any each every all both many much most more less few several
various such other another same own no not only also very too so than then there here of in on at
to from by for with without within into onto over under above below near between among around along
across through behind beside next against about after before during until up down off out inside
outside toward towards upon per via like as if while when where which who whom whose what how why
because and or but nor yet is are was were be been being am has have had having do does did can
could may might must shall should will would it its itself he him his she her hers they them their
theirs we us our you your i me my one ones someone something shows show showing seen looks look
looking made make makes used use uses using usually often called known found kind kinds type types
sort part parts piece pieces image picture photo object objects withheld
"""
_JOINING = frozenset(_JOINING_WORDS.split())
"""Words that join claims or say nothing of an image by themselves."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PAUSE = re.compile(r"[,;:.!?()\"“”/–—\d]")


def split(text: str) -> tuple[Phrase, ...]:
    """The claims of a text in their order, the same words claimed once."""
    runs: list[tuple[int, int]] = []
    last = -1
    for word in _WORD.finditer(text):
        if _is_joining(word[0]):
            last = -1
            continue
        if last >= 0 and _PAUSE.search(text, last, word.start()) is None:
            runs[-1] = (runs[-1][0], word.end())
        else:
            runs.append((word.start(), word.end()))
        last = word.end()
    first: dict[str, tuple[int, int]] = {}
    for start, end in runs:
        first.setdefault(text[start:end].lower(), (start, end))
    return tuple(Phrase(start, end, text[start:end]) for start, end in first.values())


def _is_joining(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    return plain.removesuffix("'s").removesuffix("n't") in _JOINING
