"""Two people who reviewed a small store: verdicts, lists, looks, and a label.

Of the findings (class, concept) of ``tests.store_rows`` with ids 1, 2 and 4 both decided: ann
confirmed, confirmed and rejected, bob confirmed, rejected and rejected. ann decided about 3 and
took it back; bob alone decided about 5.
"""

from pathlib import Path

import numpy as np

from db.human.labels import label_unit
from db.human.lists import list_subject, unlist_subject
from db.human.reviews import review_finding
from db.human.visits import record_visit

DECIDED = (
    ("ann", 1, "confirmed", "glows in every picture"),
    ("bob", 1, "confirmed", ""),
    ("ann", 2, "confirmed", ""),
    ("bob", 2, "needs data", ""),
    ("bob", 2, "rejected", "nothing to see"),
    ("ann", 3, "needs data", ""),
    ("ann", 3, None, "by mistake"),
    ("ann", 4, "rejected", ""),
    ("bob", 4, "rejected", ""),
    ("bob", 5, "needs data", ""),
)


def add_people(directory: Path) -> Path:
    """Let them review the store in ``directory``."""
    for author, finding, decision, comment in DECIDED:
        review_finding(directory, finding, decision, author=author, comment=comment)
    axis = np.eye(4, dtype=np.float32)
    list_subject(directory, "to retrain", "finding", 1, author="ann", comment="first")
    list_subject(directory, "to retrain", "class", 1, author="bob")
    list_subject(directory, "to retrain", "image", 5, author="bob")
    list_subject(directory, "to retrain", "latent", 1, author="ann", direction=axis[1])
    list_subject(directory, "odd", "image", 3, author="ann")
    unlist_subject(directory, "odd", "image", 3, author="bob")
    for kind, identity in (("finding", 1), ("class", 0), ("image", 5), ("latent", 1)):
        record_visit(directory, kind, identity, author="bob")
    said = {"text": "lamp", "author": "ann", "comment": "", "direction": axis[0]}
    label_unit(directory, kind="neuron", number=0, **said)
    return directory
