"""From a picture as it was uploaded to one that fits a screen. Whatever is wrong with a picture ends in two errors."""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass

from PIL import Image, ImageCms

logger = logging.getLogger("haversack.renditions")


@dataclass(frozen=True)
class Size:
    """`side`: the longest one, in pixels. An original that fits, of at most `enough` bytes, is sent as it is."""

    name: str
    side: int
    enough: int
    quality: int  # of WebP, 0 to 100


SIZES = {
    size.name: size
    for size in (
        Size("small", side=256, enough=16 << 10, quality=75),
        Size("large", side=1280, enough=192 << 10, quality=80),
    )
}

# Raise it when the same picture would be made into another one: what was made before is then made anew.
VERSION = 1
MAX_BYTES = 64 << 20  # of a file that is looked at
# Decoded at once: at four bytes each, 200 MB. JPEGs are decoded at a fraction of their size, and count as that.
MAX_PIXELS = 50_000_000
# What decodes by itself. Others hand their content to programs (EPS), or are documents and containers.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "TIFF", "BMP", "JPEG2000")
SHOWN = ("JPEG", "MPO", "PNG", "WEBP", "GIF", "AVIF")  # by browsers, all of which turn them as EXIF says
MAX_PROFILE = 4 << 20  # bytes of a colour profile


class TooLarge(ValueError):
    """More pixels than may be decoded: no device should have to either."""


class Unreadable(ValueError):
    """No picture, a damaged one, or one of a format that is not known here."""


def render(content: bytes, size: Size) -> bytes | None:
    """The picture as WebP without metadata, upright, its first frame, never larger than it was.

    :returns: `None` where the original is no worse: it fits, and has fewer bytes.
    :raises TooLarge: it is not decoded.
    :raises Unreadable: anything else that can be wrong.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            fits = max(image.size) <= size.side
            still = not getattr(image, "is_animated", False)
            suits = fits and still and image.format in SHOWN
            if suits and len(content) <= size.enough:
                return None
            made = _webp(_reduced(image, size), size)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise TooLarge(str(error)) from error
    except TooLarge:
        raise
    except Exception as error:  # (decoders raise what they like: OSError, SyntaxError, struct.error, KeyError…)
        raise Unreadable(f"{type(error).__name__}: {error}") from error
    return None if suits and len(made) >= len(content) else made


def _reduced(image: Image.Image, size: Size) -> Image.Image:
    image.draft(None, (2 * size.side, 2 * size.side))  # JPEG: decode no more than is needed
    if image.width * image.height > MAX_PIXELS:
        raise TooLarge(f"{image.width} by {image.height} pixels")
    image.load()
    profile = image.info.get("icc_profile")
    exif = image.getexif()
    reduced = _plain(image)
    reduced.thumbnail((size.side, size.side), Image.Resampling.LANCZOS)
    reduced.info = {}
    reduced = _for_screens(reduced, profile)
    return _upright(reduced, exif.get(0x0112))


def _plain(image: Image.Image) -> Image.Image:
    """In a mode that can be reduced well: eight bits a channel, no palette."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode.startswith("I"):  # sixteen bits
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image if image.mode in ("RGB", "CMYK", "L") else image.convert("RGB")


def _for_screens(image: Image.Image, profile: object) -> Image.Image:
    """In sRGB: what is told no profile is shown as that."""
    if isinstance(profile, bytes) and len(profile) <= MAX_PROFILE and image.mode in ("RGB", "RGBA", "CMYK", "L"):
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
            logger.debug("A colour profile is of no use: %s", error)
        else:
            if converted is not None:
                converted.info = {}
                return converted
    return image if image.mode == "RGBA" else image.convert("RGB")


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _upright(image: Image.Image, orientation: object) -> Image.Image:
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _webp(image: Image.Image, size: Size) -> bytes:
    made = io.BytesIO()
    image.save(made, "WEBP", quality=size.quality, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return made.getvalue()
