"""``glowworm check`` and ``glowworm diff``: for a retraining pipeline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from analysis.guard.diff import Change, Side
    from db.reader import AuditReader

AsJson = Annotated[bool, typer.Option("--json", help="Machine-readable, on stdout alone.")]
OVER_BUDGET = 3
"""Exit code of a check that is not passed."""
HELD = ("verdict", "score", "q", "accuracy", "masking")


def register(app: typer.Typer) -> None:
    """Add this file's commands."""
    app.command()(check)
    app.command()(diff)


def check(
    directory: Annotated[Path, typer.Argument(help="Directory of an audit.", show_default=False)],
    budget: Annotated[Path, typer.Option(help="Rules, a TOML file.", show_default=False)],
    junit: Annotated[
        Path | None, typer.Option(help="Write the results as JUnit XML too, for a build server.")
    ] = None,
    json: AsJson = False,
) -> None:
    """Hold an audit to budgets of reliance. Exit 0: within; 3: over budget; 1, 2: errors.

    A rules file:

        [rules]                    # each is optional
        supported_findings = 0     # at most so many, allowed ones not counted
        allowed = ["boat/water"]   # supported findings that somebody accepted
        canary_recall = 0.8        # recall@1 that glowworm canary certified, at least
        false_alarms = 0.1         # its share of clean classes accused, at most

        [[budget]]
        class = "jellyfish"        # "*": all classes
        concept = "glowing"        # "*": all concepts
        largest_drop = 0.15        # fall of the class's accuracy, concept's latents masked
        largest_logit_drop = 2.0   # fall of its logit by the same masking
        largest_projected_drop = 2.0   # fall of its logit, concept's direction projected out
        largest_share = 0.3        # share of its logit that latents named so carry
        if_untested = "fail"       # or "pass"

    A budget has one or more of these limits. Falls are means over the class's images. What was
    never measured fails, unless its budget says otherwise. A budget for all asks it of every
    suspected pair (unexpected, q ≤ .05).
    """
    from dataclasses import asdict

    from analysis.commands.console import print_json, print_line, print_table
    from analysis.guard.budget import Audited, read_rules
    from analysis.guard.budget import check as check_rules
    from analysis.guard.junit import junit_xml, sentence
    from analysis.guard.stored import records, require_search
    from db.queries.canary import certificate
    from db.queries.classes import class_names
    from db.queries.concepts import concept_texts
    from db.queries.repairs import claims
    from db.reader import AuditReader

    rules = read_rules(budget)
    with AuditReader(directory) as audit:
        require_search(audit)
        audited = Audited(
            classes=frozenset(class_names(audit.engine).values()),
            concepts=frozenset(concept_texts(audit.engine)),
            claims=records(claims(audit.engine)),
            certificate=records(certificate(audit.engine)),
            testable=_is_testable(audit),
        )
    results = check_rules(rules, audited)
    if junit is not None:
        _write(junit, junit_xml(results, name=str(directory)))
    if json:
        print_json([asdict(result) for result in results])
    else:
        columns = {
            "rule": "rule",
            "quantity": "quantity",
            "value": "value",
            "limit": "limit",
            "status": "status",
            "passed": "passed",
            "detail": "decided by",
        }
        failed = [result for result in results if not result.passed]
        title = f"{len(results) - len(failed)} of {len(results)} rules kept"
        print_table(title, [asdict(result) for result in results], columns)
        for result in failed:
            print_line(f"FAILED {result.rule}: {sentence(result)}", style="bold red")
    raise typer.Exit(0 if all(result.passed for result in results) else OVER_BUDGET)


