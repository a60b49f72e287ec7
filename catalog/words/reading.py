"""One way of reading text, for what is indexed and for what is asked: `read` says which words a text has.

Accents, case, and the ways of writing the same letters in Unicode make no difference; hyphens, slashes, dots and all
other signs part words; an apostrophe and the dots of initials are nothing (Levi's is levis, U.S. is us). Nothing is left out
as too common: the brand ONLY and the colour Off White are words as others are.
"""

import re
import unicodedata
from functools import lru_cache

from snowballstemmer.english_stemmer import EnglishStemmer

SILENT = dict.fromkeys(
    map(
        ord,
        "'`\u00b4\u02b9\u02bc\u2018\u2019\u201b\u2032"  # apostrophes, and what is typed for them
        "\u00a9\u00ae\u2120\u2122"  # ©, ®, and the marks of trade and service
        "\u00ad\u200c\u200d\u2060\ufe0e\ufe0f\ufeff",  # what shapes text without being seen
    )
)
LETTERS = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode takes for others than their like without a stroke."""
ACCENTS = re.compile("[\u0300-\u036f]+")
INITIAL = re.compile(r"(?<![^\W_])([^\W\d_])\.(?=[^\W\d_](?![^\W_]))")
WORD = re.compile(r"[^\W_]+")
MARKED_WORD = re.compile(r"[^\W_]\S*")
STEMS = {
    "bras": "bra",
    "earring": "earring",
    "earrings": "earring",
    "legging": "legging",
    "leggings": "legging",
    "scarves": "scarf",
    "stocking": "stocking",
    "stockings": "stocking",
}
"""What the stemmer for English would take apart too far, or not far enough."""


def read(text: str) -> list[str]:
    """The words of the text, in their order: letters, digits and marks of any script, folded, not stemmed.

    Reading what was read changes nothing: `read(" ".join(read(text))) == read(text)`.
    """
    folded = INITIAL.sub(r"\1", _fold(text))
    return WORD.findall(folded) if folded.isascii() else MARKED_WORD.findall("".join(map(_spoken, folded)))


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What the forms of an English word have in common: shoe of shoes."""
    return STEMS.get(word) or EnglishStemmer().stemWord(word)


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower().replace("'", "").replace("`", "")
    folded = text.translate(SILENT)
    for _ in range(2):
        folded = unicodedata.normalize("NFKD", folded).casefold()
    return ACCENTS.sub("", unicodedata.normalize("NFKD", folded)).translate(SILENT).translate(LETTERS)


def _spoken(sign: str) -> str:
    """The sign where words are made of its like, a space elsewhere."""
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    return sign if category[0] in "LN" or category in ("Mn", "Mc") else " "
