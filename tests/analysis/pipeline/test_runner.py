"""The runner: what makes a stage due, and what is said and kept of those that are not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select

from analysis.classifier.spec import ModelSpec
from analysis.config import AuditConfig
from analysis.pipeline.runner import Context, Outcome, Stage, run_stages
from db.queries.overview import stages as stored_stages
from db.schema import Stage as StageRow
from db.store import AuditStore
from tests.analysis.small import Recorder


class Chain:
    """Three stages: ``b`` needs ``a``, ``c`` needs nothing; counts how often each is run."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.inputs: dict[str, Any] = {"a": 1, "b": 1, "c": 1}
        self.reasons: dict[str, str | None] = {}
        self.ran: list[str] = []
        self.hashes: dict[str, str] = {}
        with AuditStore.create(directory):
            pass

    def stage(self, name: str, needs: tuple[str, ...]) -> Stage:
        def run(context: Context) -> Outcome:
            self.ran.append(name)
            return Outcome(
                arrays={name: np.array([self.inputs[name]])},
                notes=[f"{name} fell back", f"WARNING: {name} looks wrong"],
            )

        return Stage(
            name=name,
            title=f"Stage {name}",
            needs=needs,
            inputs=lambda _: self.inputs[name],
            run=run,
            skip=lambda _: self.reasons.get(name),
        )

    def run(self, *, seed: int = 0) -> Recorder:
        recorder = Recorder()
        context = Context(AuditConfig(ModelSpec("tiny"), self.directory, seed=seed), recorder)
        self.ran.clear()
        with AuditStore.open(self.directory) as context.store:
            run_id = context.store.begin_run("test", {}, {}, seed)
            chain = (self.stage("a", ()), self.stage("c", ()), self.stage("b", ("a",)))
            run_stages(context, chain, run_id)
            context.store.end_run(run_id, "done")
            self.table = stored_stages(context.store.engine).set_index("name")
            self.hashes = _hashes(context.store)
        return recorder


def _hashes(store: AuditStore) -> dict[str, str]:
    with store.engine.connect() as connection:
        return dict(connection.execute(select(StageRow.name, StageRow.input_hash)).all())


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    return Chain(tmp_path / "audit")


def test_stages_run_in_order_once(chain: Chain) -> None:
    recorder = chain.run()
    assert chain.ran == ["a", "c", "b"]
    assert list(chain.table["position"]) == [1, 2, 3]
    assert "  a fell back" in recorder.said
    assert recorder.warned == [f"  WARNING: {name} looks wrong" for name in "acb"]
    recorder = chain.run()
    assert chain.ran == []
    assert recorder.said == ["Stage a: unchanged", "Stage c: unchanged", "Stage b: unchanged"]


def test_a_stages_hash_covers_what_it_needs_and_nothing_else(chain: Chain) -> None:
    chain.run()
    before = dict(chain.hashes)
    chain.inputs["a"] = 2
    chain.run()
    changed = {name for name in before if chain.hashes[name] != before[name]}
    assert changed == {"a", "b"}


def test_the_last_stage_alone_is_redone_when_only_its_input_changed(chain: Chain) -> None:
    chain.run()
    chain.inputs["b"] = 2
    chain.run()
    assert chain.ran == ["b"]


def test_the_seed_is_part_of_every_hash(chain: Chain) -> None:
    chain.run()
    before = dict(chain.hashes)
    chain.run(seed=1)
    assert chain.ran == ["a", "c", "b"]
    assert all(chain.hashes[name] != before[name] for name in before)


def test_changed_code_never_reuses_old_results(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain.run()
    monkeypatch.setattr("analysis.pipeline.runner.code_version", lambda: "0.1.0+changed")
    chain.run()
    assert chain.ran == ["a", "c", "b"]


def test_a_skipped_stage_is_announced_recorded_and_done_when_it_can_be(chain: Chain) -> None:
    chain.reasons["b"] = "there is nothing to do it with"
    recorder = chain.run()
    assert chain.ran == ["a", "c"]
    assert "Stage b: skipped, there is nothing to do it with" in recorder.warned
    assert chain.table.loc["b", "status"] == "skipped"
    assert chain.table.loc["b", "reason"] == "there is nothing to do it with"
    assert "Stage b: skipped, there is nothing to do it with" in chain.run().warned
    chain.reasons.clear()
    chain.run()
    assert chain.ran == ["b"]
    assert chain.table.loc["b", "status"] == "done"


def test_a_stage_that_becomes_impossible_loses_what_it_had(chain: Chain) -> None:
    chain.run()
    chain.reasons["b"] = "it is gone"
    chain.run()
    assert chain.table.loc["b", "status"] == "skipped"
    assert not list((chain.directory / "arrays").glob("b.*"))


def test_scratch_goes_once_the_results_are_in_the_store(chain: Chain) -> None:
    scratch = chain.directory / "scratch"
    scratch.mkdir()

    def run(context: Context) -> Outcome:
        assert scratch.exists()
        return Outcome(scratch=[scratch])

    context = Context(AuditConfig(ModelSpec("tiny"), chain.directory), Recorder())
    with AuditStore.open(chain.directory) as context.store:
        run_id = context.store.begin_run("test", {}, {}, 0)
        run_stages(context, [Stage("d", "D", (), lambda _: None, run)], run_id)
    assert not scratch.exists()


def test_heavy_things_are_made_once(tmp_path: Path) -> None:
    context = Context(AuditConfig(ModelSpec("tiny"), tmp_path), Recorder())
    made: list[int] = []

    def make() -> int:
        made.append(1)
        return 7

    assert [context.once("thing", make), context.once("thing", make)] == [7, 7]
    assert made == [1]
