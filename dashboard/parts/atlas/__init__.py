"""The parts of the map's page."""
