"""The doors of the shop that files come to, each as a function from a file to what came of it, in a few words.

They raise nothing but what is a fault of the shop.
"""

import tempfile
from collections import Counter
from pathlib import Path

import django

django.setup()

from django.http import QueryDict

from catalog.addresses import SkuConverter
from catalog.importing.formats import read_table
from catalog.importing.pictures import Pictures
from catalog.importing.reading import RowReader, StyleRow, guess_mapping, read_rows
from catalog.importing.survey import Survey, take_survey
from catalog.importing.tables import Table, UnusableFile, copy_records
from catalog.pictures.decoding import UnreadablePicture, begins_as_picture, read_picture, suffix_of
from catalog.words.reading import read
from recommender.photo.query import PhotoQuery


def table(path: Path) -> str:
    """As the import desk reads a table: copied, surveyed, and each row made a product or an issue."""
    try:
        source = read_table(path)
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "records.jsonl"
            copy_records(source, copy)
            mapping = guess_mapping(source.header)
            records = Table(copy, source.header, source.separator)
            with records.records() as found:
                survey = Survey.from_json(take_survey(found, mapping, width=len(source.header)).to_json())
            reader = RowReader(source.header, source.separator, mapping, repair=True, survey=survey)
            with records.records() as found:
                came = Counter("rows" if isinstance(row, StyleRow) else row.kind for row in read_rows(found, reader))
    except UnusableFile as error:
        return _sentence(str(error))
    issues = ", ".join(f"{count} {kind}" for kind, count in sorted(came.items()) if kind != "rows")
    return f"{came['rows']} rows" + (f", {issues}" if issues else "")


def pictures(path: Path) -> str:
    """As an import takes the pictures of a zip: listed, and the bytes of each unpacked."""
    try:
        with Pictures(path) as found:
            reasons = Counter(refused.reason for refused in found.refused)
            unpacked = 0
            for file in found.files:
                try:
                    unpacked += bool(file.read())
                except OSError as error:
                    reasons[str(error)] += 1
    except UnusableFile as error:
        return _sentence(str(error))
    refused = "; ".join(f"{count} {reason}" for reason, count in sorted(reasons.items()))
    return f"{unpacked} pictures" + (f", refused: {refused[:1000]}" if refused else "")


def picture(path: Path) -> str:
    """As a photo or a product's picture is decoded."""
    content = path.read_bytes()
    try:
        suffix = suffix_of(content, ".jpg")
        found = read_picture(content)
    except UnreadablePicture as error:
        return _sentence(str(error))
    assert begins_as_picture(content[:64]), "it is read, and does not begin as a picture"
    assert found.mode == "RGB"
    return f"{found.width} x {found.height} {suffix}"


def address(path: Path) -> str:
    """As the query of an address is read, for words and for photos; in what it makes of it nothing changes again."""
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    words = read(text[:255])
    assert read(" ".join(words)) == words, f"{words} are read otherwise once they are read"
    query = PhotoQuery.parse(QueryDict(text.encode("utf-8", "replace")))
    again = PhotoQuery.parse(QueryDict(query.address().partition("?")[2]))
    assert again.address() == query.address(page=again.page), f"{query} is another one in its own address"
    converter = SkuConverter()
    sku = text[:64].replace("\0", "").encode("utf-8", "replace").decode()
    if sku:
        assert converter.to_python(converter.to_url(sku)) == sku, f"{sku!r} is another id in its address"
    return f"{len(words)} words"


def _sentence(text: str) -> str:
    """What a person is told: never many lines, never without end."""
    assert len(text) < 1000, f"a sentence of {len(text)} characters: {text[:100]}"
    assert text.isprintable(), f"a sentence with signs that cannot be seen: {text!r}"
    return f"refused: {text}"
