"""Two audits compared, by hand."""

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import InputError
from analysis.guard.diff import Change, Counts, Difference, Side, compare, is_held


def claim(number: int, name: str, concept: str, **fields: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "finding_id": number, "class_name": name, "concept": concept, "rank": 1, "q": 0.01,
        "verdict": "supported", "duplicate_of": None, "score": 5.0,
    }  # fmt: skip
    for line in ("masking", "accuracy", "projecting"):
        known |= {line: 0.5, f"{line}_low": 0.4, f"{line}_high": 0.6}
    return known | fields


CONCEPTS = ("fog", "mist", "water", "road")


def side(*claims: dict[str, Any], **fields: Any) -> Side:
    known: dict[str, Any] = {
        "name": "audit", "classes": ("boat", "car"), "concepts": CONCEPTS,
        "embeddings": np.eye(4, dtype=np.float32), "text_map": "mlp", "claims": claims,
    }  # fmt: skip
    return Side(**known | fields)


def told(found: Difference) -> list[tuple[str, str, str]]:
    return [(change.kind, change.class_name, change.concept) for change in found.changes]


def test_gone_new_changed_and_the_same() -> None:
    before = side(claim(1, "boat", "fog"), claim(2, "boat", "water"), claim(3, "car", "road"))
    after = side(
        claim(7, "boat", "water"),
        claim(8, "car", "road", verdict="correlational"),
        claim(9, "car", "fog"),
        claim(4, "boat", "fog", q=0.2, verdict="candidate"),
    )
    found = compare(before, after)
    assert told(found) == [
        ("gone", "boat", "fog"),
        ("same", "boat", "water"),
        ("changed", "car", "road"),
        ("new", "car", "fog"),
    ]
    gone, _, changed, new = found.changes
    assert gone.after is not None and gone.after["q"] == 0.2
    assert changed.why == "verdict supported → correlational"
    assert [change.newly_supported for change in found.changes] == [False, False, False, True]
    assert new.before is None and not found.warnings


@pytest.mark.parametrize(
    ("low", "high", "kind"), [(0.6, 0.9, "same"), (0.61, 0.9, "changed"), (0.1, 0.39, "changed")]
)
def test_reliance_changes_where_intervals_lie_apart(low: float, high: float, kind: str) -> None:
    after = claim(1, "boat", "fog", accuracy_low=low, accuracy_high=high)
    (change,) = compare(side(claim(1, "boat", "fog")), side(after)).changes
    assert change.kind == kind


def test_a_line_that_one_audit_lacks_is_no_change() -> None:
    after = claim(1, "boat", "fog", masking=None, masking_low=None, masking_high=None)
    assert told(compare(side(claim(1, "boat", "fog")), side(after))) == [("same", "boat", "fog")]


@pytest.mark.parametrize(
    "fields",
    [{"q": 0.06}, {"verdict": "refuted"}, {"rank": None}],
)
def test_what_is_not_held_is_not_compared(fields: dict[str, Any]) -> None:
    nothing = side(claim(1, "boat", "fog", **fields))
    assert compare(nothing, nothing).changes == ()
    assert told(compare(side(), side(claim(1, "boat", "fog", **fields)))) == []


def test_the_same_thing_under_another_word_is_the_same() -> None:
    """Before, fog leads and mist says the same; after, mist leads and fog says the same."""
    before = side(claim(1, "boat", "fog"), claim(2, "boat", "mist", rank=None, duplicate_of=1))
    after = side(claim(5, "boat", "mist"), claim(6, "boat", "fog", rank=None, duplicate_of=5))
    (change,) = compare(before, after).changes
    assert (change.kind, change.concept) == ("same", "fog")
    assert change.after is not None and change.other_words == "mist"
    # mist alone after, fog not even stored: what was before said that both are one
    assert told(compare(before, side(claim(5, "boat", "mist")))) == [("same", "boat", "fog")]


def test_the_other_way_round_the_same_is_told() -> None:
    """One audit tells fog and mist apart, the other calls mist a duplicate of fog."""
    apart = side(claim(1, "boat", "fog"), claim(2, "boat", "mist"), claim(3, "boat", "water"))
    together = side(
        claim(1, "boat", "fog"), claim(2, "boat", "mist", rank=None, duplicate_of=1),
        claim(3, "car", "road"),
    )  # fmt: skip
    there, back = compare(apart, together), compare(together, apart)
    assert sorted(told(there)) == [
        ("gone", "boat", "water"),
        ("new", "car", "road"),
        ("same", "boat", "fog"),
        ("same", "boat", "mist"),
    ]
    assert Counts.of(there.changes) == Counts(3, 2, gone=1, new=1, changed=0, same=2)
    assert [change.other_words for change in there.changes if change.after] == [None, "fog", None]
    turned = {"gone": "new", "new": "gone"}
    assert sorted(turned.get(c.kind, c.kind) for c in back.changes) == sorted(
        c.kind for c in there.changes
    )


@given(st.data())
def test_gone_one_way_is_new_the_other(data: st.DataObject) -> None:
    sides = [side(*data.draw(_claims())) for _ in range(2)]
    there, back = (compare(*pair).changes for pair in (sides, sides[::-1]))
    turned = {"gone": "new", "new": "gone"}

    def ids(one: dict[str, Any] | None) -> int | None:
        return None if one is None else one["finding_id"]

    assert {(c.kind, ids(c.before), ids(c.after)) for c in there} == {
        (turned.get(c.kind, c.kind), ids(c.after), ids(c.before)) for c in back
    }
    counts, held = Counts.of(there), [sum(map(is_held, one.claims)) for one in sides]
    assert [counts.before, counts.after] == held
    assert (counts.before == counts.gone) == (counts.after == counts.new)


