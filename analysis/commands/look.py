"""Commands that read an audit: findings, labels, ask, export."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from db.reader import AuditReader

Directory = Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)]
AuditOrBundle = Annotated[
    Path,
    typer.Argument(
        metavar="DIR|FILE", help="Directory of an audit, or its bundle.", show_default=False
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout alone.")]
OtherMap = Annotated[str | None, typer.Option(help="Another map than the first, of those kept.")]


EXPORTED = (
    "images, classes, concepts, class-concepts, latents, neurons, channels, labels, findings, "
    "explanations, claims, reviews, lists or log"
)


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    for command in (findings, labels, ask, export):
        app.command()(command)


def findings(
    directory: AuditOrBundle,
    json: AsJson = False,
    text_map: OtherMap = None,
    everything: Annotated[
        bool, typer.Option("--all", help="In the table, all that is stored, not the first.")
    ] = False,
    strongest: Annotated[
        bool,
        typer.Option(
            "--strongest",
            help="In the table, the first unexpected concept of each class, strongest first, "
            "whatever its verdict.",
        ),
    ] = False,
    top: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = 40,
) -> None:
    """List concepts that classes hold and that their names do not imply.

    The class holds the concept beyond what a text map that never saw it makes of its name, by
    weights, images and latents. Where q is at most .05 it is put to tests: `supported` passes the
    four that the verdict rests on (association, named latents, masking, drawn; the others may
    fail), `correlational` does not, `refuted` shows no effect, `insufficient` cannot be tested;
    a `candidate` was not. With --json each finding brings its evidence.
    """
    from analysis.bundle.opened import audit_at
    from analysis.commands.console import RichProgress, print_json, print_table
    from db.queries.export import findings_records, findings_with_evidence
    from db.queries.findings import VERDICTS
    from db.reader import AuditReader

    with (
        audit_at(directory, RichProgress()) as found,
        AuditReader(found.directory) as audit,
    ):
        _check_map(audit, text_map)
        if json:
            print_json(findings_with_evidence(audit.engine, text_map=text_map))
            return
        records = findings_records(audit.engine, text_map=text_map)
    if strongest:
        shown = sorted((r for r in records if r["rank"] == 1), key=lambda r: -r["score"])
        kept = "classes by their first unexpected concept"
    else:
        shown = [r for r in records if everything or _strong(r)]
        shown.sort(key=lambda r: (VERDICTS.index(r["verdict"]), r["q"]))
        kept = "findings" if everything else "findings: supported, or a class's first at q ≤ .05"
    print_table(
        f"{min(top, len(shown))} of {len(shown)} {kept}, {len(records)} stored",
        shown[:top],
        {
            "class": "class",
            "concept": "concept",
            "verdict": "verdict",
            "score": "z",
            "q": "q",
            "z_weights": "weights",
            "z_features": "images",
            "z_latents": "latents",
            "z_name": "name",
            "duplicate_of": "same as",
        },
    )


def _strong(record: dict[str, Any]) -> bool:
    return record["verdict"] == "supported" or (record["rank"] == 1 and record["q"] <= 0.05)


def labels(
    directory: AuditOrBundle,
    kind: Annotated[Literal["latent", "neuron", "channel"] | None, typer.Option()] = None,
    text_map: OtherMap = None,
    json: AsJson = False,
) -> None:
    """List the units (latents, neurons, channels) with their labels, scores and floors.

    Beside the label that the audit found stands the one that a person gave (`glowworm label`).
    """
    from analysis.bundle.opened import audit_at
    from analysis.commands.console import RichProgress, print_json, print_table
    from db.queries.export import labels_records
    from db.reader import AuditReader

    with (
        audit_at(directory, RichProgress()) as found,
        AuditReader(found.directory) as audit,
    ):
        _check_map(audit, text_map)
        records = labels_records(audit.engine, kind=kind, text_map=text_map)
    if json:
        print_json(records)
        return
    print_table(
        f"{len(records)} labelled units",
        records,
        {
            "kind": "kind",
            "unit": "unit",
            "label": "label",
            "abstained": "abstained",
            "human": "by a person",
            "pearson": "Pearson",
            "floor_pearson": "floor",
            "auprc": "AUPRC",
            "f1": "F1",
            "auc": "AUC",
        },
    )


def ask(
    directory: AuditOrBundle,
    text: Annotated[str, typer.Argument(help="Any text.", show_default=False)],
    best: Annotated[int, typer.Option(min=1, help="How many of each kind.")] = 5,
    json: AsJson = False,
) -> None:
    """Ask any text: which classes, latents, neurons and images respond, with percentiles."""
    from analysis.ask import ask as ask_text
    from analysis.bundle.opened import audit_at
    from analysis.commands.console import RichProgress, print_json, print_table

    progress = RichProgress()
    with audit_at(directory, progress) as found:
        answers = ask_text(found.directory, text, best=best, warn=progress.warn)
    records = [vars(answer) for answer in answers]
    if json:
        print_json(records)
        return
    headings = {"kind": "kind", "name": "name", "score": "cosine", "percentile": "percentile"}
    print_table(f"“{text}”", records, headings)


def export(
    directory: AuditOrBundle,
    what: Annotated[str, typer.Option(help=f"One of {EXPORTED}.")],
    out: Annotated[Path, typer.Option(help="File to write.")],
    format: Annotated[Literal["csv", "json", "parquet"], typer.Option()] = "csv",
) -> None:
    """Write a table of the audit to a file."""
    from analysis.bundle.opened import audit_at
    from analysis.commands.console import STDERR, RichProgress
    from analysis.export import export_table

    with audit_at(directory, RichProgress()) as found:
        rows = export_table(found.directory, what, out, format)
    STDERR.print(f"{rows} rows in {out}", markup=False)


def _check_map(audit: "AuditReader", text_map: str | None) -> None:
    """Findings and labels stand in the store for the maps that are kept, once they are fitted."""
    from analysis.errors import InputError, UsageError
    from db.queries.frame import kept_maps

    known = kept_maps(audit.engine)
    if not known:
        raise InputError(
            f"{audit.directory} has no text map yet: finish it with glowworm audit --resume"
        )
    if text_map is not None and text_map not in known:
        raise UsageError(
            f"{audit.directory} keeps no findings and labels of the text map {text_map!r}: "
            f"give one of {', '.join(known)} to --text-map"
        )
