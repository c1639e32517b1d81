"""Icons drawn from an app's title and colour, for apps that bring none of their own."""

import io
from functools import lru_cache

from PIL import Image, ImageColor, ImageDraw, ImageFont

OVERSAMPLING = 4  # drawn larger and reduced: smooth edges


def initials(title: str) -> str:
    """Up to two letters that stand for a title."""
    words = [word for word in title.split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:2]).upper() or "•"


@lru_cache(maxsize=64)
def icon(text: str, color: str, purpose: str, size: int) -> bytes:
    """A PNG of `size` × `size` pixels.

    `any` has transparent, rounded corners. `maskable` fills the square, since the system cuts it into a shape of its
    own: what must be seen lies in the circle of 80 % of the width (W3C, Web App Manifest, icon masks).
    """
    large = size * OVERSAMPLING
    image = Image.new("RGBA", (large, large), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    top = ImageColor.getrgb(color)[:3]
    bottom = tuple(int(part * 0.78) for part in top)
    gradient = Image.new("RGB", (1, large))
    for row in range(large):
        share = row / large
        gradient.putpixel((0, row), tuple(int(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))
    mask = Image.new("L", (large, large), 0)
    radius = 0 if purpose == "maskable" else large * 0.22
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, large - 1, large - 1), radius=radius, fill=255)
    image.paste(gradient.resize((large, large)), (0, 0), mask)

    ink = _ink(top)
    letters = large * (0.34 if purpose == "maskable" else 0.42)
    font = ImageFont.load_default(letters)
    draw.text((large / 2, large * 0.47), text, font=font, fill=ink, anchor="mm", stroke_width=large / 120)
    # The strap: what makes it a bag to carry things in.
    width, y = large * (0.3 if purpose == "maskable" else 0.38), large * (0.7 if purpose == "maskable" else 0.74)
    draw.rounded_rectangle(
        (large / 2 - width / 2, y, large / 2 + width / 2, y + large * 0.035), radius=large * 0.0175, fill=ink
    )
    file = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def _ink(color: tuple[int, ...]) -> str:
    """White or near-black, whichever stands out more (relative luminance of WCAG 2)."""
    channels = [part / 255 for part in color]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if luminance < 0.4 else "#1b1b1b"
