"""What the live what-if reads beside the arrays."""

from sqlalchemy import Engine, select

from db.schema import Concept, ImageConcept


def concept_hubness(engine: Engine, text_map: str) -> list[float | None]:
    """Each concept's hubness over the images, in the order of the rows of the arrays.

    A concept is set back by half of it, so that any image for which the store names the concept
    tells it; None where it names none, or is of the first release.
    """
    told = (
        select(2 * (ImageConcept.score - ImageConcept.corrected))
        .where(ImageConcept.concept_id == Concept.id, ImageConcept.text_map == text_map)
        .limit(1)
        .correlate(Concept)
        .scalar_subquery()
    )
    with engine.connect() as connection:
        return list(connection.scalars(select(told).select_from(Concept).order_by(Concept.id)))
