"""``glowworm audit``: the main job."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

Numbers = tuple[float, float, float]

_MODEL = "Model"
_DATA = "Data"
_WORDS = "Words"
_UNITS = "Latents"
_HOW = "How"


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(audit)


def audit(
    model: Annotated[
        str,
        typer.Option(
            help="A timm name, `torchvision:NAME@WEIGHTS` or `hf:NAME`.", rich_help_panel=_MODEL
        ),
    ],
    out: Annotated[Path, typer.Option(help="Directory of the audit; made if missing.")],
    model_arg: Annotated[
        list[str] | None,
        typer.Option(help="KEY=VALUE for the model's constructor; repeat.", rich_help_panel=_MODEL),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            help="safetensors, or .pth read without running code; else the pretrained weights.",
            rich_help_panel=_MODEL,
        ),
    ] = None,
    input_size: Annotated[int | None, typer.Option(help="Pixels.", rich_help_panel=_MODEL)] = None,
    mean: Annotated[str | None, typer.Option(help="r,g,b in 0..1.", rich_help_panel=_MODEL)] = None,
    std: Annotated[str | None, typer.Option(help="r,g,b in 0..1.", rich_help_panel=_MODEL)] = None,
    crop_pct: Annotated[
        float | None, typer.Option(help="Centre crop, share of the side.", rich_help_panel=_MODEL)
    ] = None,
    interpolation: Annotated[
        str | None, typer.Option(help="bilinear, bicubic, ...", rich_help_panel=_MODEL)
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            help="A tree with a folder per class, named by class or folder id. Folders may cover "
            "some classes only; other images are taken as unlabelled.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    weights_only: Annotated[
        bool,
        typer.Option(
            "--weights-only",
            help="No images: text maps, concepts and shortcut candidates from the weights.",
            rich_help_panel=_DATA,
        ),
    ] = False,
    class_names: Annotated[
        Path | None,
        typer.Option(
            help="JSON {folder id: name}, a JSON list or a text file, in the order of the "
            "classifier's outputs. May be left out where the model brings its names.",
            rich_help_panel=_DATA,
        ),
    ] = None,
    concepts: Annotated[
        Path | None,
        typer.Option(
            help="Vocabulary: text file, JSON list or {name: [concepts]}; else the project's own.",
            rich_help_panel=_WORDS,
        ),
    ] = None,
    text_encoder: Annotated[
        str,
        typer.Option(
            help="`packaged` is MiniLM, offline and the same everywhere; where a hub is reached "
            "`sentence-transformers/all-mpnet-base-v2`, the paper's best, is better.",
            rich_help_panel=_WORDS,
        ),
    ] = "packaged",
    language_model: Annotated[
        str,
        typer.Option(
            help="Causal language model for the explanations: id, path or `packaged` (which "
            "speaks of the reef only). Where it cannot be had, explanations are skipped.",
            rich_help_panel=_WORDS,
        ),
    ] = "gpt2",
    text_map: Annotated[
        str,
        typer.Option(
            help="Which is shown first: auto (held-out classes choose), mlp (the paper's), kernel, "
            "stacked or icis. The mlp's labels are always stored, the best other map's beside it.",
            rich_help_panel=_WORDS,
        ),
    ] = "auto",
    mlp_epochs: Annotated[
        int | None,
        typer.Option(
            help="Epochs of the MLP text map (the paper: 2500); else held-out classes decide.",
            rich_help_panel=_WORDS,
        ),
    ] = None,
    sae: Annotated[
        Path | None,
        typer.Option(
            help="A sparse autoencoder to use instead of training one: a directory in sae-lens's "
            "own format.",
            rich_help_panel=_UNITS,
        ),
    ] = None,
    sae_architecture: Annotated[
        str,
        typer.Option(
            help="matryoshka keeps what classes share beside what is one class's own; "
            "also topk, batchtopk, jumprelu.",
            rich_help_panel=_UNITS,
        ),
    ] = "matryoshka",
    sae_width: Annotated[
        int | None,
        typer.Option(help="Latents; with --sae-k. Else by images.", rich_help_panel=_UNITS),
    ] = None,
    sae_k: Annotated[
        int | None, typer.Option(help="Active latents an image.", rich_help_panel=_UNITS)
    ] = None,
    sae_seeds: Annotated[
        int,
        typer.Option(
            help="Trainings; the first is kept, the others tell which latents come back.",
            rich_help_panel=_UNITS,
        ),
    ] = 3,
    explain: Annotated[
        int, typer.Option(help="Decisions explained in a sentence.", rich_help_panel=_HOW)
    ] = 4,
    full_explanations: Annotated[
        bool,
        typer.Option(
            "--full-explanations",
            help="The paper's setting: 20 iterations of 512 candidates; minutes an image.",
            rich_help_panel=_HOW,
        ),
    ] = False,
    device: Annotated[str, typer.Option(help="cpu, cuda, mps.", rich_help_panel=_HOW)] = "cpu",
    batch_size: Annotated[int, typer.Option(rich_help_panel=_HOW)] = 32,
    workers: Annotated[
        int, typer.Option(help="Threads that decode images.", rich_help_panel=_HOW)
    ] = 2,
    seed: Annotated[int, typer.Option(rich_help_panel=_HOW)] = 0,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the audit in --out: unchanged stages are kept, changed ones redone.",
        ),
    ] = False,
) -> None:
    """Audit a classifier and put what is found into a store.

    Example: `glowworm audit --model resnet50 --images val/ --out my-audit`, then
    `glowworm serve my-audit`.
    """
    from analysis.errors import UsageError

    if weights_only and images is not None:
        raise UsageError("--images and --weights-only contradict each other: give one of them")
    if not weights_only and images is None:
        raise UsageError("give either --images DIR or --weights-only")

    from analysis.classifier.spec import ModelSpec, parse_model_arg
    from analysis.commands.console import RichProgress
    from analysis.config import AuditConfig
    from analysis.pipeline.audit import run_audit
    from analysis.report.written import write_report

    config = AuditConfig(
        model=ModelSpec(
            name=model,
            model_args=tuple(parse_model_arg(text) for text in model_arg or ()),
            checkpoint=checkpoint,
            input_size=input_size,
            mean=_three("--mean", mean),
            std=_three("--std", std),
            crop_pct=crop_pct,
            interpolation=interpolation,
        ),
        out=out,
        images=images,
        class_names=class_names,
        concepts=concepts,
        text_encoder=text_encoder,
        # A directory is found again from wherever the audit is opened.
        language_model=str(Path(language_model).resolve())
        if Path(language_model).is_dir()
        else language_model,
        text_map=text_map,
        mlp_epochs=mlp_epochs,
        sae=sae,
        sae_architecture=sae_architecture,
        sae_width=sae_width,
        sae_k=sae_k,
        sae_seeds=sae_seeds,
        explain=explain,
        full_explanations=full_explanations,
        device=device,
        batch_size=batch_size,
        workers=workers,
        seed=seed,
    )
    progress = RichProgress()
    with resumable():
        run_audit(config, progress=progress, command=typed(), resume=resume)
    report = write_report(out)
    progress.say(f"Report: {report}")
    progress.say(f"Look at it: glowworm serve {shlex.quote(str(out))}")


def typed() -> str:
    """The command as it was typed, for the record."""
    return shlex.join(["glowworm", *sys.argv[1:]])


@contextmanager
def resumable() -> Iterator[None]:
    """Ctrl-C prints the command that goes on, and exits as an interrupted program does."""
    try:
        yield
    except KeyboardInterrupt as stop:
        again = typed() if "--resume" in sys.argv else f"{typed()} --resume"
        sys.stderr.write(f"\nStopped. Go on with: {again}\n")
        raise typer.Exit(130) from stop


def _three(option: str, text: str | None) -> Numbers | None:
    from analysis.errors import UsageError

    if text is None:
        return None
    try:
        red, green, blue = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(f"{option} is {text!r}: give three numbers, red,green,blue") from error
    return red, green, blue
