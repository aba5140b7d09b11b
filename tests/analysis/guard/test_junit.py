"""JUnit XML that every parser reads, whatever classes are called."""

import xml.etree.ElementTree as ElementTree

import pytest

from analysis.guard.budget import Result
from analysis.guard.junit import junit_xml
from tests.hostile import HOSTILE_NAMES

KEPT = Result("boat/fog", "largest_drop", "within", True, 0.1, 0.15)
OVER = Result("boat/*", "largest_drop", "over", False, 0.2, 0.15, "boat/fog")


def test_each_comparison_is_a_test_case_and_what_failed_a_failure() -> None:
    root = ElementTree.fromstring(junit_xml([KEPT, OVER], name="my audit"))
    (suite,) = root.findall("testsuite")
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("my audit", "2", "1")
    kept, over = suite.findall("testcase")
    assert (kept.get("name"), kept.get("classname")) == ("boat/fog", "glowworm.largest_drop")
    assert kept.find("failure") is None
    failure = over.find("failure")
    assert failure is not None and failure.get("type") == "over"
    assert failure.get("message") == "largest_drop 0.2, limit 0.15: over (boat/fog)"


@pytest.mark.parametrize("name", [*HOSTILE_NAMES, "a\ud800b", "]]>&<!--"])
def test_hostile_names_stay_text(name: str) -> None:
    result = Result(name, "largest_drop", "untested", False, None, 0.1, name)
    root = ElementTree.fromstring(junit_xml([result], name=name))
    assert [element.tag for element in root.iter()] == [
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
    ]
    (case,) = root.iter("testcase")
    clean = "".join(c if c.isprintable() or c == "\u202e" else "�" for c in name)
    assert case.get("name") == clean
