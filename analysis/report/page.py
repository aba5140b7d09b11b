"""The report as HTML: its content put into a template that escapes everything."""

import base64
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from analysis.canary_wording import CANARY, MAPS
from analysis.explanation_wording import CLAIMS, METHOD, TERM
from analysis.report import plots
from analysis.wording import MEANING, one_line


def pictured(content: Mapping[str, Any]) -> list[int]:
    """Ids of the images that the page shows, each once."""
    shown = [
        *(i for found in content["findings"] for i in found["class_images"]),
        *(
            image["image_id"]
            for found in content["findings"]
            for images in found["images"].values()
            for image in images
        ),
        *(one["image_id"] for one in content["explanations"] if one["image_id"] is not None),
    ]
    return list(dict.fromkeys(shown))


def render(
    content: Mapping[str, Any], thumbnails: Mapping[int, bytes], *, written: str, sha256: str
) -> str:
    """The page.

    Args:
        content: of ``report_content``.
        thumbnails: JPEGs of the images of ``pictured``, by their ids; some may lack.
        written: when, ISO 8601.
        sha256: of the content, as the JSON report has it.
    """
    environment = Environment(
        loader=PackageLoader("analysis"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "name": one_line,
        "count": "{:,}".format,
        "percent": _percent,
        "number": _number,
        "signed": _signed,
        "spaced": _spaced,
        "tiny": _tiny,
        "moment": _moment,
    }
    return environment.get_template("report.html.j2").render(
        **content,
        pictures={
            image: f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
            for image, jpeg in thumbnails.items()
        },
        plots=plots,
        meaning=MEANING,
        canary={"meaning": CANARY, "maps": MAPS},
        claims={"meaning": CLAIMS, "terms": METHOD | TERM},
        written=written,
        sha256=sha256,
    )


def _percent(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{100 * value:.{digits}f} %"


def _number(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _signed(value: float | None, digits: int = 1) -> str:
    return "–" if value is None else f"{round(value, digits) + 0.0:+.{digits}f}"


def _spaced(text: str, limit: int) -> str:
    """A stretch of a sentence as one line, a space kept at either end."""
    if not text.strip():
        return " "
    return " " * text[0].isspace() + one_line(text, limit) + " " * text[-1].isspace()


def _tiny(value: float) -> str:
    return f"{value:.3f}" if value >= 0.001 else f"{value:.1e}"


def _moment(value: str | None) -> str:
    """ISO 8601 as people read it."""
    return "–" if value is None else f"{value[:16].replace('T', ' ')} UTC"
