"""An audit as one file: made from a directory; opened with bounds, as a stranger made it."""
