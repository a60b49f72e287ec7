"""The site's settings for the tests: a folder for everything that is made while they run, for each process of them."""

import os
from pathlib import Path

# Whatever the environment says: the tests begin by emptying these.
os.environ["VAR_DIR"] = str(
    Path(__file__).resolve().parent.parent / "var" / "tests" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
)
os.environ["MEDIA_ROOT"] = os.path.join(os.environ["VAR_DIR"], "media")

from fashionsite.settings import *  # noqa: F403
from fashionsite.settings import CACHES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The hashed names of collected files need a collectstatic that the tests do not.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# The tests' own photos, of which there are many from one address.
CACHES = {**CACHES, "photos": {**CACHES["photos"], "LOCATION": f"{CACHES['photos']['LOCATION']}-tests"}}
PHOTO_RATE = os.environ.get("PHOTO_RATE", "10000/min")
# Tests of the statistics turn them on.
STATISTICS_DAYS = 0
