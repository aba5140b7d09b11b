"""Live what-if: the page's section, of which alone a move of a slider runs again."""

from collections.abc import Callable

import numpy as np
import streamlit as st
from scipy.special import softmax

from analysis.explain.grounds import UnitKind
from analysis.whatif import KINDS, Edit, Subject
from dashboard import data
from dashboard.parts import charts, numbers
from dashboard.parts.whatif import address, changes, controls, figures
from dashboard.parts.whatif.address import Unit
from dashboard.parts.whatif.outcome import Outcome, beside_random, outcome, sentence
from dashboard.parts.whatif.subject import Named, named, subject_of, words
from dashboard.text import md, quoted
from db.queries import classes
from db.queries.images import ImageInfo

_STRONGEST = 8
_WORDS = 10
_KINDS: dict[str, UnitKind] = {f"{kind}s": kind for kind in KINDS}


def arrived(info: ImageInfo) -> None:
    """Take the changes that the address brings, and say so at the top of the page."""
    subject = subject_of(info.image_id)
    if subject is None or not st.query_params.get(address.PARAMETER):
        return
    refused = changes.adopt(info.image_id, _allowed(subject))
    made = changes.of(info.image_id)
    if made:
        st.info(
            f"This address changes {numbers.many(len(made), 'unit')} of the image: see "
            "[What if](#what-if).",
            icon=":material/tune:",
        )
    if refused:
        st.warning(
            f"{numbers.many(refused, 'part')} of the address changed nothing. A part names a unit "
            "and a value within its range that it does not have here, as in l12:0,n3:-1; the last "
            f"of each unit counts, and {address.MOST} at most.",
            icon=":material/link_off:",
        )


@st.fragment
def shown(info: ImageInfo) -> None:
    """Units to switch and to slide, and what becomes of the decision."""
    st.subheader("What if", anchor=False)
    subject = subject_of(info.image_id)
    if subject is None:
        st.caption("The audit holds no features of this image, so nothing can be changed.")
        return
    st.caption(
        "Units of this image set to other values. The logits are exact: only the feature changes, "
        "and the head is linear. Whether an image with such a feature exists is another question."
    )
    made = changes.of(info.image_id)
    known = _known(subject, list(made))
    found = outcome(subject, _edits(made))
    left, right = st.columns([6, 5], gap="large")
    with left:
        _controls(info.image_id, subject, found.won)
        if made:
            _words(subject, found)
    with right:
        _after(subject, found, made, known)
    _link(info.image_id)


def _edits(made: dict[Unit, float]) -> list[Edit]:
    return [Edit(kind, number, value) for (kind, number), value in made.items()]


def _allowed(subject: Subject) -> Callable[[dict[Unit, float]], dict[Unit, float]]:
    """Lets changes through of units that the audit has, to values within their range."""

    def allowed(asked: dict[Unit, float]) -> dict[Unit, float]:
        known = _known(subject, list(asked))
        return {u: value for u, value in asked.items() if u in known and known[u].takes(value)}

    return allowed


def _known(subject: Subject, asked: list[Unit]) -> dict[Unit, Named]:
    found: dict[Unit, Named] = {}
    for kind in KINDS:
        of_kind = tuple(number for asked_kind, number in asked if asked_kind == kind)
        if of_kind:
            found |= named(subject, kind, of_kind)
    return found


def _controls(image_id: int, subject: Subject, won: int) -> None:
    kinds = ["latents", "neurons"] if subject.autoencoder is not None else ["neurons"]
    asked = st.segmented_control(
        "Units", kinds, default=kinds[0], required=True, key="whatif_kind", bind="query-params"
    )
    kind = _KINDS[asked if asked in kinds else kinds[0]]
    strongest = subject.strongest(kind, won, _STRONGEST).tolist()
    besides = [*changes.added(image_id), *changes.of(image_id)]
    numbered = dict.fromkeys([*strongest, *(n for k, n in besides if k == kind)])
    shown = named(subject, kind, tuple(numbered))
    chosen = np.array([unit[1] for unit in shown], int)
    pushes = subject.pushes(kind, chosen, won)
    controls.rows(
        image_id, shown.values(), dict(zip(chosen.tolist(), pushes.tolist(), strict=True))
    )
    _elsewhere(subject, kind, changes.of(image_id))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container():
            controls.search(image_id, subject, kind)
        st.button(
            "As it was",
            icon=":material/restart_alt:",
            key="whatif_reset",
            disabled=not changes.of(image_id),
            on_click=changes.forget,
            args=(image_id,),
        )