def diff(
    before: Annotated[Path, typer.Argument(help="An audit.", show_default=False)],
    after: Annotated[Path, typer.Argument(help="The later one.", show_default=False)],
    fail_on_new: Annotated[
        bool,
        typer.Option(
            "--fail-on-new", help="Exit 3 when a finding is supported that was not before."
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Compare two audits in one text space: shortcuts gone, new, changed.

    Matched are the names of classes and the words of concepts. A shortcut counts as held where it
    is unexpected at q ≤ .05 and was not refuted; it has changed where its verdict is another one
    or the intervals of the class's reliance on it lie apart. Two concepts that either audit says
    are the same make one row, which names both.
    """
    from analysis.commands.console import RichProgress, print_json
    from analysis.guard.diff import Counts, compare

    found = compare(_side(before), _side(after))
    progress = RichProgress()
    for warning in found.warnings:
        progress.warn(warning)
    if json:
        print_json(
            {
                "changes": [_change_record(change) for change in found.changes],
                "classes_only_in_first": list(found.only_before),
                "classes_only_in_second": list(found.only_after),
                "warnings": list(found.warnings),
            }
        )
    else:
        _show_changes(found.changes, Counts.of(found.changes).said(f"in {before}", f"in {after}"))
        _show_classes(before, found.only_before)
        _show_classes(after, found.only_after)
    failing = fail_on_new and any(change.newly_supported for change in found.changes)
    raise typer.Exit(OVER_BUDGET if failing else 0)


def _side(directory: Path) -> "Side":
    from analysis.guard.stored import side_of
    from db.reader import AuditReader

    with AuditReader(directory) as audit:
        return side_of(audit)


def _is_testable(audit: "AuditReader") -> bool:
    """Whether it has the images and latents that evidence needs."""
    from db.queries.overview import counts

    there = counts(audit.engine)
    return there.labelled_images > 0 and there.alive_latents > 0


def _change_record(change: "Change") -> dict[str, Any]:
    sides = {"before": change.before, "after": change.after}
    return {
        "kind": change.kind,
        "class": change.class_name,
        "concept": change.concept,
        "why": change.why,
        "newly_supported": change.newly_supported,
    } | {
        name: None if claim is None else {"concept": claim["concept"]} | {k: claim[k] for k in HELD}
        for name, claim in sides.items()
    }


def _show_changes(changes: "tuple[Change, ...]", counted: str) -> None:
    from analysis.commands.console import print_table

    order = ("new", "changed", "gone", "same")
    rows = [
        {
            "kind": change.kind,
            "class": change.class_name,
            "concept": _words(change),
            "verdict": _both(change, "verdict"),
            "q": _both(change, "q"),
            "score": _both(change, "score"),
            "accuracy": _both(change, "accuracy"),
            "masking": _both(change, "masking"),
        }
        for kind in order
        for change in changes
        if change.kind == kind
    ]
    print_table(
        counted,
        rows,
        {
            "kind": "",
            "class": "class",
            "concept": "concept",
            "verdict": "verdict",
            "q": "q",
            "score": "z",
            "accuracy": "accuracy lost, masked",
            "masking": "logit lost, masked",
        },
    )


def _words(change: "Change") -> str:
    other = change.other_words
    return change.concept if other is None else f"{change.concept} → {other}"


def _both(change: "Change", field: str) -> str:
    """The value before and after; – where an audit does not know the pair."""
    before, after = (_cell(claim, field) for claim in (change.before, change.after))
    return before if before == after else f"{before} → {after}"


def _cell(claim: Any, field: str) -> str:
    value = None if claim is None else claim[field]
    if value is None:
        return "–"
    return value if isinstance(value, str) else f"{value:.2g}"


def _show_classes(directory: Path, names: tuple[str, ...]) -> None:
    from analysis.commands.console import print_line

    if names:
        more = f" and {len(names) - 8} more" if len(names) > 8 else ""
        print_line(f"Only in {directory}: {', '.join(names[:8])}{more}", style="dim")


def _write(path: Path, content: bytes) -> None:
    from analysis.errors import UsageError
    from db.files import write_whole

    try:
        write_whole(path, content)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror}): give another file to --junit"
        ) from error
