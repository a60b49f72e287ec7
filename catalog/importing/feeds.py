"""Product feeds as Google Merchant Center takes them: RSS 1.0 and 2.0 and Atom, with elements of Google's namespace.

The columns are the attributes as Google names them: https://support.google.com/merchants/answer/7052112.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser
from django.utils.translation import gettext

from catalog.importing.tables import COLUMNS_LIMIT, RECORD_LIMIT, Record, Source, UnusableFile
from catalog.numbers import grouped

GOOGLE = "http://base.google.com/ns/1.0"
ROOTS = frozenset({"rss", "rdf:RDF", "feed"})
ITEMS = frozenset({"item", "entry", "product"})
SEVERAL = frozenset({"additional_image_link"})
"""Of these all count, separated by commas; of others that come several times, the first."""
DEPTH_LIMIT = 50
TAG_LIMIT = 4_000_000
"""Bytes, as a tag is kept until its end"""
CHUNK_BYTES = 64 * 1024

Item = dict[str, str] | None
"""From attributes to texts; None where they are too long."""


def read_feed(path: Path) -> Source:
    """The table of a feed: a row for each item, the first one in line 2. Raises UnusableFile."""
    columns: dict[str, None] = {}
    # No element says beforehand which ones the others have.
    for item in _items(path):
        columns.update(dict.fromkeys(item or ()))
        if len(columns) > COLUMNS_LIMIT:
            break
    if not columns:
        raise UnusableFile(gettext("{file} is a feed without products").format(file=path.name))
    source = Source(gettext("a product feed"), list(columns), iter(()), encoding="xml", lines=1)
    source.records = _records(path, source)
    return source


def _records(path: Path, source: Source) -> Iterator[Record]:
    for source.lines, item in enumerate(_items(path), 2):
        if item is None:
            yield Record(
                source.lines, [], gettext("it is longer than {most} characters").format(most=grouped(RECORD_LIMIT))
            )
        else:
            yield Record(source.lines, [item.get(column, "") for column in source.header])


def _items(path: Path) -> Iterator[Item]:
    handler = _Feed(path.name)
    parser = DefusedExpatParser(forbid_dtd=False, forbid_entities=True, forbid_external=True)
    parser.setContentHandler(handler)
    try:
        with path.open("rb") as stream:
            # Scripts put an empty line before the declaration.
            parser.feed(stream.read(CHUNK_BYTES).removeprefix(codecs.BOM_UTF8).lstrip())
            yield from handler.take()
            silent = 0
            while chunk := stream.read(CHUNK_BYTES):
                parser.feed(chunk)
                yield from handler.take()
                silent = 0 if handler.has_heard() else silent + len(chunk)
                if silent > TAG_LIMIT:
                    raise UnusableFile(
                        gettext("{file} has a tag or a comment of more than {most} bytes").format(
                            file=path.name, most=grouped(TAG_LIMIT)
                        )
                    )
        parser.close()
        yield from handler.take()
    except DefusedXmlException as error:
        raise UnusableFile(
            gettext("{file} defines entities of its own, which no feed needs; export it anew").format(file=path.name)
        ) from error
    except SAXException as error:
        where = gettext("line {line}").format(line=parser.getLineNumber())
        raise UnusableFile(
            gettext("{file} is not well-formed XML ({error}, {where}); export it anew, as a whole").format(
                file=path.name, error=error.getMessage(), where=where
            )
        ) from error
    except (LookupError, ValueError) as error:
        raise UnusableFile(
            gettext("{file} is in an encoding that is not known here; export it as UTF-8").format(file=path.name)
        ) from error


class _Feed(ContentHandler):
    """Collects the items of a feed. Raises UnusableFile where it is none."""

    def __init__(self, file_name: str) -> None:
        super().__init__()
        self._file_name = file_name
        self._depth, self._google = 0, "g"
        self._found: list[Item] = []
        # From an attribute to its texts and whether they are Google's, which are those that count.
        self._item: dict[str, tuple[list[str], bool]] | None = None
        self._item_depth = 0
        self._text: list[str] = []
        self._length = 0
        self._has_heard = False

    def has_heard(self) -> bool:
        """Whether there was anything since the last call."""
        heard, self._has_heard = self._has_heard, False
        return heard

    def take(self) -> list[Item]:
        """The items since the last call."""
        found, self._found = self._found, []
        return found

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        self._has_heard = True
        if self._depth == 0 and name not in ROOTS:
            raise UnusableFile(
                gettext(
                    "{file} is XML of {root!r}, and of XML only product feeds (RSS or Atom) are read; export "
                    "the products as csv, as xlsx or as a feed for Google Merchant Center"
                ).format(file=self._file_name, root=name[:50])
            )
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise UnusableFile(
                gettext("{file} is nested too deeply for a feed; export the products as csv").format(
                    file=self._file_name
                )
            )
        for attribute, value in attrs.items():
            if attribute.startswith("xmlns:") and value.rstrip("/") == GOOGLE:
                self._google = attribute.removeprefix("xmlns:")
        if self._item is None and name in ITEMS:
            self._item, self._item_depth, self._length = {}, self._depth, 0
        elif self._item is not None:
            if self._depth == self._item_depth + 1:
                self._text = [attrs["href"]] if name == "link" and "href" in attrs else []
            elif self._text:
                # An attribute of several parts is written with colons where it is a single text.
                self._text.append(":")

    def characters(self, content: str) -> None:
        self._has_heard = True
        if self._item is not None and self._depth > self._item_depth:
            self._length += len(content)
            if self._length <= RECORD_LIMIT:
                self._text.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        if self._item is not None:
            if self._depth == self._item_depth + 1:
                self._note(self._item, name)
            elif self._depth == self._item_depth:
                item = {column: ",".join(texts) for column, (texts, _) in self._item.items()}
                self._found.append(item if self._length <= RECORD_LIMIT else None)
                self._item = None
        self._depth -= 1

    def _note(self, item: dict[str, tuple[list[str], bool]], name: str) -> None:
        prefix, _, column = name.rpartition(":")
        if prefix not in ("", self._google):
            return
        text, is_googles = " ".join("".join(self._text).split()), bool(prefix)
        known, known_is_googles = item.get(column, ([], False))
        if column in SEVERAL and known and text:
            known.append(text)
            item[column] = (known, is_googles)
        elif not known or is_googles > known_is_googles:
            item[column] = ([text] if text else [], is_googles)
