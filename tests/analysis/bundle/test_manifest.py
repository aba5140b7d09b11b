"""The manifest is written and read back; whatever is not as written is refused."""

import json
from typing import Any

import pytest

from analysis.bundle import manifest
from analysis.bundle.manifest import LeftOut, Manifest, Member, may_be_member, parse
from db.errors import StoreDamaged

GOOD = Manifest(
    glowworm="0.1.0",
    schema="0006",
    model=None,
    created="2026-01-02T03:04:05+00:00",
    members=(Member("audit.db", 7, "a" * 64), Member("arrays/x.0123456789abcdef.npy", 0, "b" * 64)),
    left_out=(LeftOut("repairs/edited.safetensors", 9),),
)


def test_it_comes_back_as_it_went() -> None:
    assert parse(GOOD.to_bytes()) == GOOD


@pytest.mark.parametrize(
    "path",
    [
        "audit.db",
        "arrays/class_concepts.weights.mlp.0123456789abcdef.npy",
        "sae/e71fc4202fd8/cfg.json",
        "sae/e71fc4202fd8/sae_weights.safetensors",
        f"shown/{'0' * 64}.jpg",
    ],
)
def test_what_a_bundle_may_hold(path: str) -> None:
    assert may_be_member(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "../audit.db",
        "/audit.db",
        "audit.db\n",
        "audit.db\x00",
        "./audit.db",
        "audit.db-wal",
        "AUDIT.DB",
        "arrays/../../x.0123456789abcdef.npy",
        "arrays\\x.0123456789abcdef.npy",
        "arrays/x.npy",
        "arrays/x.0123456789abcdeF.npy",
        "arrays/sub/x.0123456789abcdef.npy",
        "arrays/.x.0123456789abcdef.npy",
        "sae/../cfg.json",
        "sae/x/model.pkl",
        "sae/x/cfg.json/",
        "C:audit.db",
        "shown/x.jpg",
        "report.html",
        "arrays/\u0661.0123456789abcdef.npy",
    ],
)
def test_what_it_may_not(path: str) -> None:
    assert not may_be_member(path)


def changed(**fields: Any) -> bytes:
    return json.dumps(json.loads(GOOD.to_bytes()) | fields).encode()


def member(**fields: Any) -> list[dict[str, Any]]:
    return [{"path": "audit.db", "size": 7, "sha256": "a" * 64} | fields]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "no JSON"),
        (b"[]", "not one of Glowworm's"),
        (changed(format="zip"), "not one of Glowworm's"),
        (changed(version=2), "version 2"),
        (changed(more=1), "other fields"),
        (GOOD.to_bytes().replace(b'"schema"', b'"glowworm"', 1), "twice"),
        (changed(version=float("nan")), "NaN"),
        (changed(schema=6), "no text"),
        (changed(model="x" * 1001), "no text"),
        (changed(members={}), "no list"),
        (changed(members=[None]), "a member that is none"),
        (changed(members=member(more=1)), "a member that is none"),
        (changed(members=member(path=3)), "a member that is none"),
        (changed(members=member(path="../x")), "which no bundle holds"),
        (changed(members=member(size=-1)), "a size that is none"),
        (changed(members=member(size=True)), "a size that is none"),
        (changed(members=member(size=1.5)), "a size that is none"),
        (changed(members=member(sha256="A" * 64)), "no sha256"),
        (changed(members=member(sha256=None)), "no sha256"),
        (changed(members=member() * 2), "twice"),
        (changed(members=[]), "no audit.db"),
        (changed(left_out=[{"path": "x"}]), "a member that is none"),
    ],
)
def test_anything_else_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(StoreDamaged, match=said):
        parse(content)


def test_its_length_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest, "MAX_BYTES", 100)
    with pytest.raises(StoreDamaged, match="larger"):
        parse(GOOD.to_bytes())
    monkeypatch.undo()
    monkeypatch.setattr(manifest, "MAX_MEMBERS", 1)
    with pytest.raises(StoreDamaged, match="no list of at most 1"):
        parse(GOOD.to_bytes())
