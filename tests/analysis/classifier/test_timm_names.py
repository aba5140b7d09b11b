"""Names that timm does not know."""

import pytest

from analysis.classifier.load import load_classifier
from analysis.classifier.spec import ModelSpec
from analysis.errors import ModelError


def test_a_misspelt_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(ModelError, match=r"no model 'resnett50'.*resnet50"):
        load_classifier(ModelSpec(name="resnett50"))


def test_what_resembles_nothing_is_pointed_to_the_list() -> None:
    with pytest.raises(ModelError, match=r"list_models"):
        load_classifier(ModelSpec(name="zzzzzzzz"))
