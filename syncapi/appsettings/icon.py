"""Reading an uploaded icon. What is kept is drawn anew from its pixels: a square PNG, whatever was in the file."""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ["PNG", "JPEG", "WEBP"]
SMALLEST = 512  # pixels on the longer side: the largest that installed apps ask for
LARGEST = 1024  # pixels on the side that is kept
MAX_BYTES = 5 << 20
MAX_PIXELS = 25_000_000  # before anything is unpacked
MAX_RATIO = 2  # of the sides: beyond, what is padded to a square is mostly padding


def read_icon(file: IO[bytes], size: int) -> bytes:
    """The picture as a square PNG of at most 1024 × 1024 pixels; what is not square is padded with transparency.

    :param size: of the file in bytes.
    :raises ValidationError: it is none of the formats, damaged, too small or too large, or too long.
    """
    if size > MAX_BYTES:
        raise ValidationError(_("The file is larger than 5 MB."), code="too_large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own about large pictures: we count ourselves
            with Image.open(file, formats=FORMATS) as image:
                _check_size(*image.size)
                picture = ImageOps.exif_transpose(image).convert("RGBA")
    except UnidentifiedImageError:
        raise ValidationError(_("Upload a PNG, JPEG or WebP picture."), code="format") from None
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        raise ValidationError(_("The picture is damaged and cannot be read."), code="damaged") from None
    return _png(_square(picture))


def version_of(icon: bytes) -> str:
    """Another picture, another version."""
    return hashlib.sha256(icon).hexdigest()[:16]


def _check_size(width: int, height: int) -> None:
    sizes = {"width": width, "height": height, "smallest": SMALLEST}
    if width * height > MAX_PIXELS:
        raise ValidationError(_("The picture has %(width)s × %(height)s pixels, which is too large.") % sizes)
    if max(width, height) < SMALLEST:
        raise ValidationError(
            _("The picture has %(width)s × %(height)s pixels. It needs at least %(smallest)s on its longer side.")
            % sizes
        )
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ValidationError(
            _("The picture has %(width)s × %(height)s pixels. One side may be at most twice as long as the other.")
            % sizes
        )


def _square(picture: Image.Image) -> Image.Image:
    side = max(picture.size)
    square = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    square.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return square if side <= LARGEST else square.resize((LARGEST, LARGEST), Image.Resampling.LANCZOS)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
