"""Pictures by content: what they are, and the name each has in storage."""

import hashlib
import warnings
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

EXTENSIONS = {"JPEG": ".jpg", "PNG": ".png", "GIF": ".gif", "WEBP": ".webp"}


class BadPicture(ValueError):
    """The file is no picture that can be shown; the message says why."""


@dataclass(frozen=True)
class Picture:
    """A picture file that was looked at and found good. `digest` is the SHA-256 of its bytes, in hexadecimal."""

    path: Path
    digest: str
    extension: str

    @property
    def name(self) -> str:
        """A file name that says which bytes it holds: equal pictures get one file, whoever uses them."""
        return content_name(self.digest, self.extension)


def content_name(digest: str, extension: str) -> str:
    """The file name of content with that SHA-256."""
    return f"{digest[:24]}{extension}"


def inspect_picture(path: Path) -> Picture:
    """Decode a picture in full, as a damaged one would only be noticed when somebody looks at it.

    Raises:
        BadPicture: if there is no such file, or it is not a picture, or a damaged or an enormous one.
    """
    if not path.is_file():
        raise BadPicture("there is no such picture file")
    try:
        kind = _decode(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise BadPicture("the picture has too many pixels") from error
    except UnidentifiedImageError as error:
        raise BadPicture("the file is not a picture") from error
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files, by format
        raise BadPicture(f"the picture is damaged ({error})") from error
    if kind not in EXTENSIONS:
        raise BadPicture(f"the picture is {kind}, but only {', '.join(EXTENSIONS)} can be shown")
    return Picture(path, digest, EXTENSIONS[kind])


def _decode(path: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(path) as image:
            image.load()
            return image.format or "of an unknown kind"
