"""Gives somebody of the staff a second factor."""

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction


class Command(BaseCommand):
    help = "Makes the second factor of a person of the staff anew, and prints what an authenticator needs to know."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="the name that the person signs in with")

    @transaction.atomic
    def handle(self, name: str, **_) -> None:
        if not apps.is_installed("django_otp.plugins.otp_totp"):
            raise CommandError("Set STAFF_TWO_FACTOR=1, and run manage.py migrate first.")
        user = get_user_model().objects.filter(username=name, is_staff=True).first()
        if user is None:
            raise CommandError(f"Nobody of the staff signs in as {name}.")
        from django_otp.plugins.otp_totp.models import TOTPDevice

        TOTPDevice.objects.filter(user=user).delete()
        device = TOTPDevice.objects.create(user=user, name="authenticator")
        self.stdout.write(
            f"Add this to the authenticator of {name}. It is shown only this once; an earlier one is worth nothing now."
        )
        self.stdout.write(device.config_url)
