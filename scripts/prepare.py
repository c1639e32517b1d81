"""What `make run` does to the database before it serves: tables, a demo catalogue if there is none, demo users."""

import os
import sys

import django
from django.core.management import CommandError, call_command
from django.db import OperationalError


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.development")
    django.setup()
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("seedcatalog", "--products", os.environ.get("DEMO_PRODUCTS", "500"), "--if-empty")
        call_command("demousers")
    except OperationalError as error:
        print(f"The database does not answer, check DATABASE_URL: {error}", file=sys.stderr)
    except CommandError as error:
        print(error, file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
