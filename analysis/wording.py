"""What the numbers of an audit mean, in words; the report and the dashboard both speak these.

Plain strings without any markup. Definitions stand here once, so that a word means the same on
every page.
"""

import re
import unicodedata
from typing import Final

LINE: Final = 80  # characters of a name that are shown

_SPACE = re.compile(r"\s+")
_JOINERS = "\u200c\u200d"  # some scripts are misspelt without them


def _printable(character: str) -> bool:
    return (
        character.isspace()
        or character in _JOINERS
        or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Cn")
    )


def one_line(value: object, limit: int = LINE) -> str:
    """A name of unknown origin as one printable line of at most ``limit`` characters.

    Control characters, lone surrogates and the marks that turn writing around go; a cut is marked
    by an ellipsis. The result still has to be escaped for HTML or Markdown.
    """
    text = str(value)
    shown = "".join(filter(_printable, text[: 4 * limit]))
    shown = _SPACE.sub(" ", shown).strip()
    if len(shown) > limit or len(text) > 4 * limit:
        shown = shown[: limit - 1].rstrip() + "…"
    return shown or "(no name)"


MEANING: Final[dict[str, str]] = {
    "accuracy": "Share of the labelled images whose best class is their folder's class.",
    "concept": "A text of the vocabulary. The text map turns it into a direction in the space "
    "where the classifier decides.",
    "unexpected": "The class holds the concept, and a text map that never saw the class does not "
    "predict it from the class's name.",
    "name_implied": "The class's name alone already implies the concept: a text map that never "
    "saw the class predicts it too.",
    "finding_score": "How much more the class holds the concept than other classes do, once what "
    "the name explains is taken out; weights, features and latents together, in standard "
    "deviations (0 is the average pair).",
    "p": "Chance of a score this high or higher if class and concept had nothing to do with each "
    "other.",
    "q": "False-discovery rate (Benjamini–Hochberg over all pairs of class and concept, weighted "
    "by how near the concept reads to the class names): among the findings at this q or below, "
    "about this share are expected to be chance.",
    "z_weights": "What the name does not explain: cosine of the class embedding with the "
    "concept's direction, by a map that never saw the class, after the direction of the class's "
    "name is taken out of both; in standard deviations above the concept's mean over the classes "
    "whose names do not imply it. Needs no image.",
    "z_features": "The same with the mean feature of the class's images in the place of the class "
    "embedding: what the images of the class show, as the classifier sees them.",
    "z_latents": "The third side: how much of the class's logit is carried by latents whose "
    "activation goes with the concept on the images of other classes; in standard deviations "
    "above the concept's mean over the classes whose names do not imply it.",
    "score_latents": "The score itself: over the latents that carry the class, the largest of "
    "√share × correlation with the concept on the images of other classes.",
    "named_share": "Share of what carries the class's logit that is carried by latents which are "
    "called by the concept on the images of other classes.",
    "duplicates": "Concepts that say the same, or that the classifier cannot tell apart, are one "
    "finding: the strongest of them leads, the others are folded under it.",
    "margin": "Logit of the finding's class less that of the best other class: above zero the "
    "image is decided so.",
    "z_name": "What the class's name alone implies for this concept, by a text map that never saw "
    "the class, in standard deviations. From 2 on the concept counts as name-implied.",
    "out_of_hull": "The concept reads farther from every class name than nearly all class names "
    "read from each other. A text map has learned from the class names alone: what it says here "
    "is extrapolation.",
    "standout": "How far the concept stands out from the rest of the vocabulary here, in robust "
    "standard deviations, once its closeness to everything is taken off.",
    "score_weights": "The cosine itself: class embedding, centred over the classes, with the "
    "concept's direction.",
    "score_features": "The cosine itself: mean feature of the class's images, centred, with the "
    "concept's direction.",
    "held_out_cosine": "Mean over classes of the cosine between a class embedding and what a map "
    "that never saw the class makes of its name.",
    "held_out_top1": "Share of classes whose embedding finds, among all classes, the one made "
    "from its own name by a map that never saw it.",
    "held_out_top5": "The same among the best five.",
    "held_out_mrr": "The same as mean reciprocal rank.",
    "image_top1": "Share of images of held-out classes that are recognised by the map's class "
    "embedding.",
    "image_top5": "The same among the best five.",
    "explained_variance": "Share of the features' variance about their mean that the "
    "reconstruction keeps, on held-out images. Predicting the mean explains 0.",
    "l0": "Mean number of active latents per image.",
    "alive_share": "Share of the latents that are active on at least one image.",
    "top1_agreement": "Share of held-out images whose decision stays the same when the "
    "reconstruction replaces the feature.",
    "logit_kl": "Mean Kullback–Leibler divergence of the predictions after that replacement.",
    "density": "Share of the images on which the unit is active.",
    "pearson": "Correlation, over held-out images, of the unit's activation with the label's "
    "concept score.",
    "floor_pearson": "The 95th percentile of the same correlation over random labels. A label "
    "whose interval reaches down to it abstains.",
    "auprc": "Area under the precision–recall curve for telling active images by the label's "
    "concept score.",
    "f1": "F1 for telling active images by the label's concept score, as many images chosen as the "
    "unit is active on.",
    "auc": "Area under the ROC curve. Shown for comparison only: published sanity checks find it "
    "too lenient.",
    "label_z": "Cosine of the unit's direction with the concept's, in standard deviations above "
    "the concept's mean over all units.",
    "spread": "Under how many decisions a unit is active, counted by its activation "
    "(the exponential of the entropy over predicted classes). A *shared attribute* is active "
    "under many classes; a *single class* unit says little more than the class itself.",
    "stability": "The autoencoder was trained again with other seeds. Mean cosine of this "
    "latent's direction with its nearest match there: 1 is the same latent each time, and a "
    "low value may be an accident of one training.",
    "level": "A Matryoshka autoencoder learns nested parts: level 0 is the narrowest and "
    "holds the coarsest latents, later levels refine them.",
    "others": "Other units of this kind whose first label is the same text, and clears its "
    "floor. A label that many units carry does not tell them apart.",
    "activation": "The largest activation over all images; below it the mean where it is active.",
    "pearson_interval": "The 95 % bootstrap interval over the held-out images.",
    "correlation": "Correlation, over the training images, of the unit's activation with the "
    "concept's score: how the method 'pattern' finds its candidates.",
    "method": "How the candidate was found: by the unit's direction, by the pattern of its "
    "activations over images, or by both.",
    "label_check": "A metric is checked by spoiling labels that are known to be right: on "
    "units with some positives taken away, and on units with some added, it must fall. One "
    "that does not fall on at least 90 % of the units in both fails, and is greyed out.",
    "fires": "Share of the unit's whole activation that falls on images decided so, and on how "
    "many of them it is active.",
    "cofiring": "Phi coefficient of being active on the same images: 1 is always together, 0 "
    "is chance.",
    "nearest": "Cosine of the two units' directions.",
    "contribution": "The class embedding's weight of a neuron times how far the neuron is from "
    "its mean here, embeddings centred over the classes. Over all neurons they add up to how "
    "far the image's logit for the class, against the other classes', is from its mean.",
    "threshold": "A latent of such an autoencoder is active above one threshold for all. It "
    "is learned while training, and set anew on validation images so that as many are active "
    "as were asked for.",
    "effect": "The unit's mean activation where it is active, times its direction, times the class "
    "embedding less the mean class's: how far it pushes the class's logit when it is on.",
    "explanation_score": "Cosine between the image's feature and the direction of the whole "
    "sentence: what the search maximises.",
    "explanation_floor": "The 95th percentile of the same score for sentences written for other "
    "images.",
    "fluency": "Mean log-likelihood per token under the bare language model; nearer to 0 reads "
    "more naturally.",
    "split_error": "Largest difference between the classifier's own logits and feature × weights "
    "+ bias on the probe batch. It must be near 0.",
}

