"""Python's regular expressions as JavaScript understands them, so that devices can check texts by them too."""

from __future__ import annotations

import re
from collections.abc import Callable

UNKNOWN_FLAGS = re.MULTILINE | re.VERBOSE | re.LOCALE
BEFORE_LAST_LINE_FEED = r"(?=\n?$)"  # where Python's $ matches

_GROUP = re.compile(r"\((?:\?(?:(?P<plain>:|=|!|<=|<!)|P<(?P<name>[A-Za-z_]\w*)>))?(?!\?|\*)", re.ASCII)
_REPEAT = re.compile(r"(?:[*+?]|\{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\})\??")
_CODE = re.compile(r"x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}")
_SYNTAX = set("^$\\.*+?()[]{}|/")
_CONTROL = {"a": r"\x07", "f": r"\f", "n": r"\n", "r": r"\r", "t": r"\t", "v": r"\v"}
_SETS = {"d": r"\p{Nd}", "w": r"\p{L}\p{N}_", "s": r"\s\x1c-\x1f\x85"}  # what Python takes them for, in any script
_ASCII_SETS = {"d": r"0-9", "w": r"A-Za-z0-9_", "s": r" \t\n\r\f\v"}


class _Untranslatable(Exception):
    """It means something that JavaScript has no words for, or other ones in every version."""


def for_javascript(regex: re.Pattern[str]) -> str | None:
    """The source of an expression that finds the same texts in JavaScript under the flag `u` (and `i` where Python's is
    set); None where there is none, or none that is worth the trouble: back references, `\\b`, possessive repeats.
    """
    if regex.flags & UNKNOWN_FLAGS:
        return None
    try:
        return _Translation(regex).whole()
    except _Untranslatable:
        return None


class _Translation:
    def __init__(self, regex: re.Pattern[str]) -> None:
        self._text = regex.pattern
        self._at = 0
        self._sets = _ASCII_SETS if regex.flags & re.ASCII else _SETS
        self._any = r"[\s\S]" if regex.flags & re.DOTALL else r"[^\n]"

    def whole(self) -> str:
        if flags := re.match(r"\(\?[ias]+\)", self._text):  # they are in `regex.flags`
            self._at = flags.end()
        found: list[str] = []
        while self._at < len(self._text):
            found.append(self._next())
        return "".join(found)

    def _next(self) -> str:
        one = self._text[self._at]
        if repeat := _REPEAT.match(self._text, self._at):
            return self._repeat(repeat)
        if one == "(":
            return self._group()
        self._at += 1
        if one == "\\":
            return self._escape(self._outside)
        if one == "[":
            return self._class()
        if one in "*+?":
            raise _Untranslatable
        return {"$": BEFORE_LAST_LINE_FEED, ".": self._any}.get(one) or (f"\\{one}" if one in "{}]/" else one)

    def _repeat(self, found: re.Match[str]) -> str:
        text = found.group()
        if text.startswith("{"):
            least, comma, most = found["least"], found["comma"], found["most"]
            if not least and not most:  # Python takes {} and {,} for what they are
                self._at += 1
                return r"\{"
            text = f"{{{least or 0}{comma}{most}}}" + ("?" if text.endswith("?") else "")
        self._at = found.end()
        if self._text.startswith("+", self._at):  # possessive
            raise _Untranslatable
        return text

    def _group(self) -> str:
        found = _GROUP.match(self._text, self._at)
        if found is None:
            raise _Untranslatable
        self._at = found.end()
        if found["name"]:
            return f"(?<{found['name']}>"
        return found.group()

    def _class(self) -> str:
        """After its `[`."""
        found = ["["]
        if self._text.startswith("^", self._at):
            found.append("^")
            self._at += 1
        first = True
        while first or self._text[self._at] != "]":
            first = False
            one = self._text[self._at]
            self._at += 1
            if one == "\\":
                found.append(self._escape(self._inside))
            else:
                found.append(f"\\{one}" if one in _SYNTAX else one)
        self._at += 1
        return "".join((*found, "]"))

    def _escape(self, letter: Callable[[str], str]) -> str:
        """After its backslash."""
        if code := _CODE.match(self._text, self._at):
            self._at = code.end()
            text = code.group()
            return f"\\u{{{text[1:].lstrip('0') or '0'}}}" if text.startswith("U") else f"\\{text}"
        one = self._text[self._at]
        self._at += 1
        if one in _CONTROL:
            return _CONTROL[one]
        return letter(one) if one.isalnum() or one == "-" else f"\\{one}" if one in _SYNTAX else one

    def _outside(self, letter: str) -> str:
        if letter == "-":
            return letter
        if letter in "AZz":
            return "^" if letter == "A" else "$"
        if letter.lower() in self._sets:
            return f"[{'^' if letter.isupper() else ''}{self._sets[letter.lower()]}]"
        raise _Untranslatable

    def _inside(self, letter: str) -> str:
        if letter == "-":
            return r"\-"
        if letter in self._sets:
            return self._sets[letter]
        raise _Untranslatable
