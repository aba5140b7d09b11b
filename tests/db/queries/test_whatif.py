"""What the live what-if reads beside the arrays."""

import pytest
from sqlalchemy import Engine

from db.queries.whatif import concept_hubness


def test_hubness_is_twice_what_a_concept_is_set_back_by(full: Engine) -> None:
    """Every concept is among the best two of some image, set back from .4 to .2, or .3 to .1."""
    assert concept_hubness(full, "mlp") == pytest.approx([0.4] * 8)


def test_of_what_no_image_holds_there_is_none(full: Engine, weights_only: Engine) -> None:
    assert concept_hubness(full, "random") == [None] * 8
    assert concept_hubness(weights_only, "kernel") == [None] * 8
