"""``glowworm explain`` and ``glowworm caption``: decisions in words, each claim tested."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

Directory = Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)]
Unfiltered = Annotated[
    bool,
    typer.Option("--unfiltered", help="Also words that no auditor is shown unasked."),
]
Lm = Annotated[
    str | None,
    typer.Option("--language-model", help="Another one than the audit's."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout alone.")]


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(explain)
    app.command()(caption)


def explain(
    directory: Directory,
    images: Annotated[
        list[Path] | None,
        typer.Argument(help="Images: files, or paths in the audit's folder.", show_default=False),
    ] = None,
    method: Annotated[
        Literal["pipeline", "zero-shot", "texter", "all"],
        typer.Option(
            help="pipeline: what its most influential units are called; texter: texts "
            "nearest to what the decision rests on; zero-shot: a free sentence."
        ),
    ] = "pipeline",
    errors: Annotated[
        bool, typer.Option("--errors", help="All images that are decided wrongly.")
    ] = False,
    class_name: Annotated[
        list[str] | None,
        typer.Option("--class", help="A class as a whole, by its weights; repeat for more."),
    ] = None,
    units: Annotated[
        Literal["latent", "neuron"], typer.Option(help="What claims are tied to.")
    ] = "latent",
    full: Annotated[
        bool, typer.Option("--full", help="zero-shot by the paper's own search; minutes an image.")
    ] = False,
    clip: Annotated[
        str | None,
        typer.Option(
            help="A CLIP, by directory or id: texter retrieves in its space, and it selects among "
            "zero-shot's sentences, as in the paper."
        ),
    ] = None,
    concept_image: Annotated[
        bool,
        typer.Option("--concept-image", help="texter by a picture made to show the feature."),
    ] = False,
    written_by: Annotated[
        Literal["rule", "model"],
        typer.Option(help="The pipeline's text by rule, or by the language model, checked."),
    ] = "rule",
    unfiltered: Unfiltered = False,
    language_model: Lm = None,
    json: AsJson = False,
) -> None:
    """Say in words what decisions rest on, and test every claim by masking its units.

    A claim that the image does not show, that the decision does not lean on, or whose units cost
    the class no more than others, is struck out, with the reason. Images of the audit and classes
    are stored with their claims and stand at the desk and in the report.
    """
    from analysis.commands.console import STDERR, RichProgress, print_json
    from analysis.errors import UsageError
    from analysis.explain.methods import METHODS, Settings
    from analysis.pipeline.explain_more import Asked, explain_more

    asked = Asked(images or (), errors, class_name or ())
    if not (asked.images or asked.errors or asked.classes):
        raise UsageError("nothing to explain: give images, --errors or --class NAME")
    try:
        told = explain_more(
            directory,
            asked,
            METHODS if method == "all" else (method,),
            Settings(
                faithful=full, filter_words=not unfiltered, written_by_model=written_by == "model"
            ),
            kind=units,
            language_model=language_model,
            clip=clip,
            concept_image=concept_image,
            progress=RichProgress(),
        )
    except KeyboardInterrupt as stop:
        STDERR.print("\nStopped; what was explained so far is stored. The same command goes on.")
        raise typer.Exit(130) from stop
    if json:
        print_json(told)
        return
    for one in told:
        _print(one)


def caption(
    directory: Directory,
    image: Annotated[Path, typer.Argument(help="Any image, known to the audit or new.")],
    full: Annotated[
        bool, typer.Option("--full", help="The paper's own search; minutes an image.")
    ] = False,
    unfiltered: Unfiltered = False,
    language_model: Lm = None,
    json: AsJson = False,
) -> None:
    """Describe any image in the words of the classifier's features (paper, Appendix B).

    The decoder of zero-shot explanations, with no decision to explain: nothing is tested or stored.
    """
    from analysis.commands.console import RichProgress, print_json, print_line
    from analysis.explain.methods import Settings
    from analysis.pipeline.caption import caption_image

    told = caption_image(
        directory,
        image,
        Settings(faithful=full, filter_words=not unfiltered),
        language_model=language_model,
        progress=RichProgress(),
    )
    if json:
        print_json(told)
        return
    print_line(told["text"])
    print_line(_score(told["score"], told["floor"]), style="dim")


def _print(told: dict[str, Any]) -> None:
    from analysis.commands.console import print_line, print_struck

    subject = f"{told['image']}: " if told["image"] else "as a whole: "
    print_line("")
    print_line(f"{subject}{told['class']} ({told['probability']:.0%}), by {told['method']}")
    struck = [(c["start"], c["end"]) for c in told["claims"] if not c["supported"]]
    print_struck(told["text"], struck)
    for claim in told["claims"]:
        verdict = "holds" if claim["supported"] else f"struck out: {claim['reason']}"
        count, kind = len(claim["units"]), told["unit_kind"]
        print_line(f"  {claim['text']}: {verdict}", style="dim")
        print_line(
            f"    masking its {count} {kind}{'s' * (count != 1)} takes {claim['odds_drop']:.2f} "
            f"from the log-odds, as many others {claim['odds_random']:.2f} (from the logit "
            f"{claim['logit_drop']:.2f} and {claim['logit_random']:.2f})",
            style="dim",
        )
    print_line(_score(told["score"], told["floor"]), style="dim")
    if not any(claim["supported"] for claim in told["claims"]):
        print_line("Nothing that it says stood the tests.", style="bold yellow")
    if not told["stored"]:
        print_line("Not stored: the image is new to the audit.", style="dim")


def _score(score: float | None, floor: float | None) -> str:
    if score is None:
        return "no words to score"
    if floor is None:
        return f"score {score:.3f}, no floor: the audit explained nothing else by this method"
    low = ": no more than what was said of others" if score <= floor else ""
    return f"score {score:.3f}, floor {floor:.3f}{low}"
