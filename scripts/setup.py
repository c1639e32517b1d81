"""Makes what `make run` and `make test` need. This file runs on any Python, so that an old one can be told so."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  (the whole point: the rest does not even parse on those)
    sys.exit(
        "Haversack needs Python 3.11 or newer and this is Python %d.%d: install one, "  # noqa: UP031
        "or name it with PYTHON=/path/to/python3.11." % sys.version_info[:2]
    )

if __name__ == "__main__":
    from scripts.environment import main

    sys.exit(main())
