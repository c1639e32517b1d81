"""Draws product pictures: a package on a coloured ground. No fonts and no chance: the same recipe, the same bytes."""

import colorsys
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFilter

VERSION = 1  # part of the file name: raise it when a recipe would give other bytes
SIDE = 256
_SCALE = 2  # drawn larger and reduced, for smooth edges
VARIATIONS = 6
_SHADOW_AT = (32 * _SCALE, 198 * _SCALE)
_SHADOW_SIZE = (192 * _SCALE, 56 * _SCALE)

Colour = tuple[int, int, int]
Canvas = ImageDraw.ImageDraw


@dataclass(frozen=True)
class Recipe:
    """What is to be drawn. `hue` is in degrees, `variation` below `VARIATIONS`."""

    package: str
    hue: int
    variation: int

    @property
    def name(self) -> str:
        """The file name; the recipe in short."""
        return f"{self.package}-{self.hue:03}-{self.variation}-v{VERSION}.webp"


def draw(recipe: Recipe) -> bytes:
    """The picture as WebP, `SIDE` pixels square."""
    hue = recipe.hue / 360
    warm = recipe.variation % 2
    ground = _colour(hue + 0.04 * recipe.variation, 0.93 - 0.03 * warm, 0.45)
    body = _colour(hue, 0.42 + 0.06 * (recipe.variation % 3), 0.55)
    label = _colour(hue + (0.5 if recipe.variation >= 3 else 0.08), 0.94, 0.6)
    ink = _colour(hue + (0.5 if recipe.variation >= 3 else 0.08), 0.35, 0.6)

    size = SIDE * _SCALE
    image = Image.new("RGB", (size, size), ground)
    canvas = ImageDraw.Draw(image)
    canvas.ellipse(_box(-20, 120, 276, 380), fill=_mix(ground, (255, 255, 255), 0.35))
    image.paste((40, 40, 50), _SHADOW_AT, _shadow())
    canvas = ImageDraw.Draw(image)
    left, top, right, bottom = _PACKAGES[recipe.package](canvas, body)
    canvas.rounded_rectangle(_box(left, top, right, bottom), 6 * _SCALE, fill=label)
    _MOTIFS[recipe.variation % len(_MOTIFS)](canvas, ((left + right) / 2, (top + bottom) / 2), ink)

    stored = io.BytesIO()
    image.reduce(_SCALE).save(stored, "WEBP", quality=82, method=2)
    return stored.getvalue()


def _box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return left * _SCALE, top * _SCALE, right * _SCALE, bottom * _SCALE


