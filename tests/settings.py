"""The site's settings for the tests: a folder for everything that is made while they run, for each process of them."""

import os
from pathlib import Path

# Whatever the environment says: the tests begin by emptying these.
os.environ["VAR_DIR"] = str(
    Path(__file__).resolve().parent.parent / "var" / "tests" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
)
os.environ["MEDIA_ROOT"] = os.path.join(os.environ["VAR_DIR"], "media")

from fashionsite.settings import *  # noqa: F403
from fashionsite.settings import CACHES, DATABASES, INSTALLED_APPS, LIMITS, STORAGES

# Nobody's data: no commit waits for the disk.
DATABASES["default"].setdefault("OPTIONS", {})["options"] = "-c synchronous_commit=off"
INSTALLED_APPS = ["tests", *INSTALLED_APPS]
"""With their own flush"""
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The hashed names of collected files need a collectstatic that the tests do not.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# The tests' own photos and counts. They ask much from one address.
CACHES = {
    **CACHES,
    "photos": {**CACHES["photos"], "LOCATION": f"{CACHES['photos']['LOCATION']}-tests"},
    "limits": {**CACHES["limits"], "LOCATION": f"{CACHES['photos']['LOCATION']}-tests/limits"},
}
LIMITS = {**dict.fromkeys(LIMITS, None), "photos": os.environ.get("PHOTO_RATE")}
# Tests of the statistics turn them on.
STATISTICS_DAYS = 0