VERDICT: Final[dict[str, str]] = {
    "candidate": "Suspected, and not put to tests: its q is above .05, its name implies it, it is "
    "told under another finding, or there are no images to test it on.",
    "supported": "All four hold: the class holds the concept beyond its name (q at most .05); "
    "latents that are called so on other classes' images carry at least 2 % of its logit; masking "
    "them lowers the logit more than masking others does; and images of other classes on which "
    "they are active are drawn to the class.",
    "correlational": "Class and concept go together (q at most .05), but not all four tests of a "
    "supported finding hold, so no more is shown.",
    "refuted": "It was tested, and neither masking, nor taking the direction out, nor the images "
    "of other classes show any effect beyond zero.",
    "insufficient": "There are too few images, or no latents, to test it.",
}

LIMITS: Final[tuple[str, ...]] = (
    "A supported finding says that the classifier leans on something that is called by the "
    "concept: not that it is wrong to do so, nor that no other word would fit. A candidate is not "
    "tested at all, and a correlational finding has not passed.",
    "Masking and taking out are done to the features, not to the world: they show what the last "
    "layer makes of them.",
    "Only concepts of the vocabulary can be found; what it does not name stays unseen.",
    "A text map is learned from the class names. Names that say little, or mislead, make it "
    "weaker; its held-out scores show by how much.",
    "An explanation is a sentence whose direction lies near the image's feature. It is evidence, "
    "not the cause of the decision.",
)


def finding_sentences(
    *,
    class_name: str,
    concept: str,
    z_weights: float,
    z_features: float | None,
    z_latents: float | None,
    z_name: float,
    q: float,
    name_implied: bool,
) -> tuple[str, ...]:
    """What the numbers of a finding say, a sentence each; names stand in the places given."""
    said = [
        f"Beyond what its name explains, the weights of {class_name} lean towards {concept} "
        f"{_sigma(z_weights)} the average class."
    ]
    if z_features is None:
        said.append("No image of the class was looked at, so its features say nothing here.")
    else:
        said.append(
            "Its images, as the classifier sees them, lean there "
            f"{_sigma(z_features)} the average class."
        )
    if z_latents is not None:
        said.append(
            "The latents that carry its logit, called by what other classes' images show, do so "
            f"{_sigma(z_latents)} the average class."
        )
    if name_implied:
        said.append(
            f"The name alone predicts {_sigma(z_name)} the average, by a map that never saw the "
            "class: so this is name-implied, what one would expect."
        )
    else:
        said.append(
            f"The name alone predicts only {_sigma(z_name)} the average, by a map that never saw "
            "the class: so this is unexpected."
        )
    said.append(f"Of the findings at this q or below, {_share(q)} are expected to be chance.")
    return tuple(said)


def _sigma(z: float) -> str:
    side = "above" if z >= 0 else "below"
    return f"{abs(z):.1f} standard deviations {side}"


def _share(value: float) -> str:
    return "less than 0.1 %" if value < 0.001 else f"about {100 * value:.1f} %"
