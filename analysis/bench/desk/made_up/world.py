"""What the stages of the made-up audit share: names, decisions, directions, pictures."""

import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32, Int

from analysis.bench.desk.made_up.records import distinct
from analysis.bench.desk.sizes import Sizes
from analysis.text.vocabulary import load_concepts
from analysis.textmap.base import unit_rows

TEXT_WIDTH = 384
"""Of the packaged text encoder's embeddings."""
MAPS = ("stacked", "mlp")
"""Text maps whose concepts and labels are kept, the one shown first on top."""
_ACCURACY = 0.8
_RANKS = 5
_PHOTOGRAPHS = 256
"""Different pictures; every image has bytes of its own."""
_PICTURE = (500, 375)
_THUMBNAIL = 128


@dataclass(frozen=True)
class World:
    """Random, but of one piece: decisions follow features, ids point at what is there."""

    sizes: Sizes

    def rng(self, what: str) -> np.random.Generator:
        """A generator for one purpose, whatever was drawn for others."""
        return np.random.default_rng([self.sizes.seed, *what.encode()])

    @property
    def units(self) -> int:
        """Latents and neurons; ids are their order, latents first."""
        return self.sizes.latents + self.sizes.features

    @cached_property
    def words(self) -> list[str]:
        """The project's own vocabulary."""
        return load_concepts(None)

    @cached_property
    def class_names(self) -> list[str]:
        """As long as real ones are."""
        return self._pairs(self.sizes.classes, 7)

    @cached_property
    def concepts(self) -> list[str]:
        """The vocabulary, and then pairs of its words."""
        single = self.words[: self.sizes.concepts]
        return single + self._pairs(self.sizes.concepts - len(single), 11)

    def _pairs(self, count: int, step: int) -> list[str]:
        """Every word is followed by others in turn, so no pair comes twice."""
        n = len(self.words)
        rounds = [divmod(i, n) for i in range(count)]
        return [f"{self.words[i]} {self.words[(i + step * (r + 1)) % n]}" for r, i in rounds]

    @cached_property
    def class_embeddings(self) -> Float32[np.ndarray, "classes features"]:
        """Weights of the head."""
        return self._normal("weights", self.sizes.classes, self.sizes.features) * np.float32(0.1)

    @cached_property
    def name_embeddings(self) -> Float32[np.ndarray, "classes embedding"]:
        """Of the class names, unit rows."""
        return unit_rows(self._normal("names", self.sizes.classes, TEXT_WIDTH))

    @cached_property
    def concept_embeddings(self) -> Float32[np.ndarray, "concepts embedding"]:
        """Of the texts, unit rows."""
        return unit_rows(self._normal("concepts", self.sizes.concepts, TEXT_WIDTH))

    @cached_property
    def decoder(self) -> Float32[np.ndarray, "latents features"]:
        """Directions of the latents, unit rows."""
        return unit_rows(self._normal("decoder", self.sizes.latents, self.sizes.features))

    @cached_property
    def labels(self) -> Int[np.ndarray, " images"]:
        """As many images of each class as of any other, class by class as a folder lists them."""
        n = self.sizes.images
        return np.arange(n) * self.sizes.classes // n

    @cached_property
    def features(self) -> Float32[np.ndarray, "images features"]:
        """Around the weights of the class that each image is taken for."""
        found = self._normal("features", self.sizes.images, self.sizes.features)
        found *= np.float32(0.5)
        found += self.class_embeddings[self.decisions[:, 0]]
        return found

    @cached_property
    def decisions(self) -> Int[np.ndarray, "images ranks"]:
        """The best classes of each image, its own on top in four cases of five."""
        rng = self.rng("decisions")
        others = distinct(rng, self.sizes.images, _RANKS, self.sizes.classes - 1)
        found = (self.labels[:, None] + 1 + others) % self.sizes.classes
        right = rng.random(self.sizes.images) < _ACCURACY
        found[right, 0] = self.labels[right]
        found[~right, 1] = self.labels[~right]
        return found

    @cached_property
    def latents_alive(self) -> Int[np.ndarray, " latents"]:
        """1 for the nine in ten that some image activates."""
        return (self.rng("alive").random(self.sizes.latents) < 0.9).astype(int)

    @cached_property
    def photographs(self) -> list[bytes]:
        """JPEGs with as much in them as photographs have."""
        rng = self.rng("photographs")
        return [_jpeg(rng) for _ in range(min(_PHOTOGRAPHS, self.sizes.images))]

    @cached_property
    def small_photographs(self) -> list[bytes]:
        """The same as thumbnails."""
        return [_thumbnail(jpeg) for jpeg in self.photographs]

    def thumbnail(self, image: int) -> bytes:
        """One of the thumbnails with the image's number as a comment in the file."""
        jpeg = self.small_photographs[image % len(self.small_photographs)]
        note = f"image {image}".encode()
        return jpeg[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:]

    def path(self, image: int) -> str:
        """Below the images' directory, a folder for each class."""
        return f"{self.folder(int(self.labels[image]))}/made_up_{image:08d}.jpg"

    def folder(self, class_id: int) -> str:
        """As ImageNet writes them."""
        return f"n{10_000_000 + class_id}"

    def _normal(self, what: str, rows: int, columns: int) -> np.ndarray:
        return self.rng(what).standard_normal((rows, columns), dtype=np.float32)


def _jpeg(rng: np.random.Generator) -> bytes:
    """Coarse patches of colour with finer ones on them."""
    from PIL import Image

    width, height = _PICTURE
    picture = np.zeros((height, width, 3))
    for cells, weight in ((6, 0.6), (60, 0.4)):
        coarse = rng.integers(0, 256, (cells, cells, 3), np.uint8)
        resized = Image.fromarray(coarse).resize(_PICTURE, Image.Resampling.BICUBIC)
        picture += weight * np.asarray(resized)
    buffer = io.BytesIO()
    Image.fromarray(picture.astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _thumbnail(jpeg: bytes) -> bytes:
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as picture:
        picture.thumbnail((_THUMBNAIL, _THUMBNAIL))
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()