def _elsewhere(subject: Subject, kind: UnitKind, made: dict[Unit, float]) -> None:
    """What was changed and has no row here."""
    others = {unit: value for unit, value in made.items() if unit[0] != kind}
    if others:
        known = _known(subject, list(others))
        told = ", ".join(
            f"{_name(known[unit])} at {numbers.significant(value)}"
            for unit, value in others.items()
        )
        st.caption(f"Changed too: {told}.")


def _after(
    subject: Subject, found: Outcome, made: dict[Unit, float], known: dict[Unit, Named]
) -> None:
    names = data.ask(classes.class_names)
    if made:
        told = [(_name(known[unit]), known[unit].here, value) for unit, value in made.items()]
        st.markdown(sentence(found, told, names))
        _floor(subject, found, made, names)
    else:
        st.caption("Nothing is changed yet: switch a unit off, or move a slider.")
    shown = found.classes
    before, after = (100 * softmax(logits)[shown] for logits in (found.before, found.after))
    labels = [names.get(i, str(i)) for i in shown]
    charts.show(
        figures.both(labels, before.tolist(), after.tolist() if made else None),
        key="whatif_probabilities",
        alt="Probabilities of the best classes before and after the changes",
    )
    if made:
        _logits(found, labels)


def _floor(
    subject: Subject, found: Outcome, made: dict[Unit, float], names: dict[int, str]
) -> None:
    """A flip alone says little: what random changes as large do stands beside it."""
    edits = _edits(made)
    changed = {edit.kind for edit in edits}
    others = sum(len(subject.others(kind, edits)) for kind in KINDS if kind in changed)
    if not others:
        st.caption("No other unit is active here, so there is nothing to hold this against.")
        return
    st.caption(
        f"What it does to {md(names.get(found.won))}, and what as much activation does that is "
        f"changed in the {numbers.many(others, 'other active unit')} of this image at random"
        + (":" if subject.can_match(edits) else ", which hold less: all of theirs is taken away:")
    )
    st.table(beside_random(found), border="horizontal", hide_index=True)


def _logits(found: Outcome, labels: list[str]) -> None:
    moved = (found.after - found.before)[found.classes]
    charts.show(
        charts.signed(labels, moved.tolist(), x_title="change of the logit, against all classes'"),
        key="whatif_logits",
        alt="Change of the best classes' logits",
    )


def _words(subject: Subject, found: Outcome) -> None:
    vocabulary = words()
    if vocabulary is None:
        st.caption("The audit holds no text map, so no words can be retrieved.")
        return
    ranked, texts = vocabulary
    before = ranked.best(subject.feature, _WORDS)[0].tolist()
    after = ranked.best(found.feature, _WORDS)[0].tolist()
    came, went = ([i for i in a if i not in b] for a, b in ((after, before), (before, after)))
    st.markdown("**Words**  \n" + " · ".join(_word(texts[i], new=i in came) for i in after))
    gone = " · ".join(md(texts[i], 60) for i in went) or "none"
    st.caption(
        f"The {len(after)} texts nearest to the feature, those near every image set back. "
        f"{len(came)} came (:material/add:), and as many went: {gone}."
    )


def _word(text: str, *, new: bool) -> str:
    return f":green[:material/add: **{md(text, 60)}**]" if new else md(text, 60)


def _name(one: Named) -> str:
    kind, number = one.unit
    return f"{kind} {number} {quoted(one.label, 60)}"


def _link(image_id: int) -> None:
    text = changes.tell(image_id)
    if text:
        st.caption("These changes stand in the address of this page; the link to share them:")
        st.code(f"images?image={image_id}&w={text}", language=None, wrap_lines=True)
