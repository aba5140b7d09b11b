"""``glowworm bench``: every figure we claim, printed from a fresh run."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analysis.commands import bench_desk, bench_explain
from analysis.commands.bench_output import HOW, MODEL, OUT, AsJson, Out, Seed, require_out, show

if TYPE_CHECKING:
    from analysis.bench.data import BenchData

app = typer.Typer(
    help="Print the figures we claim, each from a fresh run; most are the paper's protocols. "
    "Without --model they run on the reef's classifier and rendered images. Each prints a table "
    "and keeps it as JSON and markdown in --out. What was fitted before is taken from the cache "
    "(GLOWWORM_CACHE names another place for it).",
    no_args_is_help=True,
)
Model = Annotated[
    str | None, typer.Option(help="As in audit; else the reef's.", rich_help_panel=MODEL)
]
Checkpoint = Annotated[Path | None, typer.Option(help="As in audit.", rich_help_panel=MODEL)]
Names = Annotated[
    Path | None, typer.Option("--class-names", help="As in audit.", rich_help_panel=MODEL)
]
Images = Annotated[
    list[Path] | None,
    typer.Option(
        help="As in audit; repeat for several trees. Else rendered ones.", rich_help_panel=MODEL
    ),
]
Encoder = Annotated[str, typer.Option("--text-encoder", help="As in audit.", rich_help_panel=MODEL)]
Concepts = Annotated[
    Path | None,
    typer.Option(help="As in audit; else the project's own.", rich_help_panel=MODEL),
]
Splits = Annotated[
    int, typer.Option(min=1, help="Random splits of the classes, 90/10.", rich_help_panel=HOW)
]
Epochs = Annotated[
    int,
    typer.Option(min=1, help="Of the paper's MLP; 2500 is the paper's.", rich_help_panel=HOW),
]
Seeds = Annotated[
    int, typer.Option(min=2, help="Trainings of each autoencoder.", rich_help_panel=HOW)
]
PACKAGED = "packaged"


def register(parent: typer.Typer) -> None:
    """Add this file's commands, and those of explanations and of the desk."""
    bench_explain.register(app)
    bench_desk.register(app)
    parent.add_typer(app, name="bench")


@app.command("zero-shot")
def zero_shot(
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    images: Images = None,
    text_encoder: Encoder = PACKAGED,
    splits: Splits = 5,
    epochs: Epochs = 2500,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--method",
            help="Only this one; repeat: 'mlp, soft dropout', 'mlp, no soft dropout', icis, "
            "'mean (floor)', 'random (floor)', kernel, stacked, auto or 'auto, calibrated'.",
            rich_help_panel=HOW,
        ),
    ] = None,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Images of classes no map has seen, generalized and classical (paper Tables 1, 8, 9)."""
    from analysis.bench.zero_shot import methods
    from analysis.bench.zero_shot_table import bench_zero_shot
    from analysis.commands.console import RichProgress
    from analysis.errors import UsageError

    compared = [method for method in methods(epochs) if not only or method.name in only]
    if not compared or (only and len(compared) < len(set(only))):
        known = ", ".join(repr(method.name) for method in methods(epochs))
        raise UsageError(f"--method knows {known}: give one of them")
    data = _data(model, checkpoint, class_names, images, text_encoder, out)
    figures = bench_zero_shot(
        data, compared=compared, count=splits, seed=seed, progress=RichProgress()
    )
    show("zero-shot", data.model, figures, out, json)


@app.command()
def ablation(
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    images: Images = None,
    text_encoder: Encoder = PACKAGED,
    more_encoders: Annotated[
        list[str] | None,
        typer.Option(
            "--other-encoder",
            help="A further text encoder for a row of its own; repeat.",
            rich_help_panel=MODEL,
        ),
    ] = None,
    splits: Splits = 5,
    epochs: Epochs = 2500,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """What each part of the paper's text map brings (paper Table 6)."""
    from analysis.bench.ablation import bench_ablation
    from analysis.commands.console import RichProgress
    from analysis.text.encoder import load_text_encoder

    others = [load_text_encoder(name) for name in more_encoders or ()]
    data = _data(model, checkpoint, class_names, images, text_encoder, out)
    figures = bench_ablation(
        data, epochs=epochs, count=splits, seed=seed, progress=RichProgress(), encoders=others
    )
    show("ablation", data.model, figures, out, json)


