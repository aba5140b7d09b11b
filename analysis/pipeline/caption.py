"""Any image described in the words of an audited classifier's features (paper, appendix B)."""

from pathlib import Path
from typing import Any

from analysis.explain.methods import Settings, Tools, tell
from analysis.explain.scoring import floor
from analysis.pipeline.again import reopened
from analysis.pipeline.explaining import Explainer
from analysis.progress import Progress
from analysis.textmap.base import cosine
from db.queries.explanations import stored_words


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
        feature = subject.decision.feature - explainer.grounds.mean
        direction = explainer.grounds.text_direction
        others = [w for w in stored_words(context.store.engine, "zero-shot") if w != told.words]
    return {
        "image": str(image),
        "text": told.words,
        "score": float(cosine(direction([told.words]), feature[None])[0, 0]),
        "floor": floor(feature, others, direction) if others else None,
        "fluency": told.fluency,
        "language_model": f"{lm.name} ({lm.sha256[:12]})",
        "text_map": explainer.text_map,
        "config": dict(told.config),
        "seconds": told.seconds,
    }
