"""``glowworm bench``: every figure we claim, printed from a fresh run."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Print the figures we claim, each from a fresh run.", no_args_is_help=True)
Model = Annotated[str | None, typer.Option(help="As in audit; else the reef's classifier.")]
Checkpoint = Annotated[Path | None, typer.Option(help="As in audit.")]
Names = Annotated[Path | None, typer.Option("--class-names", help="As in audit.")]
Images = Annotated[Path | None, typer.Option(help="As in audit; else rendered ones.")]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout alone.")]


def register(parent: typer.Typer) -> None:
    """Add this file's commands."""
    parent.add_typer(app, name="bench")


@app.command("text-maps")
def text_maps(
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    seed: Annotated[int, typer.Option()] = 0,
    json: AsJson = False,
) -> None:
    """The text maps on classes they never saw: the paper's MLP by epochs, the kernel, floors."""
    from analysis.bench.subject import load_subject
    from analysis.bench.text_maps import bench_text_maps
    from analysis.commands.console import RichProgress, print_json, print_table
    from analysis.text.encoder import load_text_encoder

    classifier, classes = load_subject(model, checkpoint, class_names)
    rows = bench_text_maps(
        classifier, classes, load_text_encoder(), seed=seed, progress=RichProgress()
    )
    if json:
        print_json(rows)
        return
    headings = {
        "map": "text map",
        "cosine": "cosine",
        "top1": "top-1",
        "top5": "top-5",
        "mrr": "MRR",
        "classes": "classes",
        "seconds": "seconds",
    }
    print_table(f"Held-out classes of {classifier.spec.name}, 5 folds", rows, headings)


@app.command()
def features(
    model: Model = None,
    checkpoint: Checkpoint = None,
    images: Images = None,
    repeats: Annotated[int, typer.Option(min=1)] = 3,
    json: AsJson = False,
) -> None:
    """Extraction against bare decoding plus a bare forward pass, measured in the same run."""
    from analysis.bench.features import bench_features
    from analysis.bench.subject import load_subject, rendered_images
    from analysis.commands.console import RichProgress, print_json, print_table

    classifier, _ = load_subject(model, checkpoint, None)
    with rendered_images(images) as root:
        rows = bench_features(classifier, root, repeats=repeats, progress=RichProgress())
    if json:
        print_json(rows)
        return
    print_table(
        f"Feature extraction, {classifier.spec.name}, median of {repeats}",
        rows,
        {"what": "what", "seconds": "seconds", "ratio": "ratio"},
    )


@app.command("all")
def everything() -> None:
    """Every bench on the reef's classifier and rendered images."""
    text_maps()
    features()
