"""The one small writer of what people say: labels, verdicts, lists, and what they looked at.

The store is read-only to it otherwise. Rows are only ever added: the newest of a subject holds,
the others are its history. They hang on no stage and survive new audits.
"""

from db.human.labels import label_unit, withdraw_label
from db.human.lists import list_subject, unlist_subject
from db.human.reattach import reattach
from db.human.reviews import review_finding
from db.human.visits import record_visit
from db.human.writing import LONGEST_AUTHOR, LONGEST_COMMENT, LONGEST_TEXT

__all__ = [
    "LONGEST_AUTHOR",
    "LONGEST_COMMENT",
    "LONGEST_TEXT",
    "label_unit",
    "list_subject",
    "reattach",
    "record_visit",
    "review_finding",
    "unlist_subject",
    "withdraw_label",
]
