"""How much each unit moved a decision: integrated gradients through head and decoder.

Integrated gradients (Sundararajan, Taly, Yan 2017, eq. 1) along the straight path on which all
units of an image come up together, from f without them to f; what no unit holds stays. The
function is log p of the class, so that a unit counts for what sets the class apart from those that
compete with it; on logits of a linear head the integral would be a mere product. Its gradient is
w_c − Σ_k p_k w_k, so that integrating it comes down to the mean of p over the path.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax

from analysis.shortcuts.inputs import Head

STEPS = 100
"""Points of the path (M of the paper), in the middle of equal steps."""


def influences(
    head: Head,
    features: Float[np.ndarray, "images features"],
    activations: Float[np.ndarray, "images units"],
    directions: Float[np.ndarray, "units features"],
    class_ids: Int[np.ndarray, " images"],
    *,
    steps: int = STEPS,
) -> Float[np.ndarray, "images units"]:
    """Part of each unit in log p of the class, nats.

    An image's parts add up to log p of f less that of f without its units, up to the error of the
    sum that stands for the integral.
    """
    parts = activations @ directions
    without = head.logits(features - parts)
    risen = parts @ head.weight.T
    mean = np.zeros(without.shape)
    for step in range(steps):
        mean += softmax(without + (step + 0.5) / steps * risen, axis=1) / steps
    gradient = head.weight[class_ids] - mean @ head.weight
    return activations * (gradient @ directions.T)