@st.composite
def _claims(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some of the concepts of one class, some as duplicates of others."""
    chosen = draw(st.permutations(CONCEPTS))[: draw(st.integers(0, 4))]
    return [
        claim(
            i, "boat", concept, q=draw(st.sampled_from([0.01, 0.02, 0.2])),
            duplicate_of=draw(st.sampled_from([None, *range(i)])),
        )
        for i, concept in enumerate(chosen)
    ]  # fmt: skip


def test_a_finding_that_meets_two_counts_once_and_makes_two_pairs() -> None:
    one, two, three = ({"finding_id": i, "concept": "water"} for i in range(3))
    changes = [
        Change("same", "boat", "water", one, two),
        Change("changed", "boat", "sea", one, three),
        Change("gone", "boat", "boat", two, one),
        Change("new", "boat", "net", None, one),
    ]
    counts = Counts.of(changes)
    assert counts == Counts(before=2, after=3, gone=1, new=1, changed=1, same=1)
    assert counts.said("in a", "in b", " about boats") == (
        "Findings about boats held in b: 3, of which 1 new and 2 held in a too. Held in a: 2, of "
        "which 1 gone and 1 held in b too. Pairs of those held in both: 2, of which 1 changed and "
        "1 the same."
    )


def test_one_and_the_same_audit_is_told() -> None:
    one = side(claim(1, "boat", "fog"))
    (itself,) = compare(one, one).warnings
    assert itself.startswith("audit is compared with itself: it is one and the same audit")
    (copied,) = compare(one, replace(one, name="copy")).warnings
    assert copied.startswith("audit and copy hold the same findings to the last digit")


def test_duplicates_of_another_class_say_nothing() -> None:
    before = side(claim(1, "boat", "fog"))
    after = side(claim(5, "car", "mist"), claim(6, "car", "fog", rank=None, duplicate_of=5))
    assert told(compare(before, after)) == [("gone", "boat", "fog"), ("new", "car", "mist")]


def test_classes_of_one_audit_alone_are_named_and_not_compared() -> None:
    before = side(claim(1, "boat", "fog"), classes=("boat", "ship"))
    after = side(claim(1, "boat", "fog"), claim(2, "car", "fog"))
    found = compare(before, after)
    assert (found.only_before, found.only_after) == (("ship",), ("car",))
    assert told(found) == [("same", "boat", "fog")]


def test_concepts_are_matched_by_their_words_and_the_rest_is_told() -> None:
    fewer = side(
        claim(1, "boat", "road"), concepts=("road", "rail"), embeddings=np.eye(4)[[3, 0]] + 1e-5
    )
    found = compare(side(claim(2, "boat", "fog"), claim(1, "boat", "road")), fewer)
    assert told(found) == [("same", "boat", "road")]
    assert found.warnings == (
        "3 concepts of audit are not in the other audit: left out",
        "1 concepts of audit are not in the other audit: left out",
    )


def test_another_text_map_and_names_used_twice_are_told() -> None:
    twice = side(text_map="kernel", classes=("boat", "boat", "car"))
    first, second = compare(side(), twice).warnings
    assert "mlp" in first and "kernel" in first
    assert "1 classes" in second


@pytest.mark.parametrize(
    ("change", "fix"),
    [
        ({"classes": ("tree",)}, "no class name in common"),
        ({"concepts": ("a", "b", "c", "d")}, "--concepts"),
        ({"embeddings": np.eye(4)[::-1].copy()}, "--text-encoder"),
        ({"embeddings": np.ones((4, 7))}, "--text-encoder"),
    ],
)
def test_what_cannot_be_compared_is_refused(change: dict[str, Any], fix: str) -> None:
    with pytest.raises(InputError, match=fix):
        compare(side(), replace(side(), **change))


def test_what_is_not_the_classifiers_doing_is_told_first() -> None:
    old = side(name="old", made_by="0.1+a", with_images=False, text_map="kernel")
    new = side(name="new", made_by="0.1+b")
    versions, images, maps = compare(old, new).warnings
    assert "old was searched by Glowworm 0.1+a, new by 0.1+b" in versions and "rules" in versions
    assert images.startswith("old was audited without images")
    assert "kernel" in maps
    assert "an unknown version" in compare(side(), side(made_by="0.1+b")).warnings[0]
    neither = side(with_images=False)
    assert compare(neither, neither).warnings == ()


def test_thousands_of_findings_are_compared_at_once() -> None:
    """Duplicates are looked up, not searched for: 20,000 of them would take minutes."""
    names = tuple(f"class {i}" for i in range(5000))
    claims = [
        one
        for i, name in enumerate(names)
        for one in (
            claim(2 * i, name, "fog"),
            claim(2 * i + 1, name, "mist", rank=None, duplicate_of=2 * i),
        )
    ]
    both = side(*claims, classes=names)
    started = time.perf_counter()
    found = compare(both, both)
    assert [change.kind for change in found.changes] == ["same"] * 5000
    assert time.perf_counter() - started < 5
