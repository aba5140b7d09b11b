"""TEXTER: what the decision-critical part of a feature reads like (arXiv 2512.07245)."""
