"""Stage 3: the words: prompts, class names and concepts, encoded."""

from analysis.hull import Hull, hull
from analysis.pipeline.runner import Context, Outcome, Stage
from analysis.pipeline.shared import class_names, concepts, encode, encoder
from analysis.text.prompts import CLASS_PROMPT, class_prompts
from db.schema import Concept


def _run(context: Context) -> Outcome:
    names = class_names(context).names
    texts = concepts(context)
    bare = encode(context, class_prompts(names, "{}"))
    encoded = encode(context, texts)
    placed = hull(bare, encoded)
    rows = {
        "text": texts,
        "nearest_class_id": placed.nearest.tolist(),
        "nearest_name": placed.cosine.tolist(),
        "out_of_hull": placed.outside.tolist(),
    }
    return Outcome(
        rows={
            Concept: [
                {"id": i} | dict(zip(rows, values, strict=True))
                for i, values in enumerate(zip(*rows.values(), strict=True))
            ]
        },
        arrays={
            "prompt_embeddings": encode(context, class_prompts(names)),
            "name_embeddings": bare,
            "concept_embeddings": encoded,
        },
        notes=_notes(placed, len(texts)),
    )


def _notes(placed: Hull, count: int) -> list[str]:
    outside = int(placed.outside.sum())
    if not outside:
        return []
    return [
        f"{outside} of {count} concepts lie far from every class name: what the text maps say of "
        "them is extrapolation, and they are marked."
    ]


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
