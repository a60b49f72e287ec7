"""The second factor of staff, in a site that is told to ask for it."""

import json
import re
import subprocess
import sys

import pytest

from tests.processes import ROOT, environment, manage

SIGN_IN = """
import django, io, json
django.setup()
from base64 import b32decode
from urllib.parse import parse_qs, urlsplit
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from django_otp.oath import totp

call_command("migrate", verbosity=0)
try:
    users = get_user_model().objects
    for name in ("anna", "berta"):
        users.create_superuser(name, password="right")
    printed = io.StringIO()
    call_command("two_factor", "anna", stdout=printed)
    from django_otp.plugins.otp_totp.models import TOTPDevice

    device = TOTPDevice.objects.get()
    key = b32decode(parse_qs(urlsplit(printed.getvalue().splitlines()[-1]).query)["secret"][0])
    number = totp(key)

    def number_of(name, number):
        return sign_in(name, otp_token=f"{number % 10**6:06d}", otp_device=device.persistent_id)

    def sign_in(name="anna", **fields):
        client = Client(headers={"host": "localhost"})
        asked = client.post("/admin/login/?next=/admin/", {"username": name, "password": "right", **fields})
        if not fields:
            assert device.persistent_id in asked.content.decode()
        return client.get("/admin/").status_code

    print(json.dumps({
        "password alone": sign_in(),
        "wrong number": number_of("anna", number + 1),
        "nobody's number": number_of("berta", number),
    }))
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    print(json.dumps({"right": number_of("anna", totp(key)), "again": number_of("anna", totp(key))}))
finally:
    call_command("migrate", "otp_totp", "zero", verbosity=0)
"""


@pytest.mark.django_db(transaction=True)
def test_a_password_alone_opens_nothing_and_a_number_opens_once():
    command = [sys.executable, "-c", SIGN_IN]
    said = subprocess.run(
        command, cwd=ROOT, env=environment(STAFF_TWO_FACTOR="1"), capture_output=True, text=True, check=False
    )
    assert said.returncode == 0, said.stderr
    refused, accepted = map(json.loads, said.stdout.splitlines()[-2:])
    assert set(refused.values()) == {302}
    assert accepted == {"right": 200, "again": 302}


@pytest.mark.django_db
def test_without_the_setting_there_is_no_second_factor_to_give():
    result = manage("two_factor", "anna")
    assert result.returncode == 1
    assert "Set STAFF_TWO_FACTOR=1" in result.stderr


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second_factor", [False, True])
def test_the_page_to_log_in_has_one_heading(second_factor):
    script = "from django.test import Client; print(Client().get('/admin/login/', headers={'host': 'localhost'}).text)"
    result = manage("shell", "-c", script, **({"STAFF_TWO_FACTOR": 1} if second_factor else {}))
    assert re.findall(r"<h1>\s*(.*?)\s*</h1>", result.stdout) == ["Log in"], result.stderr
