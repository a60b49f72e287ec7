"""The settings of the shop that is hurt: the site's own, but for files of pages, which need not be collected."""

from fashionsite.settings import *  # noqa: F403
from fashionsite.settings import LIMITS, STORAGES

STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# All visitors of the campaign come from one address.
LIMITS = dict.fromkeys(LIMITS, None)
