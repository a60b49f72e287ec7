"""Makes the first administrator."""

import secrets

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Makes an administrator with a generated password, and prints it, when there is none yet."

    def handle(self, **_) -> None:
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(12)
        users.create_superuser("admin", password=password)
        self.stdout.write(f"Administrator made: login admin, password {password} (shown only this once)")
