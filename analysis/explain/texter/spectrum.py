"""The colours and amplitudes of natural pictures, which a concept image keeps.

A picture is its mean colour plus three planes in a colour basis in which they do not vary together
(the principal axes of the pixels' colours: brightness first, then two of hue), and each plane its
Fourier amplitudes and phases. What a picture shows is mostly in its phases (Oppenheim, Lim 1981).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, UInt8

_DEVIATIONS = (0.42, 0.09, 0.04)
"""Standard deviations along brightness and two hues, colours from 0 to 1; rough values of
photographs."""


@dataclass(frozen=True)
class Spectrum:
    """Colour statistics and amplitudes of square pictures, colours from 0 to 1."""

    colour: Float[np.ndarray, "3"]
    """The mean one."""
    axes: Float[np.ndarray, "3 rgb"]
    """Orthonormal rows."""
    amplitudes: Float[np.ndarray, "3 side half"]
    """Of each plane, as ``rfft2`` gives them; none at frequency 0, which is the mean colour's."""

    @property
    def side(self) -> int:
        """Of the pictures, pixels."""
        return self.amplitudes.shape[1]


def spectrum_of(pictures: UInt8[np.ndarray, "pictures side side 3"]) -> Spectrum:
    """Mean amplitudes over pictures, at least one, of the size that the classifier takes."""
    pixels = pictures.astype(np.float32) / 255
    colour = pixels.mean(axis=(0, 1, 2))
    centred = pixels - colour
    covariance = np.cov(centred.reshape(-1, 3), rowvar=False)
    axes = np.linalg.eigh(covariance)[1].T[::-1].astype(np.float32)
    planes = np.moveaxis(centred @ axes.T, -1, 1)
    return Spectrum(colour, axes, _without_mean(np.abs(np.fft.rfft2(planes)).mean(axis=0)))


def pink_spectrum(side: int) -> Spectrum:
    """Amplitudes that fall with 1/frequency, as those of natural pictures do (Field 1987)."""
    across, down = np.fft.rfftfreq(side), np.fft.fftfreq(side)[:, None]
    falling = 1 / np.maximum(np.hypot(across, down), 1 / side)
    falling[0, 0] = 0
    # Parseval: the planes of such amplitudes shall have the deviations.
    counted = np.fft.irfft2(falling, (side, side)).std()
    axes = np.array([[1, 1, 1], [1, 0, -1], [1, -2, 1]], np.float32)
    return Spectrum(
        colour=np.full(3, 0.45, np.float32),
        axes=axes / np.linalg.norm(axes, axis=1, keepdims=True),
        amplitudes=_without_mean(falling * np.array(_DEVIATIONS)[:, None, None] / counted),
    )


def _without_mean(amplitudes: np.ndarray) -> Float[np.ndarray, "3 side half"]:
    amplitudes[:, 0, 0] = 0
    return amplitudes.astype(np.float32)
