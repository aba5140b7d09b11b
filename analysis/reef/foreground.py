"""What stands between the creature and the eye: haze, kelp, bubbles."""

from PIL import Image, ImageDraw

from analysis.reef.scenes import kelp_blade
from analysis.reef.water import Draw, Random, box


def foreground(scene: str, size: int, rng: Random, *, bubbles: bool) -> Image.Image:
    """The RGBA layer before the creature; transparent where nothing stands."""
    layer = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    if scene == "murky water":
        _haze(draw, size, rng)
    if scene == "kelp forest":
        for x in (rng.uniform(0.0, 0.14), rng.uniform(0.86, 1.0)):
            kelp_blade(draw, rng, size, x, 0.03, (52, 88, 32))
    if bubbles:
        _bubbles(draw, size, rng)
    return layer


def _haze(draw: Draw, size: int, rng: Random) -> None:
    draw.rectangle([0, 0, size, size], fill=(96, 92, 58, 105))
    for x, y, r in zip(rng.random(40), rng.random(40), rng.uniform(0.004, 0.011, 40), strict=True):
        draw.ellipse(box(x, y, r, r, size), fill=(168, 160, 116, 200))


def _bubbles(draw: Draw, size: int, rng: Random) -> None:
    rim, inside, glint = (240, 252, 255, 235), (225, 245, 255, 70), (255, 255, 255, 230)
    for x, y, r in zip(rng.random(22), rng.random(22), rng.uniform(0.018, 0.06, 22), strict=True):
        draw.ellipse(box(x, y, r, r, size), inside, rim, max(2, size // 110))
        draw.ellipse(box(x - 0.45 * r, y - 0.45 * r, 0.3 * r, 0.3 * r, size), glint)
