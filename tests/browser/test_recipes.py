"""The recipes for programs do what they say, run as they stand in the documentation."""

import json
import os
import re
import subprocess
import sys

import pytest

from fashionsite.api.models import Key
from tests.browser.shop import look_of, photo
from tests.factories import searchable_products
from tests.processes import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
RECIPES = dict(re.findall(r"```(sh|python|js)\n(.*?)```", (ROOT / "docs" / "recipes.md").read_text(), re.DOTALL))


@pytest.fixture
def shop(live_server, tmp_path):
    """Products, and a folder with a photo of one of them, in which a recipe runs with the shop's address and a key."""
    product, *_ = searchable_products(4)
    (tmp_path / "photo.jpg").write_bytes(photo(look_of(product))["buffer"])
    _, key = Key.make(name="a program", may_write=True)

    def run(*command: str) -> str:
        told = {**os.environ, "SHOP": live_server.url, "KEY": key}
        result = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    return run


def test_curl(shop):
    # Nobody embeds it here.
    script = RECIPES["sh"].replace("wait=30", "wait=0").replace('"15970"', '"P9"').replace("15970", "P0")
    written, similar, *found = (
        json.loads(line) for line in shop("bash", "-ec", script.replace('"$SHOP', "-w '\\n' \"$SHOP")).splitlines()
    )
    assert [(one["sku"], one["outcome"]) for one in written["results"]] == [("P9", "created")]
    assert len(similar["results"]) == 3
    assert [one["results"][0]["product"]["sku"] for one in found] == ["P0", "P0"]


def test_python(shop):
    written, listed, found = shop(sys.executable, "-c", RECIPES["python"]).splitlines()
    assert written == "['created']"
    assert "15971" in listed
    assert found.startswith("close [('P0', ")


def test_javascript(browser, live_server):
    product, *_ = searchable_products(4)
    _, key = Key.make(name="a page")
    page = browser.new_page()
    page.goto(f"{live_server.url}/healthz")
    script = f"""async ({{ SHOP, KEY, bytes }}) => {{
      {RECIPES["js"]}
      const file = new File([new Uint8Array(bytes)], "photo.jpg", {{ type: "image/jpeg" }});
      return [await photo(file), await words("Product"), await similar("P0")];
    }}"""
    told = {"SHOP": live_server.url, "KEY": key, "bytes": list(photo(look_of(product))["buffer"])}
    by_photo, by_words, alike = page.evaluate(script, told)
    assert by_photo["results"][0]["product"]["sku"] == product.sku
    assert len(by_words["results"]) == len(alike["results"]) == 3
    page.close()
