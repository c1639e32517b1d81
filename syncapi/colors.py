"""Colours as `#rrggbb`, and how well they stand out from each other (WCAG 2, relative luminance and contrast)."""

import re

HEX = re.compile(r"#[0-9a-fA-F]{6}")


def is_color(value: object) -> bool:
    """Whether `value` is a colour in the one form that manifests, icons and style sheets all take."""
    return isinstance(value, str) and HEX.fullmatch(value) is not None


def channels(color: str) -> tuple[int, int, int]:
    """Red, green, blue, 0 to 255 each."""
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return red, green, blue


def luminance(color: str) -> float:
    """0 (black) to 1 (white)."""
    parts = [part / 255 for part in channels(color)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """1 (none) to 21 (black on white); what tells shapes apart needs 3, text 4.5."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)