@app.command()
def prompts(
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    images: Images = None,
    text_encoder: Encoder = PACKAGED,
    splits: Splits = 5,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Other prompts at test time, and prompts averaged (paper Table 7)."""
    from analysis.bench.prompts import bench_prompts
    from analysis.commands.console import RichProgress

    data = _data(model, checkpoint, class_names, images, text_encoder, out)
    figures = bench_prompts(data, count=splits, seed=seed, progress=RichProgress())
    show("prompts", data.model, figures, out, json)


@app.command()
def concepts(
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    images: Images = None,
    concepts: Concepts = None,
    text_encoder: Encoder = PACKAGED,
    best: Annotated[
        int, typer.Option(min=1, help="Concepts added, B of the paper.", rich_help_panel=HOW)
    ] = 15,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Does adding the detected concepts to the prompt raise accuracy? (paper Tables 3, 10)."""
    from analysis.bench.concepts import bench_concepts
    from analysis.commands.console import RichProgress
    from analysis.text.vocabulary import load_concepts

    vocabulary = load_concepts(concepts)
    data = _data(model, checkpoint, class_names, images, text_encoder, out)
    figures = bench_concepts(data, vocabulary, best=best, seed=seed, progress=RichProgress())
    show("concepts", data.model, figures, out, json)


@app.command()
def transfer(
    to: Annotated[
        Path,
        typer.Option(
            help="Pictures of the other data set, a folder a class.", rich_help_panel=MODEL
        ),
    ],
    to_names: Annotated[
        Path | None,
        typer.Option(help="JSON {folder: name}; else the folders' names.", rich_help_panel=MODEL),
    ] = None,
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    images: Images = None,
    text_encoder: Encoder = PACKAGED,
    epochs: Epochs = 2500,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Another data set under its own names, by a map fitted on the classifier's (paper Table 5)."""
    from analysis.bench.subject import load_subject
    from analysis.bench.target import load_target
    from analysis.bench.transfer import bench_transfer
    from analysis.bench.zero_shot import methods
    from analysis.commands.console import RichProgress

    data = _data(model, checkpoint, class_names, images, text_encoder, out)
    classifier, _ = load_subject(model, checkpoint, class_names)
    target = load_target(classifier, to, to_names, progress=RichProgress())
    figures = bench_transfer(
        data,
        target.names,
        target.features,
        target.labels,
        compared=[method for method in methods(epochs) if not method.calibrated],
        seed=seed,
        progress=RichProgress(),
    )
    show("transfer", data.model, figures, out, json)


@app.command()
def descriptors(
    descriptors: Annotated[
        Path, typer.Option(help="JSON {class name: [texts]}.", rich_help_panel=MODEL)
    ],
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    text_encoder: Encoder = PACKAGED,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Do concept scores mean something: a class's own descriptors among all, no image needed."""
    from analysis.bench.descriptors import bench_descriptors, load_descriptors
    from analysis.bench.subject import load_subject
    from analysis.commands.console import RichProgress
    from analysis.text.encoder import load_text_encoder

    require_out(out)
    lists = load_descriptors(descriptors)
    classifier, names = load_subject(model, checkpoint, class_names)
    figures = bench_descriptors(
        names.names,
        classifier.head.weight.cpu().numpy(),
        load_text_encoder(text_encoder),
        lists,
        model=classifier.spec.name,
        seed=seed,
        progress=RichProgress(),
    )
    show("descriptors", classifier.spec.name, figures, out, json)


@app.command()
def speed(
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    concepts: Concepts = None,
    text_encoder: Encoder = PACKAGED,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """The weights-only audit by stages, and the pairs it finds most extreme."""
    from analysis.bench.speed import bench_speed
    from analysis.bench.subject import subject_spec
    from analysis.commands.console import RichProgress
    from analysis.config import AuditConfig

    require_out(out)
    with subject_spec(model, checkpoint, class_names) as (spec, names):
        config = AuditConfig(
            model=spec,
            out=out,
            class_names=names,
            concepts=concepts,
            text_encoder=text_encoder,
            seed=seed,
        )
        figures = bench_speed(config, progress=RichProgress())
    show("speed", spec.name, figures, out, json)


@app.command()
def features(
    model: Model = None,
    checkpoint: Checkpoint = None,
    images: Annotated[Path | None, typer.Option(help="As in audit; else rendered ones.")] = None,
    repeats: Annotated[int, typer.Option(min=1)] = 3,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Extraction against bare decoding plus a bare forward pass, measured in the same run."""
    from analysis.bench.features import bench_features
    from analysis.bench.figures import Figures
    from analysis.bench.subject import load_subject, rendered_images
    from analysis.commands.console import RichProgress

    require_out(out)
    classifier, _ = load_subject(model, checkpoint, None)
    with rendered_images(images) as root:
        rows = bench_features(classifier, root, repeats=repeats, progress=RichProgress())
    columns = {"what": "what", "seconds": "seconds", "ratio": "ratio"}
    settings = {"model": classifier.spec.name, "median of": repeats}
    figures = Figures("Feature extraction", columns, rows, settings)
    show("features", classifier.spec.name, [figures], out, json)


@app.command()
def attributes(
    text_encoder: Encoder = PACKAGED,
    seeds: Seeds = 3,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Latents and their labels against what is known of every picture of the reef."""
    from analysis.bench.attributes import bench_attributes
    from analysis.commands.console import RichProgress
    from analysis.text.encoder import load_text_encoder

    require_out(out)
    encoder = load_text_encoder(text_encoder)
    figures = bench_attributes(encoder, seeds=seeds, progress=RichProgress())
    show("attributes", "reef", figures, out, json)


@app.command()
def shortcuts(
    reefs: Annotated[
        int,
        typer.Option(
            min=0,
            max=5,
            help="Other reefs beside the shipped one; each is made once, in some minutes.",
            rich_help_panel=HOW,
        ),
    ] = 5,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Planted shortcuts found and clean classes left alone, on the reef and on five others."""
    from analysis.bench.shortcuts import bench_shortcuts
    from analysis.commands.console import RichProgress

    require_out(out)
    figures = bench_shortcuts(reefs=reefs, progress=RichProgress())
    show("shortcuts", "reef", figures, out, json)


@app.command()
def repair(out: Out = OUT, json: AsJson = False) -> None:
    """Heads edited against the planted cues of six reefs, judged on fresh pictures."""
    from analysis.bench.reefs import audited_reefs
    from analysis.bench.repair import bench_repair
    from analysis.commands.console import RichProgress

    require_out(out)
    progress = RichProgress()
    figures = bench_repair(audited_reefs(5, progress), progress=progress)
    show("repair", "reef", figures, out, json)


@app.command()
def canary(
    root: Annotated[
        Path,
        typer.Argument(help="Pictures in folders, whose names are classes.", show_default=False),
    ],
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    concepts: Concepts = None,
    text_encoder: Encoder = PACKAGED,
    draws: Annotated[
        int,
        typer.Option(min=1, help="Plantings, each with a head of its own.", rich_help_panel=HOW),
    ] = 3,
    seed: Seed = 0,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Cues planted into photographs at 95 %, a head fitted on frozen features: are they found?"""
    from analysis.bench.canary import bench_canary
    from analysis.commands.console import RichProgress
    from analysis.text.encoder import load_text_encoder
    from analysis.text.vocabulary import load_concepts

    require_out(out)
    figures = bench_canary(
        root, load_text_encoder(text_encoder), load_concepts(concepts), model=model,
        checkpoint=checkpoint, class_names=class_names, draws=draws, seed=seed,
        progress=RichProgress(),
    )  # fmt: skip
    show("canary", f"{model or 'reef'}-{root.name}", figures, out, json)


@app.command()
def sae(
    model: Model = None,
    checkpoint: Checkpoint = None,
    class_names: Names = None,
    images: Images = None,
    text_encoder: Encoder = PACKAGED,
    seeds: Seeds = 3,
    out: Out = OUT,
    json: AsJson = False,
) -> None:
    """Sparse autoencoders of every architecture on a classifier's features, and what they cost."""
    from analysis.bench.sae import bench_sae
    from analysis.commands.console import RichProgress

    data = _data(model, checkpoint, class_names, images, text_encoder, out)
    figures = bench_sae(data, seeds=seeds, progress=RichProgress())
    show("sae", data.model, figures, out, json)


@app.command("all")
def everything(
    epochs: Annotated[
        int, typer.Option(min=1, help="Of the paper's MLP; 2500 is the paper's.")
    ] = 250,
    out: Out = OUT,
) -> None:
    """Every bench on the reef's classifier and rendered images."""
    zero_shot(epochs=epochs, out=out)
    ablation(epochs=epochs, out=out)
    prompts(out=out)
    concepts(out=out)
    speed(out=out)
    features(out=out)
    attributes(out=out)
    shortcuts(out=out)
    repair(out=out)
    sae(out=out)
    bench_explain.reef_explanations(out=out)


def _data(
    model: str | None,
    checkpoint: Path | None,
    class_names: Path | None,
    images: Sequence[Path] | None,
    text_encoder: str,
    out: Path,
) -> "BenchData":
    from analysis.bench.data import load_bench_data
    from analysis.commands.console import RichProgress
    from analysis.errors import UsageError
    from analysis.text.encoder import load_text_encoder

    require_out(out)
    if model is not None and not images:
        raise UsageError("this protocol classifies images: give --images (a folder for each class)")
    return load_bench_data(
        load_text_encoder(text_encoder),
        model=model,
        checkpoint=checkpoint,
        class_names=class_names,
        images=images or (),
        progress=RichProgress(),
    )
