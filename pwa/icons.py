"""An app's icons: drawn from its title and colour, or made from a picture that an administrator uploaded."""

import io
import unicodedata
from functools import lru_cache
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFont

from syncapi.colors import channels, luminance

OVERSAMPLING = 4  # drawn larger and reduced: smooth edges
SAFE = 0.8  # diameter of the circle of a maskable icon that is always seen (W3C, Web App Manifest, icon masks)
TOLERANCE = 12  # of 255: JPEG never leaves one colour quite alike


def initials(title: str) -> str:
    """Up to two letters that stand for a title."""
    words = [word for word in title.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "•"


@lru_cache(maxsize=64)
def drawn_icon(text: str, color: str, purpose: str, size: int) -> bytes:
    """A PNG of `size` × `size` pixels.

    `any` has transparent, rounded corners. `maskable` fills the square, since the system cuts it into a shape of its
    own: what must be seen lies in the safe circle.
    """
    large = size * OVERSAMPLING
    image = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    top = channels(color)
    bottom = tuple(int(part * 0.78) for part in top)
    gradient = Image.new("RGB", (1, large))
    for row in range(large):
        share = row / large
        gradient.putpixel((0, row), tuple(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))
    mask = Image.new("L", (large, large), 0)
    radius = 0 if purpose == "maskable" else large * 0.22
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, large - 1, large - 1), radius=radius, fill=255)
    image.paste(gradient.resize((large, large)), (0, 0), mask)

    ink = _ink(color)
    letters = large * (0.34 if purpose == "maskable" else 0.42)
    font = ImageFont.load_default(letters)
    if drawable := _drawable(font, text):
        draw.text((large / 2, large * 0.47), drawable, font=font, fill=ink, anchor="mm", stroke_width=large / 120)
    else:
        middle, dot = large * 0.47, letters * 0.3
        draw.ellipse((large / 2 - dot, middle - dot, large / 2 + dot, middle + dot), fill=ink)
    # The strap: what makes it a bag to carry things in.
    width, y = large * (0.3 if purpose == "maskable" else 0.38), large * (0.7 if purpose == "maskable" else 0.74)
    draw.rounded_rectangle(
        (large / 2 - width / 2, y, large / 2 + width / 2, y + large * 0.035), radius=large * 0.0175, fill=ink
    )
    return _png(image.resize((size, size), Image.Resampling.LANCZOS))


def _drawable(font: Any, text: str) -> str:
    """The letters as far as the font has them: Pillow's own has those of English only, so that Ä becomes A.

    Empty where one of them has no such likeness: the font would draw a box in its place.
    """
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    box = bytes(font.getmask("\uffff"))
    return plain if all(bytes(font.getmask(letter)) != box for letter in plain) else ""


@lru_cache(maxsize=16)  # the pictures are kept with them
def uploaded_icon(picture: bytes, background: str, purpose: str, size: int) -> bytes:
    """A PNG of `size` × `size` pixels from a square PNG.

    `any` is the picture. `maskable` fills the square with the picture's own edge where that is of one colour, else
    with `background` where the picture is transparent, and brings what is on it into the safe circle. A picture that
    fills its edge with many colours, such as a photograph, is taken as it is: it has been made to fill a shape.
    """
    image = Image.open(io.BytesIO(picture)).convert("RGBA")
    return _png((_maskable(image, background) if purpose == "maskable" else image).resize((size, size)))


def _maskable(image: Image.Image, background: str) -> Image.Image:
    edge = _edge_color(image)
    if edge is None and _range(image, "A") == (255, 255):
        return image
    ground = Image.new("RGBA", image.size, (*(edge or channels(background)), 255))
    filled = Image.alpha_composite(ground, image)
    box = _differences(filled, ground) if edge else image.getchannel("A").getbbox()
    if box is None:  # nothing is on it
        return filled
    width, height = box[2] - box[0], box[3] - box[1]
    scale = min(1.0, SAFE * image.width / (width**2 + height**2) ** 0.5)  # the diagonal is the circle's diameter
    content = image.crop(box).resize((max(1, round(width * scale)), max(1, round(height * scale))))
    ground.alpha_composite(content, ((image.width - content.width) // 2, (image.height - content.height) // 2))
    return ground


def _edge_color(image: Image.Image) -> tuple[int, int, int] | None:
    """The one opaque colour all around, if there is one."""
    last = image.width - 1
    sides = [(0, 0, last + 1, 1), (0, last, last + 1, last + 1), (0, 0, 1, last + 1), (last, 0, last + 1, last + 1)]
    strips = [image.crop(side) for side in sides]
    if any(_range(strip, "A")[0] < 255 for strip in strips):
        return None
    ranges = [[_range(strip, band) for strip in strips] for band in "RGB"]
    bounds = [(min(low for low, _ in band), max(high for _, high in band)) for band in ranges]
    if any(high - low > TOLERANCE for low, high in bounds):
        return None
    red, green, blue = ((low + high) // 2 for low, high in bounds)
    return red, green, blue


def _range(image: Image.Image, band: str) -> tuple[int, int]:
    """The lowest and the highest value of a band."""
    values = image.getchannel(band).histogram()
    present = [value for value, count in enumerate(values) if count]
    return present[0], present[-1]


def _differences(image: Image.Image, ground: Image.Image) -> tuple[int, int, int, int] | None:
    difference = ImageChops.difference(image.convert("RGB"), ground.convert("RGB"))
    return difference.point(lambda value: 255 if value > TOLERANCE else 0).getbbox()


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _ink(color: str) -> str:
    """White or near-black, whichever stands out more."""
    return "#ffffff" if luminance(color) < 0.4 else "#1b1b1b"
