"""Stage 1: the classifier, split into features and head, and its classes."""

from collections.abc import Iterator
from dataclasses import asdict

from analysis.classifier.class_names import ClassNames
from analysis.classifier.split import Classifier
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import class_names, classifier
from db.schema import Class, Model


def _run(context: Context) -> Outcome:
    model, classes = classifier(context), class_names(context)
    folders = classes.folders or [None] * len(classes.names)
    return Outcome(
        rows={
            Model: [_model_row(model)],
            Class: [
                {"id": i, "name": name, "folder": folder}
                for i, (name, folder) in enumerate(zip(classes.names, folders, strict=True))
            ],
        },
        arrays={
            "class_embeddings": model.head.weight.cpu().numpy(),
            "bias": model.head.bias.cpu().numpy(),
        },
        notes=[*model.notes, *_name_notes(classes)],
    )


def _name_notes(classes: ClassNames) -> Iterator[str]:
    if classes.assumption:
        yield classes.assumption
    if classes.duplicates:
        yield (
            f"{len(classes.duplicates)} names stand for more than one class "
            f"({', '.join(classes.duplicates[:3])}): their class embeddings differ, their "
            "prompts do not."
        )


def _model_row(model: Classifier) -> dict[str, object]:
    return {
        "id": 1,
        "name": model.spec.name,
        "spec": {key: str(value) for key, value in asdict(model.spec).items() if value is not None},
        "weights_sha256": model.weights_sha256,
        "feature_dim": model.feature_dim,
        "num_classes": model.num_classes,
        "preprocessing": asdict(model.preprocessing),
        "split_method": model.split_method,
        "split_error": model.split_error,
    }


MODEL = Stage(
    name="model",
    title="Classifier",
    needs=(),
    inputs=lambda context: {
        "weights": classifier(context).weights_sha256,
        "preprocessing": asdict(classifier(context).preprocessing),
        "classes": class_names(context).names,
        "folders": class_names(context).folders,
    },
    run=_run,
)
