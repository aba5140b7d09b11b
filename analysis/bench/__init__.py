"""The commands that print the figures we claim, each from a fresh run."""
