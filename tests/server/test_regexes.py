"""Regular expressions of validators mean the same on devices, or are left to the server."""

import json
import re
import subprocess

import pytest
from django.core import validators
from django.core.validators import RegexValidator

from syncapi.regexes import for_javascript

SAME = [
    r"^[-a-zA-Z0-9_]+\Z",
    r"\A#[0-9a-fA-F]{6}\Z",
    r"^\d+$",
    r"(?i)^[a-z]\w*$",
    r"(?s)^.$",
    r"^.$",
    r"(?a)^\w\d\s$",
    r"^[\w.+-]+@\w+\.\w{2,}$",
    r"a\-b\@c",
    r"[]a]",
    r"^[^]\-\]]$",
    r"^[/.]$",
    r"x{,3}y",
    r"{a}",
    r"a{}",
    r"(?P<first>a)b",
    r"a{2}",
    r"a{2,3}?$",
    r"a*?b",
    r"^\S+$",
    r"^\W$",
    r"^[^\s]$",
    r"\U0001F600",
    r"\x41\u00e9?",
    r"(?<=a)b",
    r"(?<!a)b",
    r"^(?!x)[^\s]+\Z",
    r"^(?:a|b/c)$",
    r"\a|\f",
    r"^[.]$",
]
LEFT_OUT = [r"\bfoo", r"(a)\1", r"a++", r"a{2}+", r"(?>a)", r"(?#why)a", r"[\S]", r"(?i:a)b", r"(?m)^a$", r"(?x) a"]
TEXTS = [
    *(
        "",
        "a",
        "ab",
        "a\n",
        "a\n\n",
        "a b",
        "abc-1_",
        "#00ff11",
        "12",
        "12\n",
        "١٢",
        "Äö",
        "xxy",
        "xxxxy",
        "{a}",
        "a{}",
    ),
    *(
        "a-b@c",
        "]",
        "-",
        ".",
        "/",
        "a@b.co",
        "a@b.cö",
        "é",
        "é\n",
        "\x1c",
        "\x07",
        "\r",
        "\u2028",
        "😀",
        "b/c",
        "b",
        "bb",
    ),
    *("aa", "aaa", "x", "xa", "A1", "Aé", "_", "z", "1", "a1 ", "é1 ", "\u0301", "一", "²", "Ⅷ"),
]
SCRIPT = """
const [expressions, texts] = JSON.parse(require("fs").readFileSync(0, "utf8"));
const found = expressions.map(([source, flags]) => texts.map((text) => new RegExp(source, flags).test(text)));
console.log(JSON.stringify(found));
"""


def found_by_javascript(regexes: list[re.Pattern[str]]) -> list[list[bool]]:
    expressions = [[for_javascript(one), "iu" if one.flags & re.IGNORECASE else "u"] for one in regexes]
    told = json.dumps([expressions, TEXTS])
    run = subprocess.run(["node", "-e", SCRIPT], input=told, capture_output=True, text=True, check=True)
    found: list[list[bool]] = json.loads(run.stdout)
    return found


def test_JavaScript_finds_what_Python_finds() -> None:
    of_django = [one for one in vars(validators).values() if isinstance(one, RegexValidator)]
    known = [one for one in (re.compile(one.regex) for one in of_django) if for_javascript(one) is not None]
    regexes = [*map(re.compile, SAME), *known]
    assert len(regexes) >= len(SAME) + 3  # slugs in ASCII and in any script, lists of numbers
    for regex, found in zip(regexes, found_by_javascript(regexes), strict=True):
        expected = [bool(regex.search(text)) for text in TEXTS]
        assert found == expected, (regex.pattern, for_javascript(regex))


@pytest.mark.parametrize("pattern", LEFT_OUT)
def test_what_JavaScript_has_no_words_for_is_left_to_the_server(pattern: str) -> None:
    assert for_javascript(re.compile(pattern)) is None
