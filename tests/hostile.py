"""Names that try to be something else, and the small store under such names."""

from pathlib import Path

import pytest

from tests import store_rows, stores

HOSTILE_NAMES = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>\"'",
    "**bold** [link](javascript:alert(1)) ![p](http://example.com/p.png) :red[x] :tada: $x^2$",
    "line\none\x00\x1b[31m\u202e reversed {{ 7 * 7 }} {% raw %}",
    "x" * 10_000,
)


def build_hostile_store(directory: Path) -> Path:
    """The small store whose classes and first concepts have hostile names."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_rows, "CLASSES", HOSTILE_NAMES)
        patch.setattr(store_rows, "CONCEPTS", (*HOSTILE_NAMES, *store_rows.CONCEPTS[4:]))
        return stores.build_store(directory)
