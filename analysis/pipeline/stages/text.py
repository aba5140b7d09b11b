"""Stage 3: the words: prompts, class names and concepts, encoded."""

from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import class_names, concepts, encode, encoder
from analysis.text.prompts import CLASS_PROMPT, class_prompts
from db.schema import Concept


def _run(context: Context) -> Outcome:
    names = class_names(context).names
    texts = concepts(context)
    encoded = encode(context, [*class_prompts(names), *class_prompts(names, "{}"), *texts])
    classes = len(names)
    return Outcome(
        rows={Concept: [{"id": i, "text": text} for i, text in enumerate(texts)]},
        arrays={
            "prompt_embeddings": encoded[:classes],
            "name_embeddings": encoded[classes : 2 * classes],
            "concept_embeddings": encoded[2 * classes :],
        },
    )


TEXT = Stage(
    name="text",
    title="Class names and concepts",
    needs=("model",),
    inputs=lambda context: {
        "encoder": encoder(context).sha256,
        "prompt": CLASS_PROMPT,
        "concepts": concepts(context),
    },
    run=_run,
)