def _points(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return [(x * _SCALE, y * _SCALE) for x, y in points]


def _colour(hue: float, lightness: float, saturation: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue % 1, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _mix(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


@cache
def _shadow() -> Image.Image:
    """How dark the shadow is, by pixel: below the package, which hides its upper half."""
    mask = Image.new("L", (64, 14), 0)
    ImageDraw.Draw(mask).ellipse((8, 4, 56, 9), fill=110)
    return mask.filter(ImageFilter.GaussianBlur(2)).resize(_SHADOW_SIZE)


# Each draws its package and returns where the label goes.
Area = tuple[float, float, float, float]


def _bottle(canvas: Canvas, body: Colour) -> Area:
    dark = _mix(body, (0, 0, 0), 0.35)
    canvas.rounded_rectangle(_box(113, 26, 143, 46), 4 * _SCALE, fill=dark)
    canvas.rectangle(_box(116, 44, 140, 90), fill=body)
    canvas.rounded_rectangle(_box(88, 78, 168, 228), 20 * _SCALE, fill=body)
    canvas.rounded_rectangle(_box(96, 92, 104, 214), 4 * _SCALE, fill=_mix(body, (255, 255, 255), 0.3))
    return 88, 122, 168, 196


def _jar(canvas: Canvas, body: Colour) -> Area:
    canvas.rounded_rectangle(_box(76, 66, 180, 228), 22 * _SCALE, fill=body)
    canvas.rounded_rectangle(_box(80, 50, 176, 80), 8 * _SCALE, fill=_mix(body, (0, 0, 0), 0.4))
    canvas.rounded_rectangle(_box(84, 92, 92, 214), 4 * _SCALE, fill=_mix(body, (255, 255, 255), 0.3))
    return 76, 112, 180, 196


def _tin(canvas: Canvas, body: Colour) -> Area:
    steel = _mix(body, (225, 228, 232), 0.75)
    canvas.rectangle(_box(72, 78, 184, 214), fill=body)
    canvas.ellipse(_box(72, 200, 184, 230), fill=_mix(steel, (0, 0, 0), 0.2))
    canvas.rectangle(_box(72, 186, 184, 214), fill=body)
    canvas.ellipse(_box(72, 62, 184, 94), fill=steel)
    canvas.ellipse(_box(80, 66, 176, 90), fill=_mix(steel, (0, 0, 0), 0.12))
    return 72, 112, 184, 190


def _loaf(canvas: Canvas, body: Colour) -> Area:
    crust = _mix(body, (190, 120, 50), 0.8)
    canvas.rounded_rectangle(_box(40, 112, 216, 228), 50 * _SCALE, fill=crust)
    for x in (76, 112, 148):
        canvas.line(_points((x, 150), (x + 24, 120)), fill=_mix(crust, (255, 240, 210), 0.6), width=7 * _SCALE)
    return 92, 166, 164, 220


def _crate(canvas: Canvas, body: Colour) -> Area:
    fruit = _mix(body, (255, 255, 255), 0.12)
    for row, y in enumerate((96, 120)):
        for x in range(58 + 14 * row, 190, 34):
            canvas.ellipse(_box(x, y, x + 40, y + 40), fill=_mix(fruit, (0, 0, 0), 0.1 * row))
            canvas.ellipse(_box(x + 8, y + 7, x + 17, y + 15), fill=_mix(fruit, (255, 255, 255), 0.5))
    for y in (146, 176, 206):
        canvas.rounded_rectangle(_box(44, y, 212, y + 24), 4 * _SCALE, fill=_mix(body, (176, 128, 76), 0.9))
    return 98, 156, 158, 220


def _box_package(canvas: Canvas, body: Colour) -> Area:
    canvas.polygon(_points((66, 70), (94, 48), (204, 48), (176, 70)), fill=_mix(body, (255, 255, 255), 0.3))
    canvas.polygon(_points((176, 70), (204, 48), (204, 206), (176, 228)), fill=_mix(body, (0, 0, 0), 0.25))
    canvas.rectangle(_box(66, 70, 176, 228), fill=body)
    return 78, 98, 164, 196


def _bag(canvas: Canvas, body: Colour) -> Area:
    canvas.polygon(_points((84, 64), (172, 64), (190, 228), (66, 228)), fill=body)
    canvas.polygon(_points((84, 64), (96, 64), (88, 228), (66, 228)), fill=_mix(body, (255, 255, 255), 0.16))
    canvas.rounded_rectangle(_box(80, 42, 176, 70), 4 * _SCALE, fill=_mix(body, (0, 0, 0), 0.3))
    return 88, 106, 168, 200


def _wheel(canvas: Canvas, body: Colour) -> Area:
    rind = _mix(body, (238, 190, 84), 0.88)
    canvas.ellipse(_box(38, 140, 218, 232), fill=_mix(rind, (0, 0, 0), 0.2))
    canvas.rectangle(_box(38, 136, 218, 186), fill=_mix(rind, (0, 0, 0), 0.2))
    canvas.ellipse(_box(38, 88, 218, 184), fill=rind)
    canvas.polygon(_points((128, 136), (196, 104), (218, 136), (206, 160)), fill=_mix(rind, (255, 250, 220), 0.7))
    return 90, 186, 166, 226


def _carton(canvas: Canvas, body: Colour) -> Area:
    canvas.polygon(_points((78, 92), (94, 52), (162, 52), (178, 92)), fill=_mix(body, (255, 255, 255), 0.4))
    canvas.rectangle(_box(92, 38, 164, 56), fill=_mix(body, (0, 0, 0), 0.25))
    canvas.rectangle(_box(78, 90, 178, 228), fill=body)
    canvas.rectangle(_box(78, 206, 178, 228), fill=_mix(body, (0, 0, 0), 0.25))
    return 88, 112, 168, 196


_PACKAGES: dict[str, Callable[[Canvas, Colour], Area]] = {
    "bag": _bag,
    "bottle": _bottle,
    "box": _box_package,
    "carton": _carton,
    "crate": _crate,
    "jar": _jar,
    "loaf": _loaf,
    "tin": _tin,
    "wheel": _wheel,
}


# Motifs are some 40 units wide, to fit the smallest label.
def _sun(canvas: Canvas, centre: tuple[float, float], ink: Colour) -> None:
    x, y = centre
    canvas.ellipse(_box(x - 17, y - 17, x + 17, y + 17), fill=ink)
    canvas.ellipse(_box(x - 8, y - 8, x + 8, y + 8), fill=_mix(ink, (255, 255, 255), 0.6))


def _stripes(canvas: Canvas, centre: tuple[float, float], ink: Colour) -> None:
    x, y = centre
    for step, width in enumerate((22, 16, 19)):
        top = y - 16 + 12 * step
        canvas.rounded_rectangle(_box(x - width, top, x + width, top + 7), 3 * _SCALE, fill=ink)


def _gem(canvas: Canvas, centre: tuple[float, float], ink: Colour) -> None:
    x, y = centre
    canvas.polygon(_points((x - 18, y), (x, y - 18), (x + 18, y), (x, y + 18)), fill=ink)
    canvas.polygon(_points((x - 18, y), (x, y - 18), (x, y + 18)), fill=_mix(ink, (255, 255, 255), 0.4))


_MOTIFS: tuple[Callable[[Canvas, tuple[float, float], Colour], None], ...] = (_sun, _stripes, _gem)
