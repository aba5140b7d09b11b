"""The parts of a unit's page."""
