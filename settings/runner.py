"""Lets `manage.py test` run the same suite as pytest does."""

from typing import Any


class PytestRunner:
    """Hands over to pytest: labels are its paths or node ids, `-k`, `-v`, `--failfast` keep their meaning.

    Pattern from the pytest-django FAQ. Exit status is the number pytest gives.
    """

    def __init__(self, verbosity: int = 1, failfast: bool = False, keepdb: bool = False, **options: Any) -> None:
        self.verbosity = verbosity
        self.failfast = failfast
        self.keepdb = keepdb
        self.test_name_patterns: list[str] | None = options.get("test_name_patterns")

    @classmethod
    def add_arguments(cls, parser: Any) -> None:
        parser.add_argument("--keepdb", action="store_true", help="Keep the test database between runs.")
        parser.add_argument("-k", dest="test_name_patterns", action="append", help="Only tests whose names match.")

    def run_tests(self, test_labels: list[str], **kwargs: Any) -> int:
        import pytest

        argv = list(test_labels)
        if not any("browser" in label for label in test_labels):
            argv.append("-m=not browser")  # those need Chromium and the built client: `make test-browser`
        if self.verbosity == 0:
            argv.append("--quiet")
        elif self.verbosity >= 2:
            argv.append("-" + "v" * (self.verbosity - 1))
        if self.failfast:
            argv.append("--exitfirst")
        if self.keepdb:
            argv.append("--reuse-db")
        if self.test_name_patterns:
            argv.append("-k=" + " or ".join(self.test_name_patterns))
        return int(pytest.main(argv))
