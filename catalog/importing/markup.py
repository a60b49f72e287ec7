"""From the descriptions of merchants, be they HTML or not, to plain text with line breaks."""

import re
from html.parser import HTMLParser

from catalog.importing.tables import printable
from catalog.terms import DESCRIPTION_LENGTH

READ = 100_000
"""Characters; no description needs more markup."""
PARAGRAPHS = frozenset({"p", "div", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "section", "blockquote"})
LINES = frozenset({"br", "li", "tr", "dt", "dd", "hr", "option"})
UNREAD = frozenset({"script", "style", "head", "template", "noscript", "svg"})
_MARKUP = re.compile(r"<[a-z/!]|&(?:[a-z]{2,8}|#x?[0-9a-f]{1,6});", re.IGNORECASE)
_MARKED = re.compile(r"<!\[+")
_UNSEEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")


def plain_text(text: str) -> str:
    """The text without markup, a line for each of its lines, and no longer than a description may be."""
    text = text[:READ].replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        # WooCommerce writes the line breaks of a cell so.
        text = text.replace("\\n", "\n")
    if _MARKUP.search(text):
        text = _without_markup(text)
    lines = (" ".join(line.split()) for line in _UNSEEN.sub("", printable(text)).split("\n"))
    return _cut(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def _without_markup(html: str) -> str:
    reader = _Text()
    # A marked section, which HTML has none of, is a comment to browsers, and where it is broken an error to the parser.
    # What is not finished at the end is left out, as by browsers: read as text it takes the square of its length.
    reader.feed(_MARKED.sub("<!", html) + "\n")
    return "".join(reader.parts)


def _cut(text: str) -> str:
    if len(text) <= DESCRIPTION_LENGTH:
        return text
    return text[: DESCRIPTION_LENGTH - 1].rsplit(maxsplit=1)[0] + "…"


class _Text(HTMLParser):
    """Collects what a browser would show."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in UNREAD:
            self._unread += 1
        self._break(tag)
        if tag == "li":
            self.parts.append("• ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNREAD:
            self._unread = max(0, self._unread - 1)
        elif tag in PARAGRAPHS:
            self._break(tag)

    def handle_data(self, data: str) -> None:
        if not self._unread:
            # Line breaks of the markup are spaces to a reader.
            self.parts.append(re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        if tag in PARAGRAPHS:
            self.parts.append("\n\n")
        elif tag in LINES:
            self.parts.append("\n")
