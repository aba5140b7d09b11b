"""What a finding is, at a glance, as Markdown."""

from dashboard.text import md

_VERDICT = {
    "candidate": ("blue", "help"),
    "supported": ("green", "check_circle"),
    "correlational": ("orange", "link"),
    "refuted": ("gray", "block"),
    "insufficient": ("gray", "hourglass_empty"),
}


def kind(name_implied: bool) -> str:
    """Whether the name implies the concept."""
    if name_implied:
        return ":gray-badge[:material/label: name-implied]"
    return ":orange-badge[:material/priority_high: unexpected]"


def hull(out_of_hull: bool | None) -> str:
    """A warning for a concept far from every class name."""
    return " :red-badge[:material/explore_off: far from every class name]" if out_of_hull else ""


def verdict(name: str) -> str:
    """A verdict with a sign of its own, so that colour alone says nothing."""
    color, icon = _VERDICT.get(name, ("gray", "help"))
    return f":{color}-badge[:material/{icon}: {md(name)}]"
