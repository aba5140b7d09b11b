"""Channels: the list, or the one that the address asks for."""

from dashboard.parts import units

units.page("channel")
