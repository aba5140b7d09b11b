"""Points in the plane, by UMAP on neighbours that were found across kinds."""

import warnings

import numpy as np
from jaxtyping import Float

from analysis.atlas.neighbours import Neighbours

MIN_DIST = 0.1


def laid_out(
    near: Neighbours, directions: Float[np.ndarray, "points features"], *, seed: int
) -> Float[np.ndarray, "points 2"]:
    """Positions, centred on 0; the same seed gives the same map on the same machine.

    Args:
        near: by which points are drawn together.
        directions: their first two principal components are where UMAP starts.
    """
    with warnings.catch_warnings():
        # numba and optional parts of UMAP speak to developers; a map without transform is wanted
        warnings.simplefilter("ignore")
        from umap import UMAP

        layout = UMAP(
            n_neighbors=near.indices.shape[1],
            min_dist=MIN_DIST,
            init="pca",  # half the time of the spectral start, and as true
            precomputed_knn=(near.indices, near.distances),
            random_state=seed,
            n_jobs=1,
        )
        positions = np.asarray(layout.fit_transform(directions), np.float32)
    return positions - positions.mean(0)
