"""Any image described in the words of an audited classifier's features (paper, appendix B)."""

from pathlib import Path
from typing import Any

from analysis.explain.methods import Settings, Tools, tell
from analysis.explain.scoring import Scorer
from analysis.pipeline.again import reopened
from analysis.pipeline.explaining import Explainer
from analysis.progress import Progress


def caption_image(
    directory: Path,
    image: Path,
    settings: Settings,
    *,
    language_model: str | None,
    progress: Progress,
) -> dict[str, Any]:
    """The sentence nearest to an image's feature, as a record.

    Keys: image, text, score, floor (None where the audit explained no image by zero-shot),
    fluency, language_model, text_map, config, seconds.

    Raises:
        InputError: the audit is unfinished, or the image cannot be read.
        TextError: the language model cannot be had.
    """
    with reopened(directory, progress=progress) as context:
        explainer = Explainer(context, settings, language_model=language_model)
        subject = explainer.located(image)
        lm = explainer.language_model
        with progress.task("Describing", 1) as advance:
            (told,) = tell(
                "zero-shot",
                explainer.grounds,
                [subject.decision],
                settings,
                Tools(language_model=lm),
                advance=advance,
            )
        beside = explainer.beside("zero-shot", [told.words])
        scorer = Scorer.of(beside, explainer.grounds.text_direction)
        score, floor = scorer(subject.decision.feature - explainer.grounds.mean, told.words)
    return {
        "image": str(image),
        "text": told.words,
        "score": score,
        "floor": floor,
        "fluency": told.fluency,
        "language_model": lm.known_as,
        "text_map": explainer.text_map,
        "config": dict(told.config),
        "seconds": told.seconds,
    }
