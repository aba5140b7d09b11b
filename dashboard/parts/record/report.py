"""The report to take along, and what is left to do before it is signed."""

from dataclasses import replace
from pathlib import Path

import streamlit as st

from dashboard import data, route
from dashboard.parts import concepts, numbers, shell
from dashboard.text import plain
from db.check import missing_files
from db.queries import canary, findings, human, overview
from db.queries.findings import FindingFilter


def show() -> None:
    """Files to download, and what they would still lack."""
    if data.ask(overview.model) is None:
        shell.nothing("classifier yet to report on")
        return
    st.caption(
        "One self-contained HTML file with pictures, plots, evidence, denominators, limits, what "
        "people decided, and the hashes of everything it rests on; and the same as JSON. It tells "
        "the audit as it stands now."
    )
    directory = data.store().directory
    name = plain(directory.name, 60).replace(" ", "-") or "audit"
    with st.container(horizontal=True):
        st.download_button(
            "Report as HTML",
            data=lambda: _report(directory)[0],
            file_name=f"{name}-report.html",
            mime="text/html",
            key="report_html",
            type="primary",
            icon=":material/description:",
            on_click="ignore",
        )
        st.download_button(
            "Report as JSON",
            data=lambda: _report(directory)[1],
            file_name=f"{name}-report.json",
            mime="application/json",
            key="report_json",
            icon=":material/data_object:",
            on_click="ignore",
        )
    if not data.read_only():
        st.caption(
            "For a reviewer elsewhere, the whole desk in one read-only file: "
            "`glowworm bundle DIR --out F`, opened with `glowworm serve F`."
        )
    st.subheader("Before you sign", anchor=False)
    _left_to_do()


def _report(directory: Path) -> tuple[bytes, bytes]:
    """As HTML and as JSON; made when a button is pressed, in a thread that knows no session."""
    from analysis.report.written import reports

    return reports(directory)


def _left_to_do() -> None:
    """The steps of an audit, done or not, each with its numbers."""
    run = data.ask(overview.last_run)
    whole = run is not None and run.status == "done"
    _step(whole, "The last run ended well", "" if whole else "run it again with `--resume`")
    lost = len(missing_files(data.store().directory))
    _step(lost == 0, "All files of the audit are there", f"{numbers.many(lost, 'file')} missing")
    stale = list(data.ask(overview.stages)["status"]).count("stale")
    _step(stale == 0, "No stage is stale", numbers.many(stale, "stale stage"))
    tried = not data.ask(canary.certificate).empty
    _step(tried, "A canary says what this audit can find", "`glowworm canary DIR`")
    first = FindingFilter(text_map=concepts.first_map(), name_implied=False, folded=True)
    for verdict in ("supported", "correlational"):
        asked = replace(first, verdict=verdict)
        count = data.ask(findings.count_findings, asked)
        nobody = data.ask(findings.count_findings, replace(asked, decided="nobody"))
        said = f"{numbers.of(count - nobody, count)} {verdict} findings are decided by a person"
        _step(nobody == 0, said, "see them below")
    disputed = data.ask(findings.count_findings, replace(first, decided="disputed"))
    _step(disputed == 0, "No finding is disputed", numbers.many(disputed, "disputed one"))
    labelled = len(data.ask(human.current_labels))
    st.caption(f"{numbers.many(labelled, 'unit')} carry a label by a person.")
    route.list_link("finding", "To the findings", icon=":material/arrow_forward:")


def _step(done: bool, what: str, otherwise: str) -> None:
    if done:
        st.markdown(f":green[:material/check_circle:] {what}")
    else:
        st.markdown(f":orange[:material/radio_button_unchecked:] {what} — {otherwise}")
