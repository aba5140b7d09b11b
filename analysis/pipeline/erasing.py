"""The erasing of heat-map regions, on an audit's own images."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from analysis.classifier.positions import Positions
from analysis.pipeline.pictures import Pictures
from analysis.pipeline.runner import Context
from analysis.pipeline.shared import classifier
from analysis.pipeline.stages.heatmaps import readouts_of
from analysis.pipeline.stages.images import positions
from analysis.shortcuts.case import Case
from analysis.shortcuts.erasing import CONTROLS, erased, erasing, hot_cells, other_cells
from analysis.shortcuts.lines import Line, untested
from analysis.shortcuts.pictures import Picture, strongest

IMAGES = 6
"""Images of the class on which a finding's region is erased."""


@dataclass(frozen=True)
class Eraser:
    """What is needed to erase a concept from an audit's images and to look again."""

    context: Context
    where: Positions
    pictures: Pictures

    @classmethod
    def of(cls, context: Context) -> "Eraser | None":
        """None where no map of positions leads to the latents."""
        where = positions(context)
        if where is None or "latent" not in readouts_of(context, where):
            return None
        return cls(context, where, Pictures.of(context))

    def test(self, case: Case) -> tuple[Line, list[Picture]]:
        """The line, and the images it rests on."""
        if not len(case.named):
            return untested("erasing", "no latent is called so, whose heat-map could be drawn"), []
        told = list(self._pictures(case))
        columns = ((p.margin, p.after, p.control) for p in told)
        before, after, control = np.array(list(columns), np.float64).reshape(-1, 3).T
        return erasing(before, after, control, seed=case.ground.seed), told

    def _pictures(self, case: Case) -> Iterator[Picture]:
        rng = np.random.default_rng(case.ground.seed)
        for rank, image in enumerate(strongest(case, IMAGES).tolist(), start=1):
            pixels = self.pictures.pixels(image)
            if pixels is None:
                continue
            hot = hot_cells(self._heat(pixels, case.named))
            others = [erased(pixels, other_cells(hot, rng)) for _ in range(CONTROLS)]
            margins = self._margins([pixels, erased(pixels, hot), *others], case.class_id)
            yield Picture(
                "erased", rank, image, float(case.shows[image]),
                margin=float(margins[0]), after=float(margins[1]),
                control=float(margins[2:].mean()),
            )  # fmt: skip

    def _heat(self, pixels: np.ndarray, latents: np.ndarray) -> np.ndarray:
        maps = self.where.of(self.pictures.prepared([pixels]))[0].float().cpu().numpy()
        rows, columns, width = maps.shape
        read = readouts_of(self.context, self.where)["latent"]
        heat = np.maximum(read(maps.reshape(rows * columns, width), latents), 0).sum(axis=1)
        return heat.reshape(rows, columns)

    def _margins(self, pictures: Sequence[np.ndarray], class_id: int) -> np.ndarray:
        model = classifier(self.context)
        with torch.no_grad():
            logits = model.head(model.features(self.pictures.prepared(pictures)))
        own = logits[:, class_id].clone()
        logits[:, class_id] = -torch.inf
        return (own - logits.max(dim=1).values).cpu().numpy()
