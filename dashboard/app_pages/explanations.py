"""Explanations: all of them, or those of one decision or class side by side."""

import pandas as pd
import streamlit as st

from analysis.explanation_wording import METHOD
from dashboard import data, route
from dashboard.parts import class_box, numbers, shell, tables
from dashboard.parts.downloads import downloads
from dashboard.parts.explanation import side_by_side, summary
from dashboard.parts.explanation.section import command, stored
from dashboard.text import md, plain
from db.queries import classes, explanations, images
from db.queries.explanations import ExplanationFilter, Subject

_IMAGE, _CLASS = "e_image", "e_class"
_OPENED = ("explanation", _IMAGE, _CLASS)
_SUBJECTS: dict[Subject, str] = {"image": "images", "class": "classes as a whole"}
_THUMBNAIL = 180


def main() -> None:
    """The subject that the address asks for where there is one, else the list."""
    if _asked_for():
        return
    st.title("Explanations", anchor=False)
    st.caption(
        "Decisions in words, by three methods. Every text is cut into claims, and every claim is "
        "tested; what fails is struck out."
    )
    for name in _OPENED:
        words = st.query_params.get(name)
        if words is not None:
            route.unknown("explanation", words)
    if data.ask(explanations.count_explanations) == 0:
        shell.nothing("explanations")
        st.caption("To explain a decision:")
        command(["IMAGE", "--method", "all"], "or `--errors` for all wrong decisions")
        return
    chosen = _filters()
    _summary(chosen)
    _table(chosen)


def _asked_for() -> bool:
    """Show what the address asks for, as an explanation, an image or a class."""
    _, explanation_id = route.asked("explanation")
    one = None
    if explanation_id is not None:
        one = data.ask(explanations.explanation, explanation_id)
    image_id = route.number(st.query_params.get(_IMAGE, ""))
    class_id = route.number(st.query_params.get(_CLASS, ""))
    if one is not None:
        image_id = one.image_id
        class_id = one.class_id if one.image_id is None else None
    chosen = None if one is None else one.explanation_id
    if image_id is not None:
        return _image(image_id, chosen)
    return class_id is not None and _class(class_id, chosen)


def _image(image_id: int, chosen: int | None) -> bool:
    info = data.ask(images.image, image_id)
    if info is None:
        return False
    _back()
    st.title(f"Why {md(info.predicted or 'this')}?", anchor=False)
    left, right = st.columns([1, 5], vertical_alignment="center")
    jpeg = data.thumbnails([image_id]).get(image_id)
    if jpeg is not None:
        left.image(jpeg, width=_THUMBNAIL, alt=plain(info.path))
    with right:
        st.markdown(_decided(info))
        with st.container(horizontal=True, gap="small"):
            route.link("image", image_id, info.path, icon=":material/photo_library:")
            if info.predicted_id is not None:
                route.link("class", info.predicted_id, info.predicted, icon=":material/category:")
    found = stored(ExplanationFilter(image_id=image_id))
    side_by_side.shown(found, [info.path], chosen)
    return True


def _decided(info: images.ImageInfo) -> str:
    if info.predicted is None:
        return "The audit holds no decision for it."
    sure = numbers.percent(info.probability)
    if info.correct is None:
        return f"Taken for **{md(info.predicted)}** ({sure}); the image has no label."
    if info.correct:
        return f":green-badge[:material/check: right] taken for **{md(info.predicted)}** ({sure})"
    return (
        f":orange-badge[:material/close: wrong] taken for **{md(info.predicted)}** ({sure}), its "
        f"folder says **{md(info.class_name)}**"
    )


def _class(class_id: int, chosen: int | None) -> bool:
    info = data.ask(classes.class_info, class_id)
    if info is None:
        return False
    _back()
    st.title(f"What makes a {md(info.class_name)}?", anchor=False)
    route.link("class", class_id, info.class_name, icon=":material/category:")
    found = stored(ExplanationFilter(class_id=class_id, subject="class"))
    side_by_side.shown(found, ["--class", info.class_name], chosen)
    return True


def _back() -> None:
    def forget() -> None:
        for name in _OPENED:
            st.query_params.pop(name, None)

    st.button(
        ":primary[All explanations]",
        key="e_back",
        icon=":material/arrow_back:",
        type="tertiary",
        on_click=forget,
    )


def _filters() -> ExplanationFilter:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        search = st.text_input(
            "Search", key="e_search", max_chars=200, width=180, bind="query-params"
        )
        method = st.selectbox(
            "Method",
            [None, *METHOD],
            key="e_method",
            width=130,
            bind="query-params",
            format_func=lambda m: "all" if m is None else m,
        )
        subject: Subject | None = st.selectbox(
            "Of",
            [None, *_SUBJECTS],
            key="e_subject",
            width=170,
            bind="query-params",
            format_func=lambda s: _SUBJECTS.get(s, "images and classes"),
        )
        class_id = class_box.choose("Decided as", key="e_of", width=200)
        struck = st.toggle("With struck-out claims", key="e_struck", bind="query-params")
        errors = st.toggle("Wrong decisions", key="e_errors", bind="query-params")
    return ExplanationFilter(
        class_id=class_id,
        subject=subject,
        method=method,
        struck=struck,
        errors=errors,
        search=search or "",
    )


def _summary(chosen: ExplanationFilter) -> None:
    """Of the decisions that pass: what was claimed must not choose what is counted."""
    fair = ExplanationFilter(class_id=chosen.class_id, subject=chosen.subject, errors=chosen.errors)
    summary.table(data.ask(explanations.method_summaries, fair))
    if chosen.struck or chosen.search.strip() or chosen.method is not None:
        st.caption(
            "The table above counts all methods, and texts beyond the search and the toggle."
        )


def _table(chosen: ExplanationFilter) -> None:
    whole = data.ask(explanations.count_explanations)
    total = data.ask(explanations.count_explanations, chosen)
    st.caption(f"{total:,} of {whole:,} explanations. Click a row to see the methods side by side.")
    if total == 0:
        st.info("No explanation passes these filters.", icon=":material/filter_alt_off:")
        return
    place = st.container()
    offset = tables.pager(total, key="e_page")
    frame = data.ask(explanations.explanations, chosen, limit=tables.PER_PAGE, offset=offset)
    with place:
        tables.choose(
            _readable(frame),
            "explanation",
            "explanation_id",
            {
                "of": tables.text("of", width=160),
                "class_name": tables.text("decided as", width=110),
                "method": tables.text("method", width=90),
                "text": tables.text("explanation", width=330),
                "holding": tables.text("claims that hold", width=110),
                "score": tables.figure("score", meaning="explanation_score", width=70),
                "floor": tables.figure("floor", meaning="explanation_floor", width=70),
            },
            key="e_table",
            alt="Explanations with their claims and scores",
        )
    downloads("explanations", explanations.explanations, chosen, limit=None)


def _readable(frame: pd.DataFrame) -> pd.DataFrame:
    return tables.names(frame, ["class_name"]).assign(
        of=["the class" if path is None else plain(path) for path in frame["path"]],
        text=[plain(text, 200) for text in frame["text"]],
        holding=[
            f"{claims - struck} of {claims}" if claims else None
            for claims, struck in zip(frame["claims"], frame["struck"], strict=True)
        ],
    )


main()
