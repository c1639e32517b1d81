#!/usr/bin/env python
"""Django's command line for the demo project."""

import os
import sys


def main() -> None:
    settings = "settings.test" if sys.argv[1:2] == ["test"] else "settings.development"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    try:
        from django.core.management import execute_from_command_line
    except ImportError as error:
        raise SystemExit(
            "Django is not installed for this Python. Run `make run` once, then use .venv/bin/python manage.py."
        ) from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
