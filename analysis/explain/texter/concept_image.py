"""Feature visualisation: a picture that the classifier sees a given feature in.

Only the phases of its Fourier planes are learnt, the amplitudes stay those of natural pictures
(MACO, Fel et al. 2023, section 3), which keeps the search away from the high frequencies that fool
a classifier and nobody else. Every step looks at random crops, so that no single pixel counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import unwrap

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor
from torch.nn import functional

from analysis.classifier.preprocess import Preprocessing
from analysis.classifier.split import Classifier
from analysis.errors import UsageError
from analysis.explain.texter.spectrum import Spectrum, pink_spectrum, spectrum_of
from analysis.explain.texter.visualiser import ConceptImage

Features = Callable[[Tensor], Tensor]
"""Normalised pictures to features, with gradients."""


@dataclass(frozen=True)
class VisualisationConfig:
    """How a picture is searched."""

    steps: int = 128
    crops: int = 2
    """Random crops that a step looks at."""
    least_crop: float = 0.5
    """Smallest side of a crop, as a share of the picture's."""
    learning_rate: float = 0.3
    """Of Adam, in radians: about as much does a phase turn in a step at first."""

    def __post_init__(self) -> None:
        if self.steps < 1 or self.crops < 1 or not 0 < self.least_crop <= 1:
            raise UsageError(
                "a concept image needs at least one step and one crop, and crops of a share above "
                "0 and up to 1"
            )


@dataclass(frozen=True)
class FourierVisualiser:
    """Makes concept images for one classifier."""

    features: Features
    preprocessing: Preprocessing
    spectrum: Spectrum
    config: VisualisationConfig = VisualisationConfig()
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.spectrum.side != self.preprocessing.input_size:
            raise UsageError(
                f"the spectrum is of pictures of {self.spectrum.side} pixels, the classifier takes "
                f"{self.preprocessing.input_size}: take it from pictures of that size"
            )

    @classmethod
    def of(
        cls,
        classifier: Classifier,
        pictures: UInt8[np.ndarray, "pictures side side 3"] | None,
        config: VisualisationConfig | None = None,
    ) -> "FourierVisualiser":
        """For a classifier, with the amplitudes of some pictures as it takes them, or of none.

        Some dozens of pictures do.
        """
        side = classifier.preprocessing.input_size
        extract = unwrap(classifier.extract)  # reading features does without gradients
        return cls(
            features=lambda pixels: extract(pixels.to(classifier.device)),
            preprocessing=classifier.preprocessing,
            spectrum=pink_spectrum(side) if pictures is None else spectrum_of(pictures),
            config=config or VisualisationConfig(),
            device=classifier.device,
        )

    def __call__(
        self,
        target: Float[np.ndarray, " features"],
        mean: Float[np.ndarray, " features"],
        *,
        seed: int,
    ) -> ConceptImage:
        """A picture whose feature less the mean points along the target."""
        generator = torch.Generator().manual_seed(seed)
        canvas = _Canvas(self.spectrum, self.preprocessing, generator, self.device)
        wanted, centre = (torch.from_numpy(a).float().to(self.device) for a in (target, mean))
        optimiser = torch.optim.Adam([canvas.phases], lr=self.config.learning_rate)
        for _ in range(self.config.steps):
            crops = _crops(canvas.picture(), self.config, generator)
            seen = self.features(canvas.normalised(crops)) - centre
            optimiser.zero_grad()
            (-functional.cosine_similarity(seen, wanted[None]).mean()).backward()
            optimiser.step()
        return self._shown(canvas, wanted, centre)

    @torch.no_grad()
    def _shown(self, canvas: "_Canvas", wanted: Tensor, centre: Tensor) -> ConceptImage:
        """The picture as it is kept, with 256 levels, and its own feature."""
        picture = (canvas.picture() * 255).round().to(torch.uint8).permute(1, 2, 0)
        feature = self.features(self.preprocessing.normalize(picture[None]))[0]
        cosine = functional.cosine_similarity(feature - centre, wanted, dim=0)
        return ConceptImage(picture.cpu().numpy(), feature.cpu().numpy(), float(cosine))


class _Canvas:
    """A picture given by its phases."""

    def __init__(
        self,
        spectrum: Spectrum,
        preprocessing: Preprocessing,
        generator: torch.Generator,
        device: str,
    ) -> None:
        self._amplitudes = torch.from_numpy(spectrum.amplitudes).to(device)
        self._axes = torch.from_numpy(spectrum.axes).to(device)
        self._colour = torch.from_numpy(spectrum.colour).to(device).view(3, 1, 1)
        self._shift = torch.tensor(preprocessing.mean, device=device).view(3, 1, 1)
        self._scale = torch.tensor(preprocessing.std, device=device).view(3, 1, 1)
        start = torch.rand(self._amplitudes.shape, generator=generator) * 2 * torch.pi
        self.phases = start.to(device).requires_grad_()

    def picture(self) -> Float[Tensor, "3 side side"]:
        """Colours from 0 to 1."""
        side = self._amplitudes.shape[1]
        planes = torch.fft.irfft2(torch.polar(self._amplitudes, self.phases), s=(side, side))
        return (torch.einsum("prc,pk->krc", planes, self._axes) + self._colour).clamp(0, 1)

    def normalised(self, pictures: Tensor) -> Tensor:
        """What the classifier takes."""
        return (pictures - self._shift) / self._scale


def _crops(picture: Tensor, config: VisualisationConfig, generator: torch.Generator) -> Tensor:
    """Random square crops, brought back to the picture's size."""
    side = picture.shape[-1]
    found = []
    for size, left, upper in torch.rand(config.crops, 3, generator=generator).tolist():
        length = round(side * (config.least_crop + (1 - config.least_crop) * size))
        x, y = (int(share * (side - length + 1)) for share in (left, upper))
        crop = picture[None, :, y : y + length, x : x + length]
        found.append(functional.interpolate(crop, (side, side), mode="bilinear"))
    return torch.cat(found)
