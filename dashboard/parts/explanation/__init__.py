"""Explanations of an image's decision or of a class, with claims that were tested."""
