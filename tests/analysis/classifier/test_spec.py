"""Names of models and their options."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.classifier.spec import ModelName, ModelSpec, parse_model_arg, parse_name
from analysis.errors import UsageError


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet50.a1_in1k", ModelName("timm", "resnet50.a1_in1k")),
        ("hf-hub:timm/resnet18.a1_in1k", ModelName("timm", "hf-hub:timm/resnet18.a1_in1k")),
        ("torchvision:resnet50", ModelName("torchvision", "resnet50")),
        (
            "torchvision:vit_b_16@IMAGENET1K_SWAG_E2E_V1",
            ModelName("torchvision", "vit_b_16", "IMAGENET1K_SWAG_E2E_V1"),
        ),
        ("hf:microsoft/cvt-21", ModelName("hf", "microsoft/cvt-21")),
        ("hf:/models/a@b", ModelName("hf", "/models/a@b")),
    ],
)
def test_names_are_taken_apart(name: str, expected: ModelName) -> None:
    assert parse_name(name) == expected


@pytest.mark.parametrize("name", ["", " ", "hf:", "torchvision:", "torchvision:resnet50@"])
def test_incomplete_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is incomplete"):
        ModelSpec(name)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"input_size": 0}, "--input-size is 0"),
        ({"mean": (0.5, 0.5, float("nan"))}, "--mean is"),
        ({"std": (0.5, 0.0, 0.5)}, "--std is"),
        ({"crop_pct": 1.5}, "--crop-pct is 1.5"),
        ({"crop_pct": 0.0}, "--crop-pct is 0.0"),
        ({"interpolation": "cubic"}, "--interpolation is 'cubic'"),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        ModelSpec("resnet50", **options)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("img_size=384", ("img_size", 384)),
        ("global_pool=avg", ("global_pool", "avg")),
        ("dynamic_img_size=True", ("dynamic_img_size", True)),
        ("window=(7, 7)", ("window", (7, 7))),
        ("act=", ("act", "")),
        ("a=b=c", ("a", "b=c")),
    ],
)
def test_model_arguments_are_read_as_literals(text: str, expected: tuple[str, object]) -> None:
    assert parse_model_arg(text) == expected


@pytest.mark.parametrize("text", ["img_size", "=3", "a b=3"])
def test_a_model_argument_without_a_key_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="give KEY=VALUE"):
        parse_model_arg(text)


@given(st.text())
def test_any_value_is_read_and_never_run(value: str) -> None:
    key, read = parse_model_arg(f"key={value}")
    assert key == "key"
    assert read == value or not isinstance(read, str) or read in value
