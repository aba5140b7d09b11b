"""Encodings kept between runs: a list of texts is encoded once by an encoder's weights."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from analysis.cache import cached_array, digest
from analysis.text.encoder import TextEncoder


def encode_cached(
    encoder: TextEncoder,
    texts: Sequence[str],
    encode: Callable[[Sequence[str]], Float[np.ndarray, "texts embedding"]] | None = None,
) -> Float[np.ndarray, "texts embedding"]:
    """Embeddings of a list of texts, from the cache where it was encoded before.

    The key is a hash of the encoder's weights and of every text, so nothing stale is ever found.
    ``encode`` does the work where it is given (with a progress bar, say).
    """
    key = digest(encoder.sha256, *texts)
    return cached_array("encodings", key, lambda: (encode or encoder.encode)(texts))
