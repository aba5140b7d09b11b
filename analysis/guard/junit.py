"""Results of a check as JUnit XML, which every build server reads."""

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence

from analysis.guard.budget import Result


def junit_xml(results: Sequence[Result], *, name: str) -> bytes:
    """One test suite, a test case for each comparison; ``name`` is the audit's.

    What XML cannot hold (control characters in a class's name) is shown as �.
    """
    failures = sum(not result.passed for result in results)
    counts = {"tests": str(len(results)), "failures": str(failures), "errors": "0"}
    suites = ElementTree.Element("testsuites", {"name": "glowworm check", **counts})
    suite = ElementTree.SubElement(suites, "testsuite", {"name": _text(name), **counts})
    for result in results:
        case = ElementTree.SubElement(
            suite,
            "testcase",
            {"classname": f"glowworm.{result.quantity}", "name": _text(result.rule)},
        )
        said = _text(sentence(result))
        if not result.passed:
            ElementTree.SubElement(case, "failure", {"type": result.status, "message": said})
        else:
            ElementTree.SubElement(case, "system-out").text = said
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True) + b"\n"


def sentence(result: Result) -> str:
    """A result in words."""
    value = "not measured" if result.value is None else f"{result.value:.3g}"
    said = f"{result.quantity} {value}, limit {result.limit:.3g}: {result.status}"
    return f"{said} ({result.detail})" if result.detail else said


def _text(text: str) -> str:
    return "".join(ch if _is_xml(ord(ch)) else "�" for ch in text)


def _is_xml(code: int) -> bool:
    """XML 1.0's characters, less line breaks and the like, which attributes cannot keep."""
    return 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF
