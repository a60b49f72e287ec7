"""Hostile words and addresses."""

from urllib.parse import quote

from tests.hostile import doors
from tests.hostile.case import Case

WORDS = {
    "one ordinary word": "shirts",
    "nothing": "",
    "NUL": "a\0b",
    "a quotation mark": "'",
    "a query of the database": "'; DROP TABLE catalog_product; --",
    "an operator of the index": "a & | ! <-> :* ( ) \\ 'x':*A",
    "a script": "<script>alert(1)</script>",
    "a template": "{{ 7*7 }}{% debug %}${7*7}",
    "a path": "../../etc/passwd",
    "right to left": "\u202etfih\u202c shirt",
    "invisible signs": "s\u200bh\u200di\u2060r\ufefft",
    "a flood of marks": "s" + "\u0301\u0327" * 120,
    "ligatures that grow": "\ufdfa" * 250,
    "half a letter": "\ud800",
    "not a letter": "\uffff\ufffe",
    "emoji of families": "👨‍👩‍👧‍👦" * 30,
    "Hangul in pieces": "\u1100\u1161\u11a8" * 80,
    "digits of many scripts": "१२३٤٥٦１２３",
    "letters like digits": "²③Ⅳ½" * 60,
    "capitals that change twice": "İıſßẞǰΐ" * 30,
    "one letter": "a" * 255,
    "as many words as may be": "a " * 127,
    "other words": " ".join(f"w{n}" for n in range(60)),
    "a word of quotes": "''''" * 60,
    "a word of initials": "a." * 127,
    "a word of minuses": "-" * 255,
    "minuses": "-a " * 85,
    "alternatives": "red or " * 36,
    "negations": "not " * 60,
    "without without": "without no not without " * 10,
    "and and and": "and " * 60,
    "commas": "red, " * 50,
    "prices": "under 500 " * 25,
    "a price without end": "between " + "1" * 100 + " and " + "9" * 100,
    "prices of prices": "<" * 250,
    "sizes": "size 8 " * 36,
    "a size without end": "1" * 250 + " years",
    "a code": "1-" * 127,
    "a code of pieces": "a1" * 127,
    "an exponent": "1e999 1.5E+99999",
    "letters with gaps": "n i k e " * 31,
    "slips": "shrit shirst srhit " * 12,
    "a regular expression": "(a+)+$ " * 20,
    "a format": "%s%n%x {0.__class__}",
    "a line of a log": "x\r\nSet-Cookie: a=b",
}
QUERIES = {
    "names without values": "like&look&photo&box&colour&emphasis&page",
    "a thousand values": "&".join(f"like={n}" for n in range(1000)),
    "a million letters of a value": "like=" + "a" * 100_000,
    "a seal of nonsense": "look=AAAA:BBBB",
    "a seal of NUL": "look=%00",
    "a seal of no text": "look=%ff%fe",
    "a box of NaN": "box=nan,nan,nan,nan",
    "a box of infinity": "box=inf,-inf,1e999,1",
    "a box of zeros": "box=0,0,0,0",
    "a box beyond the photo": "box=100,100,100,100",
    "a box before it": "box=-1e308,-1e308,1e308,1e308",
    "a box of many": "box=" + "1," * 1000,
    "a box of other digits": "box=\u0661,\u0662,\u0663,\u0664",
    "a box of lines": "box=1_0,1_0, 1 ,%0a1",
    "a page of many digits": "page=" + "9" * 5000,
    "a page of other digits": "page=\u0663",
    "a page before the first": "page=-99999999999999999999",
    "an emphasis of infinity": "emphasis=1e999",
    "an emphasis with a line": "emphasis=1_0",
    "a colour of NUL": "colour=%00",
    "a filter of many": "&".join(f"gender={n}" for n in range(1000)),
    "a filter of NUL": "gender=a%00b",
    "a filter of half a letter": "gender=%ed%a0%80",
    "a filter of white space": "gender=%20%20",
    "a year of nonsense": "year=1e999",
    "a year of many digits": "year=" + "9" * 5000,
    "a sort of nonsense": "sort='",
    "an order of names": "gender=Men&gender=Women&gender=Men",
    "escapes of escapes": "q=%2525252527",
    "an escape that is none": "q=%zz%&&&;;==",
    "brackets": "gender[$ne]=1&year[]=2&__proto__=x",
    "lookups": "gender__in=x&pk=1&category__parent__isnull=1",
    "a path that climbs": "category=../../admin",
    "separators": ";" * 1000,
}


def _words(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


CASES = [
    *(
        Case("words", doors.address, name, lambda text=text: _words(text), "^[0-9]+ words$")
        for name, text in WORDS.items()
    ),
    *(
        Case("query", doors.address, name, lambda text=text: text.encode(), "^[0-9]+ words$")
        for name, text in QUERIES.items()
    ),
]
SAID = [f"q={quote(_words(text))}" for text in WORDS.values()]
ASKED = [query[:8000] for query in QUERIES.values()]
ADDRESSES = [
    *(f"/products/?{query}" for query in SAID + ASKED),
    *(f"/search/photo/?{query}" for query in ASKED),
]
