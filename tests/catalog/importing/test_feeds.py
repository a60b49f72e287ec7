"""Product feeds for Google Merchant Center: https://support.google.com/merchants/answer/160589 and 160593."""

import pytest

from catalog.importing.formats import read_table
from catalog.importing.reading import StyleRow, read_styles
from catalog.importing.tables import UnusableFile

RSS = """<?xml version="1.0"?>
<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0">
<channel>
<title>Example - Online Store</title>
<link>http://www.example.com/</link>
<description>What the shop sells</description>
<item>
<g:id>TV/01</g:id>
<title>Another title</title>
<g:title>Men's Pique &amp; Polo</g:title>
<g:description><![CDATA[Red, <b>soft</b>]]></g:description>
<g:link>http://www.example.com/1</g:link>
<g:image_link>http://www.example.com/1.jpg</g:image_link>
<g:additional_image_link>http://www.example.com/1b.jpg</g:additional_image_link>
<g:additional_image_link>http://www.example.com/1c.jpg</g:additional_image_link>
<g:price>15.00 USD</g:price>
<g:shipping><g:country>US</g:country><g:service>Standard</g:service><g:price>4.95 USD</g:price></g:shipping>
<g:google_product_category>Apparel &amp; Accessories &gt; Clothing &gt; Shirts &amp; Tops</g:google_product_category>
<g:product_type>Home &gt; Men &gt; Shirts &gt; Polo Shirts</g:product_type>
<g:product_type>Sale</g:product_type>
<g:color>Red</g:color>
<g:gender>male</g:gender>
</item>
<item><g:id>2</g:id><g:title>Skirt</g:title><g:gender>female</g:gender><g:google_product_category>1581
</g:google_product_category><c:other xmlns:c="http://example.com/c">x</c:other></item>
</channel>
</rss>
"""
ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:base="http://base.google.com/ns/1.0">
<title>Example</title><link rel="self" href="http://www.example.com"/><updated>2011-07-11T12:00:00Z</updated>
<entry>
<base:id>7</base:id><id>tag:example.com,2011:7</id>
<title>Wool sweater – größer</title>
<link href="http://www.example.com/7"/><summary>Warm</summary><base:color>Blue</base:color>
</entry>
</feed>
"""


@pytest.fixture
def feed(tmp_path):
    def write(text: str | bytes):
        path = tmp_path / "feed.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_each_item_is_a_row_with_googles_attributes_as_columns(feed):
    source = read_table(feed(RSS))
    first, second = (dict(zip(source.header, record.cells, strict=True)) for record in source.records)
    assert source.kind == "a product feed"
    assert (first["id"], first["title"], first["price"]) == ("TV/01", "Men's Pique & Polo", "15.00 USD")
    assert first["additional_image_link"] == "http://www.example.com/1b.jpg,http://www.example.com/1c.jpg"
    assert first["shipping"] == "US:Standard:4.95 USD"
    assert first["description"] == "Red, <b>soft</b>"
    assert (second["id"], second["price"], "other" in second) == ("2", "", False)


def test_a_feed_is_read_as_products(feed):
    first, second = read_styles(feed(RSS))
    assert (first.line, first.sku, first.values["name"]) == (2, "TV/01", "Men's Pique & Polo")
    assert (first.values["base_colour"], first.values["gender"]) == ("Red", "Men")
    assert [first.values[level] for level in ("master_category", "sub_category", "article_type")] == [
        *("Men", "Shirts", "Polo Shirts")
    ]
    assert (second.sku, second.values["gender"], second.values["master_category"]) == ("2", "Women", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_atom_is_read_too_and_googles_id_is_the_one(feed, encoding):
    text = ATOM.replace('encoding="utf-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    (row,) = read_styles(feed(text.encode(encoding)))
    assert isinstance(row, StyleRow)
    assert (row.sku, row.values["name"], row.values["base_colour"]) == ("7", "Wool sweater – größer", "Blue")


def test_a_feed_that_does_not_say_what_g_is_is_understood(feed):
    text = RSS.replace(' xmlns:g="http://base.google.com/ns/1.0"', "")
    assert [row.sku for row in read_styles(feed(text))] == ["TV/01", "2"]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]><rss>&l8;</rss>', "defines entities"),
        ('<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><item><id>&x;</id></item></rss>', "entities"),
        ('<?xml version="1.0"?><rss><channel><item><g:id>1</g:id>', "is not well-formed XML .*line 1"),
        (RSS[: len(RSS) // 2], "is not well-formed XML"),
        (RSS.replace("</item>", "", 1), "is not well-formed XML"),
        ("<rss><channel></channel></rss>", "a feed without products"),
        ("<rss>" + "<a>" * 100_000, "nested too deeply"),
        (f'<rss><item id="{"x" * 5_000_000}"/></rss>', "a tag or a comment of more than"),
        (f"<rss><!--{'x' * 5_000_000}--></rss>", "a tag or a comment of more than"),
        ("<rss><item>" + "".join(f"<c{n}>x</c{n}>" for n in range(1200)) + "</item></rss>", "1,200 columns"),
    ],
)
def test_broken_and_hostile_feeds_are_refused_in_one_sentence(feed, text, reason):
    with pytest.raises(UnusableFile, match=reason):
        list(read_table(feed(text)).records)


def test_an_item_without_end_is_one_issue(feed):
    items = f"<item><id>1</id><title>{'x' * 3_000_000}</title></item><item><id>2</id></item>"
    first, second = read_table(feed(f"<rss><channel>{items}</channel></rss>")).records
    assert "longer than" in first.error
    assert second.cells[0] == "2"


@pytest.mark.parametrize("before", ["\n", "\r\n  \t", "\ufeff", "\ufeff\n"])
def test_white_space_before_the_declaration_is_no_matter(tmp_path, before):
    path = tmp_path / "feed.xml"
    path.write_bytes((before + RSS).encode())
    assert [row.sku for row in read_styles(path)] == ["TV/01", "2"]
