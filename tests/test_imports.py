"""Imports run one way (docs/architecture.md), errors form one tree, the command line is light."""

import ast
import builtins
import importlib.util
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

import analysis.errors
import db.errors

ROOT = Path(__file__).parents[1]
PACKAGES = ("analysis", "dashboard", "db", "sae")
MAY_IMPORT = {
    "db": {"db"},
    "sae": {"sae"},
    "analysis": {"analysis", "db", "sae"},
    "dashboard": {"dashboard", "db", "analysis"},
}
HEAVY = {
    "pandas",
    "sae_lens",
    "sentence_transformers",
    "sqlalchemy",
    "streamlit",
    "timm",
    "torch",
    "torchvision",
    "transformers",
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {
    module_name(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")
}


def _is_for_types_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)


def _statements(tree: ast.AST, *, late: bool) -> Iterator[ast.stmt]:
    """Import statements; without ``late`` only those that run when the module is imported."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif late or not (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            or _is_for_types_only(node)
        ):
            yield from _statements(node, late=late)


@cache
def imported(module: str, *, late: bool) -> frozenset[str]:
    """Modules that a module of ours imports, by full name; names of objects are not modules."""
    found = set()
    for node in _statements(ast.parse(SOURCES[module].read_text("utf-8")), late=late):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
            continue
        assert isinstance(node, ast.ImportFrom)
        assert node.level == 0, f"{module} imports relatively"
        assert node.module is not None
        found.add(node.module)
        found |= {
            f"{node.module}.{alias.name}"
            for alias in node.names
            if f"{node.module}.{alias.name}" in SOURCES
        }
    return frozenset(found)


def reached(modules: set[str]) -> set[str]:
    """Everything that is imported when ``modules`` are, as far as our own sources tell."""
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        parents = module.split(".")
        waiting += [".".join(parents[:i]) for i in range(1, len(parents))]
        if module in SOURCES:
            waiting += imported(module, late=False)
    return seen


def tops(modules: set[str] | frozenset[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_the_walk_over_imports_sees_what_it_should() -> None:
    """Guards the tests below: a walk that finds nothing would let everything through."""
    assert len(SOURCES) > 100
    assert "torch" in imported("analysis.textmap.mlp", late=False)
    assert "analysis.pipeline.audit" in imported("analysis.commands.audit", late=True)
    assert "analysis.pipeline.audit" not in imported("analysis.commands.audit", late=False)
    assert "torch" in reached({"analysis.pipeline.audit"})


def importing(package: str, tabu: set[str]) -> dict[str, set[str]]:
    """Modules of a package that import what they may not, late imports included."""
    of_package = (name for name in SOURCES if name.partition(".")[0] == package)
    found = {name: tops(imported(name, late=True)) & tabu for name in of_package}
    return {name: names for name, names in found.items() if names}


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_one_way(package: str) -> None:
    assert not importing(package, set(PACKAGES) - MAY_IMPORT[package])


def test_analysis_leaves_sql_and_pages_to_others() -> None:
    assert not importing("analysis", {"sqlalchemy", "alembic"})
    # The desk's bench speaks with the desk as a browser does; nothing else knows its protocol.
    assert set(importing("analysis", {"streamlit"})) == {"analysis.bench.desk.session"}


def test_only_the_backend_knows_sae_lens() -> None:
    assert set(importing("sae", {"sae_lens"})) == {"sae.backend_saelens"}
    assert not importing("analysis", {"sae_lens"})


def test_the_dashboard_takes_light_modules_of_analysis() -> None:
    asked = {
        name
        for module in SOURCES
        if module.startswith("dashboard")
        for name in imported(module, late=False)
        if name.startswith("analysis.")
    }
    assert asked, "the dashboard imports nothing of analysis any more: drop this test"
    others = tops(reached(asked)) - set(sys.stdlib_module_names) - set(PACKAGES)
    # What the desk has loaded through the store's queries anyway; never torch
    assert others <= {"numpy", "jaxtyping", "pandas", "scipy", "sqlalchemy"}


def test_no_torch_is_reached_from_the_dashboard_or_the_store() -> None:
    light = {name for name in SOURCES if name.startswith(("dashboard", "db"))}
    heavy = HEAVY - {"pandas", "sqlalchemy", "streamlit"}
    assert not tops(reached(light)) & heavy


def test_nothing_imports_in_a_circle() -> None:
    """By following module-level imports from every module back to itself."""
    for module in SOURCES:
        assert module not in reached(set(imported(module, late=False))) - _parents(module), module


def _parents(module: str) -> set[str]:
    """A package and what it holds may meet: ``from package import module``."""
    package = SOURCES[module].name == "__init__.py"
    return {module} if package else set()


TREE_LINE = re.compile(r"^(?P<branch>[│├└─\s]*)(?P<name>[A-Z]\w+)\s{2,}")


def drawn(docstring: str | None) -> dict[str, str | None]:
    """The tree of a docstring: each class and the one it hangs on."""
    tree: dict[str, str | None] = {}
    path: list[tuple[int, str]] = []
    for line in (docstring or "").splitlines():
        match = TREE_LINE.match(line)
        if match is None:
            continue
        depth = len(match["branch"])
        while path and path[-1][0] >= depth:
            path.pop()
        tree[match["name"]] = path[-1][1] if path else None
        path.append((depth, match["name"]))
    return tree


def exceptions() -> dict[str, str | None]:
    """Public exception classes of all packages and their bases, by their class statements."""
    bases = {
        node.name: [ast.unparse(base).rpartition(".")[2] for base in node.bases]
        for source in SOURCES.values()
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }

    def is_error(name: str) -> bool:
        known = getattr(builtins, name, None)
        if inspect.isclass(known):
            return issubclass(known, BaseException)
        return any(map(is_error, bases.get(name, ())))

    return {
        name: None if of[0] == "Exception" else of[0]
        for name, of in bases.items()
        if any(map(is_error, of))
    }


def test_every_exception_is_in_the_drawn_tree() -> None:
    assert exceptions() == drawn(db.errors.__doc__) | drawn(analysis.errors.__doc__)


def test_both_docstrings_draw_the_same_root() -> None:
    assert drawn(db.errors.__doc__)["GlowwormError"] is None
    assert drawn(analysis.errors.__doc__)["GlowwormError"] is None
    assert drawn(analysis.errors.__doc__)["CheckpointError"] == "ModelError"


LIGHT = """
import sys, time
start = time.perf_counter()
import analysis.cli
print(time.perf_counter() - start)
print(*sorted(name for name in sys.modules if "." not in name))
"""


def test_the_command_line_is_light() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, modules = done.stdout.splitlines()
    assert not (HEAVY | {"numpy", "scipy", "PIL"}) & set(modules.split())
    assert float(seconds) < 2  # under one second; the bound leaves room on a busy machine


@pytest.mark.parametrize("package", PACKAGES)
def test_each_package_is_glowworms_own(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None and spec.origin is not None
    assert Path(spec.origin).is_relative_to(ROOT)
    # an editable installation lists no files; any owner beside glowworm would shadow ours
    owners = metadata.packages_distributions().get(package, ["glowworm"])
    assert set(owners) == {"glowworm"}


def test_the_wheel_holds_the_four_packages() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert tuple(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == PACKAGES
    assert project["project"]["scripts"] == {"glowworm": "analysis.cli:main"}
    command = metadata.distribution("glowworm").entry_points
    assert [point.value for point in command if point.name == "glowworm"] == ["analysis.cli:main"]
