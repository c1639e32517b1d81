"""What `docs/testing.md` shows is run, so that it stays true."""

import re
import unittest
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def cases() -> list[type[unittest.TestCase]]:
    """The classes of the page, in one namespace, as if it were one module."""
    namespace: dict[str, Any] = {"__name__": "testing_page"}
    exec(compile("\n".join(EXAMPLES), str(PAGE), "exec"), namespace)
    return [
        value
        for value in namespace.values()
        if isinstance(value, type) and issubclass(value, unittest.TestCase) and value.__module__ == "testing_page"
    ]


@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_page_pass() -> None:
    suite = unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(case) for case in cases())
    result = unittest.TestResult()
    suite.run(result)
    assert not result.errors + result.failures, "\n".join(text for _, text in result.errors + result.failures)
    assert result.testsRun == 10
