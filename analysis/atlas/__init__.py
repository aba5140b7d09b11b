"""The map: classes, latents, images and words laid out in one plane."""

from typing import Literal

Kind = Literal["class", "latent", "image", "concept"]
KINDS: tuple[Kind, ...] = ("class", "latent", "image", "concept")
"""In this order their points lie in the arrays; a point's kind is its place here."""
