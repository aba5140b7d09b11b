"""The parts of the page that any text is asked on."""
