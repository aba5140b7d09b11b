"""Amplitudes and colours of pictures."""

import numpy as np

from analysis.explain.texter.spectrum import pink_spectrum, spectrum_of


def test_pictures_of_one_wave_have_one_amplitude():
    wave = 100 + 50 * np.cos(2 * np.pi * 2 * np.arange(8) / 8)  # two periods across, grey
    picture = np.broadcast_to(wave[None, :, None], (8, 8, 3)).round().astype(np.uint8)
    found = spectrum_of(np.stack([picture, picture]))
    assert found.side == 8
    np.testing.assert_allclose(found.colour, 100 / 255, atol=1e-5)
    # Along (1, 1, 1)/√3 a grey wave of height h is √3 h high; a cosine has h N²/2 at its frequency.
    expected = np.zeros((8, 5))
    expected[0, 2] = np.sqrt(3) * 50 / 255 * 64 / 2
    np.testing.assert_allclose(found.amplitudes[0], expected, atol=1e-3)
    np.testing.assert_allclose(found.amplitudes[1:], 0, atol=1e-3)
    np.testing.assert_allclose(np.abs(found.axes[0]), 1 / np.sqrt(3), atol=1e-5)


def test_axes_are_orthonormal_and_the_first_varies_most():
    pictures = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 3), np.uint8)
    pictures[..., 2] //= 8
    found = spectrum_of(pictures)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(3), atol=1e-5)
    energy = (found.amplitudes**2).sum(axis=(1, 2))
    assert energy[0] > 10 * energy[2]


def test_pink_amplitudes_halve_where_the_frequency_doubles():
    found = pink_spectrum(32)
    np.testing.assert_allclose(found.amplitudes[:, 0, 2] / found.amplitudes[:, 0, 4], 2, rtol=1e-4)
    np.testing.assert_array_equal(found.amplitudes[:, 0, 0], 0)
    np.testing.assert_allclose(found.axes @ found.axes.T, np.eye(3), atol=1e-6)
