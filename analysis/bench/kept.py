"""Fits that were made before: a bench that was stopped, or repeated, does not train anew."""

import inspect
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

import analysis.textmap.calibrate as calibrating
import analysis.textmap.choose as choosing
import analysis.textmap.icis as icis
import analysis.textmap.kernel as kernel
import analysis.textmap.mlp as mlp
import analysis.textmap.net as net
import analysis.textmap.stacked as stacked
from analysis.bench.data import BenchData
from analysis.bench.zero_shot import PROTOCOL, Method, Ranks, Split, run_method
from analysis.cache import cache_dir, digest
from db.files import whole_file

MODULES = {
    "mlp": (mlp, net),
    "icis": (icis, net),
    "kernel": (kernel,),
    "stacked": (kernel, stacked),
}
"""The code whose change makes a kept fit worthless."""


def kept_ranks(method: Method, data: BenchData, split: Split, *, seed: int) -> Ranks:
    """The ranks of an earlier run, where nothing that they come from has changed."""
    path = cache_dir("zero-shot") / f"{_key(method, data, split, seed)}.npz"
    kept = _read(path)
    if kept is not None:
        return kept
    ranks = run_method(method, data, split, seed=seed)
    with whole_file(path) as file:
        np.savez(file, **vars(ranks))
    return ranks


def _read(path: Path) -> Ranks | None:
    """What lies there; None where nothing does, or nothing whole."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return Ranks(
                generalized=kept["generalized"],
                classical=kept["classical"],
                seconds=float(kept["seconds"]),
                choosing=float(kept["choosing"]),
                chosen=str(kept["chosen"]),
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, TypeError, AttributeError):
        return None


def _key(method: Method, data: BenchData, split: Split, seed: int) -> str:
    name = method.estimator.name if method.estimator else ""
    modules = (
        MODULES.get(name, ()) if method.estimator else (*MODULES["stacked"], mlp, net, choosing)
    )
    if method.calibrated:
        modules = (*modules, calibrating)
    code = "".join(inspect.getsource(module) for module in modules)
    described = repr((PROTOCOL, method.name, method.centred, method.calibrated, name))
    config = repr(method.estimator.describe()) if method.estimator else ""
    arrays = (data.prompts, data.weights, data.features, data.labels, split.held_out)
    return digest(described, config, code, str(seed), *arrays)
