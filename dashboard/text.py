"""Names made safe to show.

Names of classes, concepts, files and models come from data sets and checkpoints: they may hold
markup, control characters or ten thousand letters. Everything the dashboard shows passes through
one of three functions, chosen by the widget that renders it:

``plain``  for widgets that show text literally (tables, select boxes, alternative texts)
``md``     for widgets that render Markdown (captions, labels, headings, help)
``chart``  for Plotly, which renders a little HTML
"""

import html
import re

from analysis.wording import LINE, one_line

plain = one_line

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_WORD_JOINER = "\u2060"
# Streamlit looks for :emoji:, :material/icon:, addresses and arrows after Markdown was parsed, so
# that a backslash does not stop it; an invisible joiner does.
_LATE = re.compile(r"(?<=:)(?=[\w/+-])|(?<=www)(?=\.)|(?=@)|(?<=[<>~-])(?=[<>=-])", re.IGNORECASE)


def md(value: object, limit: int = LINE) -> str:
    """The same line, to stand inside Markdown: nothing in it is formatted, linked or replaced."""
    return _PUNCTUATION.sub(r"\\\1", _LATE.sub(_WORD_JOINER, plain(value, limit)))


def said(value: str | None, limit: int = LINE) -> str:
    """What a person said, literally; nothing where nothing was said."""
    return plain(value, limit) if value and value.strip() else ""


def chart(value: object, limit: int = 40) -> str:
    """The same line, to stand in a Plotly figure: no tag in it is rendered."""
    return html.escape(plain(value, limit), quote=False)


def quoted(value: object, limit: int = LINE) -> str:
    """A concept as Markdown, in quotation marks."""
    return f"“{md(value, limit)}”"
