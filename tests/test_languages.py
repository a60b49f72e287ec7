"""The shop in other languages: every text is there in German, and pages are written the way that their language is."""

import gettext
import re
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.test import Client
from django.utils.translation import override

from catalog.importing.forms import MappingForm
from catalog.importing.models import ImportSource
from tests.factories import ProductFactory
from tests.processes import ROOT

LOCALE = ROOT / "fashionsite" / "locale"
NOT_THE_SHOPS = ["tests", "var", "media", "locale"]
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%%|%\w|\{\w+(?:![a-z])?(?::[^}]*)?\}|</?\w+[^>]*>")
REPORTS_OF_COMMANDS = {ROOT / "templates" / "recommender" / f"{name}.html" for name in ("benchmark", "evaluation")}
"""English, as commands are"""
TEMPLATES = sorted({*(ROOT / "templates").rglob("*.*")} - REPORTS_OF_COMMANDS)
OF_TEMPLATES = re.compile(r"{% blocktranslate.*?{% endblocktranslate %}|{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
MARKUP = re.compile(r"<code>.*?</code>|<[^>]*>|&\w+;", re.DOTALL)
SPOKEN_ATTRIBUTE = re.compile(r'\s(?:aria-label|placeholder|title|alt)="([^"]*[a-z]{2}[^"]*)"')
SECONDS = {"s"}
ON_A_PHOTO = ROOT / "static" / "css" / "photo_results.css"
SIDES = re.compile(
    r"(?:margin|padding|border)-(?:left|right)\b|text-align: (?:left|right)\b|^\s*(?:left|right):", re.MULTILINE
)
LANGUAGES = sorted(folder.name for folder in LOCALE.iterdir())


def catalogue(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream)


def forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    """One of a text, several of one that counts."""
    return [text] if isinstance(text, str) else list(text)


def messages(language: str) -> list[Message]:
    return [message for message in catalogue(LOCALE / language / "LC_MESSAGES" / "django.po") if message.id]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.stem)
def test_no_text_of_a_template_stands_there_as_it_is(template):
    markup = OF_TEMPLATES.sub("", template.read_text())
    assert SPOKEN_ATTRIBUTE.findall(markup) == []
    assert set(re.findall(r"[^\W\d_]+", MARKUP.sub(" ", markup))) - SECONDS == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language, tmp_path, settings, monkeypatch):
    settings.LOCALE_PATHS = [tmp_path]
    (tmp_path / language / "LC_MESSAGES").mkdir(parents=True)
    monkeypatch.chdir(ROOT)
    call_command("makemessages", locale=[language], ignore_patterns=NOT_THE_SHOPS, no_location=True, verbosity=0)
    found = {
        (message.context, *forms(message.id)) for message in catalogue(tmp_path / language / "LC_MESSAGES/django.po")
    } - {(None, "")}
    known = {(message.context, *forms(message.id)): message for message in messages(language)}
    assert len(found) > 900
    assert found - known.keys() == set(), "run makemessages and translate these"
    assert known.keys() - found == set(), "nothing says these any more: run makemessages"
    assert [key for key, message in known.items() if message.fuzzy or not all(forms(message.string))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language):
    compiled = gettext.translation("django", LOCALE, [language])
    for message in messages(language):
        one, *more = forms(message.id)
        if more and message.context:
            told = [compiled.npgettext(message.context, one, *more, number) for number in (1, 2)]
        elif more:
            told = [compiled.ngettext(one, *more, number) for number in (1, 2)]
        elif message.context:
            told = [compiled.pgettext(message.context, one)]
        else:
            told = [compiled.gettext(one)]
        assert told == forms(message.string), "run compilemessages"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_what_is_filled_in(language):
    for message in messages(language):
        wanted = [sorted(PLACEHOLDER.findall(text)) for text in forms(message.id)]
        told = [sorted(PLACEHOLDER.findall(text)) for text in forms(message.string)]
        assert told == wanted, message.id


def test_german_quotation_marks_open_below():
    texts = [text for message in messages("de") for text in forms(message.string)]
    assert [text for text in texts if text.count("„") != text.count("“") or "”" in text] == []


@pytest.mark.django_db
def test_a_shop_speaks_german(client, settings):
    ProductFactory(name="Hemd", price=Decimal("1299"), currency="EUR")
    settings.LANGUAGE_CODE = "de"
    response = client.get("/products/")
    page = response.content.decode()
    assert '<html lang="de" dir="ltr">' in page
    assert "1 Produkt" in page
    assert "1.299,00\xa0€" in page
    assert "Accept-Language" not in response.headers.get("Vary", "")
    assert "Diese Seite gibt es hier nicht." in client.get("/nowhere/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "language"), [("de-AT,de;q=0.9,en;q=0.8", "de"), ("en-GB", "en"), ("fr", "en"), (None, "en")]
)
def test_the_administration_speaks_its_readers_language_and_the_shop_its_own(client, asked, language):
    headers = {"Accept-Language": asked} if asked else {}
    response = client.get("/admin/login/", headers=headers)
    assert f'<html lang="{language}' in response.content.decode()
    assert "Accept-Language" in response.headers["Vary"]
    assert '<html lang="en" dir="ltr">' in client.get("/products/", headers=headers).content.decode()


@pytest.mark.django_db
def test_numbers_of_drawings_are_for_browsers_in_every_language(admin_client: Client, settings, counting):
    ProductFactory.create_batch(3)
    settings.LANGUAGE_CODE = "de"
    for _ in range(3):
        Client().get("/products/?q=shirt", headers={"User-Agent": "Mozilla/5.0"})
    page = admin_client.get("/admin/statistics/searchedwords/").content.decode()
    drawn = re.findall(r'<rect [^>]*(?:x|y|height)="([^"]*)"', page)
    assert drawn
    assert [number for number in drawn if "," in number] == []


@pytest.mark.django_db
def test_a_language_from_the_right_turns_the_page(client, settings):
    settings.LANGUAGE_CODE = "ar"
    assert '<html lang="ar" dir="rtl">' in client.get("/").content.decode()


def test_styles_go_with_the_direction_of_the_page():
    styles = (ROOT / "static" / "css").rglob("*.css")
    named = {file.name: SIDES.findall(file.read_text()) for file in styles if file != ON_A_PHOTO}
    assert {name: sides for name, sides in named.items() if sides} == {}


def test_what_a_column_may_be_and_the_days_of_a_week_are_named_in_german():
    with override("de"):
        german = {name: str(label) for name, label in MappingForm.LABELS.items()}
        days = [str(label) for label in ImportSource.Weekday.labels]
    same = {name for name, label in MappingForm.LABELS.items() if str(label) == german[name]}
    assert same <= {"name", "status", "link"}
    assert days[0] == "Montag"
