"""``AuditStore``: the one writer of an audit's directory."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from sqlalchemy import Connection, Engine, insert, select, update

from db import layout
from db.arrays import flaw_of, read_array, register_file, remove_strays, save_array
from db.engine import make_engine, reader_engine
from db.errors import OutputInUse, StoreError
from db.human.reattach import reattach
from db.lock import WriterLock
from db.migrate import create_database
from db.rows import Rows, delete_rows, insert_rows
from db.schema import Artifact, Run, Stage


class AuditStore:
    """A directory with ``audit.db`` and its arrays, open for writing by this process alone.

    ``engine`` reads the same store, as the queries want it. Close the store, or use it in a
    ``with`` block: closing empties the write-ahead log, so that the directory can be copied.
    """

    def __init__(self, directory: Path, lock: WriterLock) -> None:
        """Use ``create`` or ``open`` instead."""
        self.directory = directory
        self._lock = lock
        self.engine: Engine = reader_engine(directory)
        self._writer = make_engine(directory, "rw")
        remove_strays(directory, self.engine)
        self._stop_dead_runs()

    @classmethod
    def create(cls, directory: Path) -> Self:
        """Make an audit in a new or empty directory; OutputInUse where it holds anything else."""
        _require_free(directory)
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{directory} cannot be made ({error.strerror}); give another --out"
            ) from error
        return cls._locked(directory, make=True)

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Open an audit to go on with it.

        Raises StoreMissing, StoreDamaged, SchemaMismatch, or StoreError while another process
        writes. What a crash left behind is cleaned: files no stage owns, runs that never ended.
        """
        reader_engine(directory).dispose()  # says what is wrong before a lock file is made
        return cls._locked(directory, make=False)

    @classmethod
    def _locked(cls, directory: Path, *, make: bool) -> Self:
        lock = WriterLock(directory)
        try:
            if make:
                _require_free(directory)  # again, now that nobody else can be making one
                create_database(directory)
            return cls(directory, lock)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Close both engines and give the lock back."""
        self.engine.dispose()  # the writer last: only it can empty the write-ahead log
        self._writer.dispose()
        self._lock.release()

    def __enter__(self) -> Self:
        """The store itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close, whatever happened."""
        self.close()

    def begin_run(
        self, command: str, config: Mapping[str, Any], versions: Mapping[str, Any], seed: int
    ) -> int:
        """Record that a command begins to write; returns the run's id."""
        run = {
            "command": command,
            "config": dict(config),
            "versions": dict(versions),
            "seed": seed,
            "started": datetime.now(UTC),
            "status": "running",
        }
        with self._writer.begin() as connection:
            return connection.scalars(insert(Run).returning(Run.id), run).one()

    def end_run(
        self, run_id: int, status: Literal["done", "failed", "stopped"], error: str | None = None
    ) -> None:
        """Record how a run ended."""
        with self._writer.begin() as connection:
            connection.execute(
                update(Run)
                .where(Run.id == run_id)
                .values(status=status, error=error, finished=datetime.now(UTC))
            )

    def stage_is_current(self, name: str, input_hash: str) -> bool:
        """Whether a stage was done (or skipped) from these inputs and its files are intact.

        Files are read and hashed: one that was cut short or changed makes the stage due again.
        """
        with self.engine.connect() as connection:
            stage = connection.execute(
                select(Stage.status, Stage.input_hash).where(Stage.name == name)
            ).one_or_none()
            artifacts = connection.execute(
                select(Artifact.__table__).where(Artifact.stage_name == name)
            ).all()
        if stage is None or stage.status == "stale" or stage.input_hash != input_hash:
            return False
        return all(flaw_of(self.directory, artifact._asdict()) is None for artifact in artifacts)

    def stage_hashes(self, names: Iterable[str]) -> dict[str, str]:
        """What each of these stages was made from; those that were never done are left out."""
        statement = select(Stage.name, Stage.input_hash).where(Stage.name.in_(list(names)))
        with self.engine.connect() as connection:
            return {row.name: row.input_hash for row in connection.execute(statement)}

    def finish_stage(
        self,
        run_id: int,
        name: str,
        position: int,
        input_hash: str,
        *,
        seconds: float,
        rows: Rows | None = None,
        arrays: Mapping[str, np.ndarray] | None = None,
        files: Sequence[Path] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Put a stage's results in the place of its earlier ones; later stages become stale.

        - ``rows``: for each table its rows as mappings without ``stage_name``, any iterables
        - ``arrays``: written to ``arrays/`` and read back with ``array(name)``
        - ``files``: what a library wrote inside the directory, hashed as it stands
        - ``notes``: warnings and fallbacks, a sentence each, shown to the auditor

        New files are whole before the transaction, which swaps rows, artifacts and status at
        once; old files go after it. After a crash anywhere the store holds the old results or
        the new ones. Raises StoreError where the disk is full or may not be written.
        """
        stage = {
            "name": name,
            "position": position,
            "run_id": run_id,
            "input_hash": input_hash,
            "status": "done",
            "reason": None,
            "notes": list(notes),
            "finished": datetime.now(UTC),
            "seconds": seconds,
        }
        self._replace_stage(stage, rows or {}, arrays or {}, files)

    def skip_stage(
        self, run_id: int, name: str, position: int, input_hash: str, reason: str
    ) -> None:
        """Record that a stage was left out and why; what it had written before goes."""
        stage = {
            "name": name,
            "position": position,
            "run_id": run_id,
            "input_hash": input_hash,
            "status": "skipped",
            "reason": reason,
            "notes": [],
            "finished": datetime.now(UTC),
            "seconds": 0.0,
        }
        self._replace_stage(stage, {}, {}, ())

    def note(self, stage_name: str, text: str) -> None:
        """Add a sentence to the notes of a stage that is done."""
        with self._writer.begin() as connection:
            notes = connection.scalars(select(Stage.notes).where(Stage.name == stage_name)).one()
            connection.execute(
                update(Stage).where(Stage.name == stage_name).values(notes=[*notes, text])
            )

    def reattach_human_labels(self, directions: Mapping[str, np.ndarray]) -> None:
        """After units were made anew: let people's labels find their units again.

        ``directions``: for each kind one row a unit, (units, features). See ``db.human.reattach``.
        """
        with self._writer.begin() as connection:
            reattach(connection, directions)

    def array(self, name: str) -> np.ndarray:
        """An array of the store, read-only and memory-mapped; StoreError where there is none."""
        return read_array(self.directory, self.engine, name)

    def array_names(self) -> set[str]:
        """Names of all arrays in the store."""
        with self.engine.connect() as connection:
            return set(connection.scalars(select(Artifact.name).where(Artifact.shape.is_not(None))))

    def _replace_stage(
        self,
        stage: Mapping[str, Any],
        rows: Rows,
        arrays: Mapping[str, np.ndarray],
        files: Iterable[Path],
    ) -> None:
        name = stage["name"]
        try:
            artifacts = self._write_files(arrays, files)
            with self._writer.begin() as connection:
                old_paths = set(
                    connection.scalars(select(Artifact.path).where(Artifact.stage_name == name))
                )
                delete_rows(connection, name)
                _put_stage(connection, stage)
                if artifacts:
                    owned = [{**artifact, "stage_name": name} for artifact in artifacts]
                    connection.execute(insert(Artifact), owned)
                insert_rows(connection, name, rows)
            for path in old_paths - {artifact["path"] for artifact in artifacts}:
                (self.directory / path).unlink(missing_ok=True)
        finally:
            remove_strays(self.directory, self.engine)

    def _write_files(
        self, arrays: Mapping[str, np.ndarray], files: Iterable[Path]
    ) -> list[dict[str, Any]]:
        try:
            artifacts = [save_array(self.directory, key, value) for key, value in arrays.items()]
            return artifacts + [register_file(self.directory, path) for path in files]
        except OSError as error:
            raise StoreError(
                f"{error.filename or self.directory} cannot be written ({error.strerror}); "
                "make room or give yourself the right to write there, then go on with --resume"
            ) from error

    def _stop_dead_runs(self) -> None:
        """Runs still called running are dead: their process held the lock we have now."""
        with self._writer.begin() as connection:
            connection.execute(
                update(Run)
                .where(Run.status == "running")
                .values(status="stopped", error="the process ended without a word")
            )


def _put_stage(connection: Connection, stage: Mapping[str, Any]) -> None:
    """Write the stage's row in place (deleting it would cascade) and make later stages stale."""
    known = connection.scalar(select(Stage.name).where(Stage.name == stage["name"]))
    if known is None:
        connection.execute(insert(Stage), dict(stage))
    else:
        connection.execute(update(Stage).where(Stage.name == known).values(**stage))
    connection.execute(
        update(Stage)
        .where(Stage.position > stage["position"], Stage.status != "stale")
        .values(status="stale", reason=f"'{stage['name']}' was done again")
    )


def _require_free(directory: Path) -> None:
    """Raise OutputInUse unless the directory is new, empty, or holds only a broken start."""
    if directory.exists() and not directory.is_dir():
        raise OutputInUse(f"{directory} is a file; give another --out")
    if not directory.exists():
        return
    if layout.database(directory).exists():
        raise OutputInUse(
            f"{directory} already holds an audit; go on with it with --resume, "
            "or give another --out"
        )
    ours = (layout.LOCK, f".{layout.DATABASE}")
    if any(not path.name.startswith(ours) for path in directory.iterdir()):
        raise OutputInUse(f"{directory} is not empty; give a new or empty directory as --out")
