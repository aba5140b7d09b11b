"""What the stages of the made-up audit share: names, decisions, directions, pictures."""

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float32, Int

from analysis.bench.desk.made_up.records import distinct
from analysis.bench.desk.sizes import Sizes
from analysis.text.vocabulary import load_concepts
from analysis.textmap.base import unit_rows
from sae.units import UnitKind

TEXT_WIDTH = 384
"""Of the packaged text encoder's embeddings."""
MAPS = ("stacked", "mlp")
"""Text maps whose concepts and labels are kept, the one shown first on top."""
_ACCURACY = 0.8
_RANKS = 5
_PICTURES = 256
"""Different ones; every image has bytes of its own."""
_PHOTOGRAPHED = 600
"""Images whose files lie on the disk: all of them would take gigabytes."""
_PICTURE = (500, 375)
_THUMBNAIL = 128


@dataclass(frozen=True)
class World:
    """Random, but of one piece: decisions follow features, ids point at what is there."""

    sizes: Sizes
    training: int = 0
    """Another one has the same classes, texts and images, and takes them otherwise."""

    def rng(self, what: str) -> np.random.Generator:
        """A generator for one purpose, whatever was drawn for others."""
        return np.random.default_rng([self.sizes.seed, self.training, *what.encode()])

    def shared_rng(self, what: str) -> np.random.Generator:
        """The same for all trainings."""
        return World(self.sizes).rng(what)

    @property
    def units(self) -> int:
        """Of all kinds."""
        return sum(self.kinds.values())

    @property
    def kinds(self) -> dict[UnitKind, int]:
        """How many units of each; ids run through them in this order."""
        of_features = self.sizes.features
        return {"latent": self.sizes.latents, "neuron": of_features, "channel": of_features}

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
        """Every word goes with others in turn, so no pair comes twice; the word between them keeps
        them apart from the vocabulary's own pairs.
        """
        n = len(self.words)
        rounds = [divmod(i, n) for i in range(count)]
        return [f"{self.words[i]} with {self.words[(i + step * (r + 1)) % n]}" for r, i in rounds]

    @cached_property
    def class_embeddings(self) -> Float32[np.ndarray, "classes features"]:
        """Weights of the head."""
        shape = self.sizes.classes, self.sizes.features
        return _normal(self.rng("weights"), *shape) * np.float32(0.1)

    @cached_property
    def name_embeddings(self) -> Float32[np.ndarray, "classes embedding"]:
        """Of the class names, unit rows."""
        return unit_rows(_normal(self.shared_rng("names"), self.sizes.classes, TEXT_WIDTH))

    @cached_property
    def concept_embeddings(self) -> Float32[np.ndarray, "concepts embedding"]:
        """Of the texts, unit rows."""
        rng = self.shared_rng("concepts")
        return unit_rows(_normal(rng, self.sizes.concepts, TEXT_WIDTH))

    @cached_property
    def decoder(self) -> Float32[np.ndarray, "latents features"]:
        """Directions of the latents, unit rows."""
        return unit_rows(_normal(self.rng("decoder"), self.sizes.latents, self.sizes.features))

    @cached_property
    def labels(self) -> Int[np.ndarray, " images"]:
        """As many images of each class as of any other, class by class as a folder lists them."""
        n = self.sizes.images
        return np.arange(n) * self.sizes.classes // n

    @cached_property
    def features(self) -> Float32[np.ndarray, "images features"]:
        """Around the weights of the class that each image is taken for."""
        found = _normal(self.rng("features"), self.sizes.images, self.sizes.features)
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
    def photographed(self) -> Int[np.ndarray, " some"]:
        """Ids of the images that have a file, from all classes."""
        n = self.sizes.images
        return np.arange(min(_PHOTOGRAPHED, n)) * n // min(_PHOTOGRAPHED, n)

    def photograph(self, image: int) -> bytes:
        """The file of an image."""
        return _numbered(self._pictures[image % len(self._pictures)], image)

    def thumbnail(self, image: int) -> bytes:
        """The same, small."""
        return _numbered(self._thumbnails[image % len(self._thumbnails)], image)

    @cached_property
    def sha256(self) -> list[str]:
        """Of each image's file; where there is none, of its path."""
        found = [hashlib.sha256(self.path(i).encode()).hexdigest() for i in range(len(self.labels))]
        for image in self.photographed.tolist():
            found[image] = hashlib.sha256(self.photograph(image)).hexdigest()
        return found

    def path(self, image: int) -> str:
        """Below the images' directory, a folder for each class."""
        return f"{self.folder(int(self.labels[image]))}/made_up_{image:08d}.jpg"

    def folder(self, class_id: int) -> str:
        """As ImageNet writes them."""
        return f"n{10_000_000 + class_id}"

    @cached_property
    def _pictures(self) -> list[bytes]:
        """JPEGs with as much in them as photographs have."""
        rng = self.shared_rng("pictures")
        return [_jpeg(rng) for _ in range(min(_PICTURES, self.sizes.images))]

    @cached_property
    def _thumbnails(self) -> list[bytes]:
        return [_thumbnail(jpeg) for jpeg in self._pictures]


def _normal(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return rng.standard_normal((rows, columns), dtype=np.float32)


def _numbered(jpeg: bytes, image: int) -> bytes:
    """With the image's number as a comment in the file."""
    note = f"image {image}".encode()
    return jpeg[:2] + b"\xff\xfe" + (len(note) + 2).to_bytes(2, "big") + note + jpeg[2:]


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
