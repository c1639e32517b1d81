"""The test suites: a database of their own, fast password hashes, no throttle between tests."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from settings.base import *  # noqa: F403
from settings.base import DATABASES, INSTALLED_APPS, Q_CLUSTER, env

DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "tests.wire"]
SECRET_KEY = "tests-only-" + "x" * 50
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SCRATCH = Path(tempfile.mkdtemp(prefix="haversack-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
MEDIA_ROOT = SCRATCH / "media"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

DATABASES["default"].pop("CONN_MAX_AGE", None)
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # One server, several checkouts and runs: nobody drops the database that another is testing on.
    DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DATABASE_NAME", default=f"test_haversack_{os.getpid()}")}
    DATABASES["default"]["ENGINE"] = "tests.postgresql"
    # What tests commit need not survive a crash of the server, so nobody waits for the disk.
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
Q_CLUSTER["sync"] = True

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, as in real life: a database in memory has no write-ahead log, and so no snapshots.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.sqlite3")}

TEST_RUNNER = "settings.runner.PytestRunner"
