"""Hostile feeds."""

from tests.hostile import doors
from tests.hostile.case import makers

START = b'<?xml version="1.0"?>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10)).encode()


def feed(*items: bytes, start: bytes = START) -> bytes:
    return start + b"<rss><channel>" + b"".join(b"<item>" + item + b"</item>" for item in items) + b"</channel></rss>"


case, slow = makers("feed", doors.table)


ID = b"<id>1</id>"
CASES = [
    case("one ordinary item", lambda: feed(ID), "^1 rows$"),
    case(
        "a billion laughs",
        lambda: START + b'<!DOCTYPE rss [<!ENTITY l0 "ha">' + LAUGHS + b"]><rss>&l9;</rss>",
        "entities",
    ),
    case(
        "one huge entity",
        lambda: START + b'<!DOCTYPE rss [<!ENTITY a "' + b"a" * 1_000_000 + b'">]><rss>' + b"&a;" * 9999,
        "entities",
    ),
    case(
        "a file of the server's",
        lambda: START + b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss>&x;</rss>',
        "entities",
    ),
    case(
        "a parameter entity",
        lambda: START + b'<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1/"> %x;]><rss/>',
        "entities",
    ),
    case("a DTD from elsewhere", lambda: START + b'<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd"><rss/>', "refused"),
    case("an entity of nobody's", lambda: feed(b"<id>&nobody;</id>"), "not well-formed|^1 rows|0 rows"),
    case("a deep tree", lambda: START + b"<rss>" + b"<a>" * 1_000_000, "refused: input is nested too deeply"),
    case("a deep item", lambda: feed(b"<a>" * 60 + b"</a>" * 60), "refused: input is nested too deeply"),
    case(
        "a huge attribute",
        lambda: START + b'<rss><item id="' + b"x" * 16_000_000 + b'"/></rss>',
        "tag or a comment of more than",
    ),
    case("an attribute at the limit", lambda: START + b'<rss><item id="' + b"x" * 3_900_000 + b'"/></rss>', "refused"),
    slow(
        "many attributes",
        lambda: START + b"<rss><item " + b" ".join(b'a%d="x"' % n for n in range(250_000)) + b"/></rss>",
        "refused",
    ),
    case("attributes twice", lambda: START + b'<rss><item a="1" a="2"/></rss>', "not well-formed XML"),
    slow(
        "colliding attributes",
        lambda: START + b"<rss>" + b"".join(b"<a b%d='x'/>" % n for n in range(200_000)) + b"</rss>",
        "without products",
    ),
    case("a comment without end", lambda: START + b"<rss><!--" + b"x" * 16_000_000, "tag or a comment of more than"),
    case("a CDATA without end", lambda: START + b"<rss><item><id><![CDATA[" + b"x" * 16_000_000, "refused"),
    case(
        "an instruction without end", lambda: START + b"<rss><?x " + b"x" * 16_000_000, "tag or a comment of more than"
    ),
    case("a name of 16 MB", lambda: START + b"<rss><" + b"x" * 16_000_000, "tag or a comment of more than"),
    case("a value of 16 MB", lambda: feed(b"<id>" + b"x" * 16_000_000 + b"</id>", ID), "1 unreadable row"),
    slow("a value of a million pieces", lambda: feed(b"<id>" + b"&lt;" * 1_100_000 + b"</id>", ID), "1 unreadable row"),
    slow("a value of a million tags", lambda: feed(b"<id>" + b"<a/>" * 1_000_000 + b"</id>", ID), "rows"),
    slow("a value of small tags", lambda: feed(b"<id>1" + b"<a/>" * 1_000_000 + b"</id>", ID), "rows|unreadable"),
    slow(
        "many pictures of an item",
        lambda: feed(ID + b"<additional_image_link>http://x/</additional_image_link>" * 30_000),
        "rows|unreadable",
    ),
    slow(
        "very many pictures of an item",
        lambda: feed(ID + b"<additional_image_link>a</additional_image_link>" * 500_000),
        "rows|unreadable",
    ),
    slow(
        "a million columns",
        lambda: feed(b"".join(b"<c%d>x</c%d>" % (n, n) for n in range(200_000))),
        "1,000 are the limit",
    ),
    case(
        "columns by the item",
        lambda: feed(*(b"<id>%d</id><c%d>x</c%d>" % (n, n, n) for n in range(3000))),
        "1,000 are the limit",
    ),
    slow("many empty items", lambda: feed(*[b""] * 200_000), "without products"),
    slow("many items", lambda: feed(*(b"<id>%d</id>" % n for n in range(60_000))), "^60000 rows$"),
    slow(
        "wide and many",
        lambda: feed(b"".join(b"<c%d>x</c%d>" % (n, n) for n in range(999)), *[ID] * 10_000),
        "rows|refused|no column",
    ),
    case("another root", lambda: START + b"<catalog><item/></catalog>", "is XML of 'catalog'"),
    case("a root with a huge name", lambda: START + b"<" + b"x" * 100_000 + b"/>", "is XML of 'x+'"),
    case("a root with a right-to-left name", lambda: START + "<א\u0300/>".encode(), "is XML of"),
    case("Google's name for another namespace", lambda: feed(b'<g:id xmlns:g="urn:x">1</g:id>'), "^1 rows$"),
    case("a prefix that nobody declared", lambda: feed(b"<zz:id>1</zz:id>", ID), "rows"),
    case(
        "an encoding that there is not",
        lambda: feed(ID, start=b'<?xml version="1.0" encoding="klingon"?>'),
        "refused: input is in an encoding",
    ),
    case(
        "an encoding that lies",
        lambda: feed(b"<id>\xff</id>", start=b'<?xml version="1.0" encoding="utf-8"?>'),
        "not well-formed XML",
    ),
    case("UTF-7", lambda: feed(ID, start=b'<?xml version="1.0" encoding="utf-7"?>'), "refused"),
    case(
        "UTF-16",
        lambda: feed(ID, start=b'<?xml version="1.0" encoding="utf-16"?>').decode().encode("utf-16"),
        "^1 rows$",
    ),
    case("two roots", lambda: feed(ID) + feed(ID), "not well-formed XML"),
    case("cut off", lambda: feed(ID)[:-20], "not well-formed XML"),
    case("NUL", lambda: feed(b"<id>\0</id>"), "not well-formed XML"),
    case("an id of control signs", lambda: feed(b"<id>&#x202e;1&#133;</id>", ID), "^1 rows, 1 |^2 rows$"),
    case("no XML at all", lambda: b"<?xml" + b"<" * 1_000_000, "not well-formed XML|refused"),
]
