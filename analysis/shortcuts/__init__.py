"""Shortcuts: suspected from three sides, tested line by line, repaired."""
