"""What the dashboard's process may load, and how its modules may be called."""

import ast
import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

from dashboard.serve import APP, STORE_VARIABLE
from tests.dashboard.conftest import PAGES

FOLDER = APP.parent
SOURCES = sorted(FOLDER.rglob("*.py"))

_WALK = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(sys.argv[1], default_timeout=60)
for page in sys.argv[2:]:
    app.switch_page(f"app_pages/{page}.py").run()
    assert not app.exception, app.exception
heavy = {"torch", "transformers", "timm", "sae_lens", "sentence_transformers", "umap"}
print(sorted(heavy & set(sys.modules)))
"""


def test_no_page_loads_torch(small: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _WALK, str(APP), *PAGES],
        env=os.environ | {STORE_VARIABLE: str(small), "PYTHONPATH": str(FOLDER.parent)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == "[]"


def test_no_module_takes_the_name_of_a_top_level_package() -> None:
    """Streamlit puts ``dashboard/`` first on the path, so such a module would hide the package."""
    taken = set(sys.stdlib_module_names) | set(importlib.metadata.packages_distributions())
    taken |= {"analysis", "sae", "db", "tests"}
    ours = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    ours |= {path.name for path in FOLDER.iterdir() if path.is_dir()}
    assert not ours & taken


def test_pages_do_not_lie_where_streamlit_looks_for_them_by_itself() -> None:
    assert not (FOLDER / "pages").exists()


def test_nothing_is_rendered_as_html_and_no_sql_is_written() -> None:
    for path in SOURCES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword):
                assert node.arg not in ("unsafe_allow_html", "use_container_width"), path
            if isinstance(node, ast.Attribute):
                assert not (node.attr == "html" and ast.unparse(node.value) == "st"), path
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
                assert [alias.name for alias in node.names] == ["Engine"], path


def test_every_widget_has_a_key() -> None:
    """Without one a widget forgets its value when anything about it changes."""
    names = "text_input selectbox toggle segmented_control number_input pagination button"
    widgets = {f"st.{name}" for name in (*names.split(), "plotly_chart")}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in widgets:
                assert "key" in {keyword.arg for keyword in node.keywords}, path
