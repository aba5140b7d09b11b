"""Live what-if on an image: its units set to other values, and what becomes of the decision."""
