"""styles.csv as it comes: odd, damaged, hostile."""

import contextlib
import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.formats import read_table
from catalog.importing.reading import RowIssue, RowReader, StyleRow, guess_mapping, read_rows, read_styles
from catalog.importing.survey import Survey, take_survey
from catalog.importing.tables import Record, UnusableFile
from catalog.importing.values import clean, is_nothing, key, path_of, steps
from tests.pictures import COLUMNS

HEADER = ",".join(COLUMNS)
SHIRT = "15970,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,Turtle Check Men Navy Blue Shirt"
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"], exclude_characters=">\u203a»→"), max_size=60).map(
    clean
)


def read(folder: Path, content: str | bytes) -> list[StyleRow | RowIssue]:
    path = folder / "styles.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_styles(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("styles")


def test_a_row_is_read_whole(folder):
    assert read(folder, f"{HEADER}\n{SHIRT}\n") == [
        StyleRow(
            line=2,
            sku="15970",
            values={
                "gender": "Men",
                "master_category": "Apparel",
                "sub_category": "Topwear",
                "article_type": "Shirts",
                "base_colour": "Navy Blue",
                "season": "Fall",
                "year": 2011,
                "usage": "Casual",
                "name": "Turtle Check Men Navy Blue Shirt",
            },
        )
    ]


@given(
    rows=st.lists(
        st.tuples(
            st.from_regex(r"\A[A-Z][A-Z0-9._-]{0,62}[A-Z]\Z").filter(lambda sku: not is_nothing(sku)),
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            TEXT,
            TEXT,
        ),
        max_size=5,
        unique_by=lambda row: row[0],
    ),
    year=st.integers(1900, 2100),
)
def test_whatever_is_written_is_read_back(folder, rows, year):
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([COLUMNS, *([*row[:7], year, *row[7:]] for row in rows)])
    found = read(folder, stream.getvalue())
    for row, written in zip(found, rows, strict=True):
        values = list(row.values.values())
        expected = ["" if is_nothing(value) else value for value in written[1:]]
        assert row.sku == written[0]
        # The same value may be written otherwise in another row.
        assert [key("gender", str(value)) for value in (*values[:6], *values[7:])] == [
            key("gender", value) for value in expected
        ]
        assert values[6] == year


@given(content=st.binary(max_size=400))
def test_no_file_breaks_the_reader(folder, content):
    with contextlib.suppress(UnusableFile):
        assert all(row.line >= 2 for row in read(folder, HEADER.encode() + b"\n" + content))


@given(content=st.binary(max_size=200))
def test_a_file_without_a_column_of_ids_is_refused_with_a_reason(folder, content):
    with pytest.raises(UnusableFile, match="first line"):
        read(folder, b"name," + content)


@given(content=st.binary(max_size=300), separator=st.sampled_from([",", ";", "\t", "|"]), repair=st.booleans())
def test_every_row_of_any_file_is_a_row_or_an_issue(folder, content, separator, repair):
    path = folder / "any.csv"
    path.write_bytes(separator.join(["id", "name"]).encode() + b"\n" + content)
    with contextlib.suppress(UnusableFile):
        source = read_table(path)
        records = list(source.records)
        reader = RowReader(source.header, source.separator, {"sku": 0}, repair, take_survey(records, {"sku": 0}))
        rows = list(read_rows(records, reader))
        assert len(rows) == len(records)
        good = [row.sku for row in rows if isinstance(row, StyleRow)]
        assert len(set(good)) == len(good)


@given(
    content=st.binary(max_size=300), mark=st.sampled_from([b"", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"i\0d\0"])
)
def test_any_bytes_are_rows_and_issues_or_an_unusable_file(folder, content, mark):
    with contextlib.suppress(UnusableFile):
        assert all(isinstance(row, StyleRow | RowIssue) for row in read(folder, mark + content))


CELL = st.text(st.characters(categories=["L", "N"], max_codepoint=0xFF), max_size=12).map(clean)


@given(
    names=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    separator=st.sampled_from([",", ";", "\t"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_a_table_reads_the_same_in_every_dialect(folder, names, encoding, separator, quoting, line_end):
    rows = [[str(number), *("" if is_nothing(cell) else cell for cell in cells)] for number, cells in enumerate(names)]
    with (folder / "dialect.csv").open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=separator, quoting=quoting, lineterminator=line_end)
        writer.writerows([["id", "colour", "name"], *rows])
    found = list(read_styles(folder / "dialect.csv"))
    assert [[row.sku, key("", row.values["base_colour"]), row.values["name"]] for row in found] == [
        [sku, key("", colour), name] for sku, colour, name in rows
    ]


def test_what_windows_wrote_in_its_own_encoding_is_understood(folder):
    (row,) = read(folder, "id;name;farbe\n1;Röcke für Mädchen – weiß;grün\n".encode("cp1252"))
    assert row.values == {"name": "Röcke für Mädchen – weiß", "base_colour": "grün"}


def test_excels_line_that_names_the_separator_is_understood(folder):
    (row,) = read(folder, "sep=;\r\nid;name\r\n7;Shirt, blue\r\n")
    assert (row.line, row.sku, row.values["name"]) == (3, "7", "Shirt, blue")


def test_columns_are_known_by_many_names_and_each_once():
    levels = ("master_category", "sub_category", "article_type")
    fields = ("sku", "gender", *levels, "base_colour", "season", "year", "usage", "name")
    assert guess_mapping(list(COLUMNS)) == {field: number for number, field in enumerate(fields)}
    header = ["Title", "SKU", "Product ID", "Color", "Price", "Category", "Gender"]
    assert guess_mapping(header) == {
        "name": 0,
        "sku": 1,
        "base_colour": 3,
        "price": 4,
        "master_category": 5,
        "gender": 6,
    }


@pytest.mark.parametrize(
    "name",
    ["Artikelnummer", "Artikel-Nr.", "Art.-Nr.", "Référence", "Re\u0301f. produit", "Código", "referencia"],
)
def test_ids_are_known_in_other_languages(name):
    assert guess_mapping(["EAN", name, "Preis"]) == {"sku": 1, "price": 2}


@pytest.mark.parametrize(
    "header",
    [
        "Artikelnummer;Bezeichnung;Marke;Preis;Streichpreis;Angebotspreis;Größe;Farbe;Kategorie;Bild;Weitere Bilder;"
        "Beschreibung;Geschlecht;Produktlink;Verfügbarkeit",
        "Bestell-Nr.;Produktname;Hersteller;Regulärer Preis;UVP;Aktionspreis;GROESSE;Grundfarbe;Warengruppe;Bild-URL;"
        "Zusätzliche Bilder;Kurzbeschreibung;Zielgruppe;Produkt-URL;Lieferbar",
        "Référence;Nom du produit;Marque;Prix de vente;Prix barré;Prix promo;Taille;Couleur;Catégorie;Image;"
        "Autres images;Description;Genre;Lien;Disponibilité",
        "Código de producto;Nombre;Marca;Precio;Precio anterior;Precio de oferta;Talla;Color;Categoría;Imagen;"
        "Otras imágenes;Descripción;Género;Enlace;Disponibilidad",
        "Codice articolo;Nome prodotto;Marca;Prezzo;Prezzo originale;Prezzo scontato;Taglia;Colore;Categoria;Immagine;"
        "Altre immagini;Descrizione;Genere;Link;Disponibilità",
    ],
)
def test_columns_are_known_in_other_languages(header):
    fields = ("sku", "name", "brand", "price", "old_price", "sale_price", "size", "base_colour", "master_category")
    fields += ("picture_addresses", "further_picture_addresses", "description", "gender", "link", "availability")
    assert guess_mapping(header.split(";")) == {field: number for number, field in enumerate(fields)}


def test_a_german_table_is_read_as_it_is(folder):
    header = "Artikelnummer;Titel;Preis;Größe;Kategorien;Verfügbarkeit"
    (row,) = read(folder, f"{header}\n7;Kleid;19,90 €;S|M;Damen > Kleider;Nicht lieferbar\n")
    expected = {"name": "Kleid", "price": "19.900", "currency": "EUR", "sizes": [["S", ""], ["M", ""]]}
    expected |= {"master_category": "Damen", "sub_category": "Kleider", "availability": "out_of_stock"}
    assert (row.sku, {name: row.values[name] for name in expected}) == ("7", expected)


def test_an_ean_is_no_id_by_itself():
    assert "sku" not in guess_mapping(["EAN", "GTIN", "Name"])


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("SKU#;Item Title;Main Category", ["sku", "name", "master_category"]),
        ("Style No.;STYLE NAME;Colour", ["sku", "name", "base_colour"]),
        ("Article code;Article-Name;Sex", ["sku", "name", "gender"]),
    ],
)
def test_columns_are_known_however_their_names_are_written(header, fields):
    assert guess_mapping(header.split(";")) == {field: number for number, field in enumerate(fields)}


def test_commas_too_many_belong_to_the_name_where_that_is_the_last_column(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT}, Slim, Red\n")
    assert row.values["name"] == "Turtle Check Men Navy Blue Shirt, Slim, Red"
    assert row.is_repaired
    source = read_table(folder / "styles.csv")
    reader = RowReader(source.header, source.separator, guess_mapping(source.header), repair=False, survey=Survey())
    (issue,) = read_rows(source.records, reader)
    assert issue.reason == "has 12 cells for 10 columns"
    (issue,) = read(folder, "id,name,colour\n7,Shirt,Red,Slim\n")
    assert issue.kind == "too many columns"


@pytest.mark.parametrize(
    ("row", "name"),
    [
        (SHIRT.replace("2011", "2011,0"), None),
        (SHIRT.replace("Casual", "Casual,Formal"), None),
        (SHIRT.replace("Fall", "Fall,Summer"), None),
        (SHIRT.replace("15970", "15970,0"), None),
        (SHIRT.replace("Navy Blue,", "Navy Blue,Red,"), None),
        (f"{SHIRT}, 2011, Casual", "Turtle Check Men Navy Blue Shirt, 2011, Casual"),
        (SHIRT.replace("Turtle", "Turtle,0,"), "Turtle,0, Check Men Navy Blue Shirt"),
    ],
)
def test_only_a_row_whose_other_cells_fit_is_repaired(folder, row, name):
    others = "".join(f"{number}{SHIRT[5:]}\n" for number in (1, 2))
    (*_, found) = read(folder, f"{HEADER}\n{others}{others.replace('Casual', 'Formal').replace('1', '3')}{row}\n")
    if name is None:
        assert isinstance(found, RowIssue)
    else:
        assert (found.values["name"], found.is_repaired) == (name, True)


def test_a_number_that_a_comma_cut_is_no_name(folder):
    (issue,) = read(folder, "id,price,name\n1,9,90,Tee\n")
    assert issue.kind == "too many columns"


def test_the_empty_cells_that_a_spreadsheet_adds_are_no_matter(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT},,,\n")
    assert row.values["name"] == "Turtle Check Men Navy Blue Shirt"
    assert not row.is_repaired


@pytest.mark.parametrize(
    "nothing",
    [
        *("", " ", "NA", "n/a", "N.A.", "NULL", "nan", "None", "-", "–", "#N/A", "#REF!", "Unknown", "n / a", "<null>"),
        *("(blank)", "[]", "{}", "<NaN>", "( none )", "empty", "Missing", "TBD", '""""""', "''"),
    ],
)
def test_words_for_nothing_are_nothing(folder, nothing):
    (row,) = read(folder, f"{HEADER}\n7,Men,Apparel,{nothing},Shirts,{nothing},,{nothing},{nothing},{nothing}\n")
    assert list(row.values.values()) == ["Men", "Apparel", "", "Shirts", "", "", None, "", ""]


def test_each_value_is_written_in_one_way(folder):
    reds, blues = "1;Red;men\n2;RED;Men\n3;red ;MEN\n", "4;Navy  Blue;Mens\n5;navy\u00a0blue;male\n6;navy blue;\n"
    rows = f"{reds}{blues}7;Rose\u0301;F\n8;Rosé;\n"
    found = read(folder, f"id;colour;gender\n{rows}")
    assert [row.values["base_colour"] for row in found] == ["Red"] * 3 + ["navy blue"] * 3 + ["Rosé"] * 2
    assert [row.values["gender"] for row in found] == ["Men"] * 5 + ["", "Women", ""]


@pytest.mark.parametrize(
    ("gender", "writings"),
    [
        ("Women", ["women\u2019s", "Womens", "Ladies", "LADIES\u2019", "female", "Adult Female"]),
        ("Men", ["men\u2019s", "men`s", "Gents", "Gentlemen", "male"]),
        ("Unisex", ["Unisex Adult", "unisex-adult", "Men / Women", "Men and Women"]),
        ("Boys", ["boy\u2019s", "Boy"]),
    ],
)
def test_a_gender_is_one_however_it_is_written(folder, gender, writings):
    found = read(folder, "id,gender\n" + "".join(f"{number},{text}\n" for number, text in enumerate(writings)))
    assert [row.values["gender"] for row in found] == [gender] * len(writings)


def test_the_shops_own_way_of_writing_wins(folder):
    path = folder / "own.csv"
    path.write_text("id,colour,gender,category\n1,RED,men,TOPWEAR > tees\n2,RED,female,TOPWEAR\n3,blue,x,Shoes\n")
    source = read_table(path)
    records, mapping = list(source.records), guess_mapping(source.header)
    shops = {"base_colour": {"red": 2, "Red": 9}, "gender": {"Male": 3}, "master_category": {"Topwear": 1}}
    reader = RowReader(source.header, ",", mapping, repair=True, survey=take_survey(records, mapping, shops=shops))
    found = [row.values for row in read_rows(records, reader)]
    assert [values["base_colour"] for values in found] == ["Red", "Red", "blue"]
    assert [values["gender"] for values in found] == ["Male", "Women", "x"]
    assert [values["master_category"] for values in found] == ["Topwear", "Topwear", "Shoes"]
    assert found[0]["sub_category"] == "tees"


def test_what_is_no_column_to_choose_from_stays_as_it_is_written(folder, monkeypatch):
    monkeypatch.setattr("catalog.importing.survey.VALUES_LIMIT", 3)
    found = read(
        folder, "id,colour\n" + "".join(f"{number},{'rR'[number % 2]}ed {number // 2}\n" for number in range(20))
    )
    assert {row.values["base_colour"][0] for row in found} == {"r", "R"}


@pytest.mark.parametrize(
    ("cells", "path"),
    [
        ("Apparel > Topwear > Shirts,,", ["Apparel", "Topwear", "Shirts"]),
        ("Apparel>Topwear,,Shirts", ["Apparel", "Topwear", "Shirts"]),
        ("Women > Dresses > Long > Maxi Dresses,,", ["Women", "Dresses", "Maxi Dresses"]),
        ("Apparel & Accessories > Clothing > Shirts & Tops,,Shirts", ["Apparel & Accessories", "Clothing", "Shirts"]),
        ("Apparel & Accessories > Clothing,,Women > Dresses", ["Women", "Dresses", ""]),
        (" > Apparel > > Topwear > ,,", ["Apparel", "Topwear", ""]),
        ("Apparel » Topwear,,", ["Apparel", "Topwear", ""]),
        ("Apparel -> Topwear => Tees,,", ["Apparel", "Topwear", "Tees"]),
        ("Apparel &gt; Topwear &#62; Shirts &amp; Tops,,", ["Apparel", "Topwear", "Shirts & Tops"]),
        ("Tops/Blouses,,", ["Tops/Blouses", "", ""]),
        ('"Handbags, Wallets & Cases",,', ["Handbags, Wallets & Cases", "", ""]),
        ("Accessories,Belts,Belts", ["Accessories", "Belts", "Belts"]),
        ("NA > Topwear,,", ["Topwear", "", ""]),
    ],
)
def test_a_path_of_categories_is_taken_apart(folder, cells, path):
    (row,) = read(folder, f"id,category,subCategory,type\n7,{cells}\n")
    assert [row.values[level] for level in ("master_category", "sub_category", "article_type")] == path


@pytest.mark.parametrize(
    ("cells", "paths"),
    [
        (["Home > Women > Shoes", "home > Men"], [["Women", "Shoes", ""], ["", "", "Men"]]),
        (["Startseite » Shop » Damen", "Startseite » Shop", "NA"], [["", "", "Damen"], ["", "", ""], ["", "", ""]]),
        (["Home > Women > Tops > Tees > Long"], [["Women", "Tops", "Long"]]),
        # What some rows do not share is a category, and so is what stands alone.
        (["Home > Bedding", "Women > Shoes"], [["Home", "Bedding", ""], ["Women", "Shoes", ""]]),
        (["Home > Home > Lamps", "Home > Women > Shoes"], [["Home", "Lamps", ""], ["Women", "Shoes", ""]]),
        (["Women > Shoes", "Women > Tops"], [["Women", "Shoes", ""], ["Women", "Tops", ""]]),
        (["Home", "Home"], [["", "", "Home"]] * 2),
    ],
)
def test_where_breadcrumbs_begin_is_no_category(folder, cells, paths):
    found = read(folder, "id,product type\n" + "".join(f"{number},{cell}\n" for number, cell in enumerate(cells)))
    levels = ("master_category", "sub_category", "article_type")
    assert [[row.values.get(level, "") for level in levels] for row in found] == paths


def test_paths_may_be_as_long_as_their_steps_are(folder):
    (row,) = read(folder, f"id,category\n7,{' > '.join(['x' * 90] * 3)}\n")
    assert isinstance(row, StyleRow)
    (issue,) = read(folder, f"id,category\n7,{' > '.join(['x' * 101] * 2)}\n")
    assert issue.reason == "category is longer than 100 characters"


@pytest.mark.parametrize(
    ("written", "ids"),
    [
        (["70001.0", "70002.0"], ["70001", "70002"]),
        (["70001.00", "70002", "A-1"], ["70001", "70002", "A-1"]),
        (["1.0", "1.1"], ["1.0", "1.1"]),
        (["70001,0", "70002,00", "999"], ["70001", "70002", "999"]),
        (["70001,0", "70001,5"], ["70001,0", "70001,5"]),
        (["70001.0", "70.001"], ["70001.0", "70.001"]),
        (["70,001.00", "70.002,00", "70 003,00", "70'004.00", "999.00"], ["70001", "70002", "70003", "70004", "999"]),
        (["70,001.00", "70001"], ["70,001.00", "70001"]),
        (["70.001"], ["70.001"]),
        (["70 001"], ["70 001"]),
        (["#######", '=T("0070001")', "=SUM(A1:A2)", "#123", "=A"], [None, "0070001", None, "#123", "=A"]),
        (["7.0001E+4", "7.1e+04"], ["70001", None]),
        (["1.23457E+12"], [None]),
        (["1.2345678901234567E+16"], [None]),
        (["1E5", "2e3", "1E-5"], ["1E5", "2e3", "1E-5"]),
        (["70,001", "999", "1,070,001"], ["70001", "999", "1070001"]),
        (["70,001", "70001"], ["70,001", "70001"]),
        (["70,001", "A1"], ["70,001", "A1"]),
        (['="0012"', "'0013"], ["0012", "0013"]),
        (["0012", "12"], ["0012", "12"]),
        (["\u200b97\ufeff ", "A\u00a0\u00a0B"], ["97", "A B"]),
        (
            ["AB/12", "KLEID-GRÜN", "#1", "a+b", "50%", "ß?", "日本"],
            ["AB/12", "KLEID-GRÜN", "#1", "a+b", "50%", "ß?", "日本"],
        ),
        (["NULL", "-", "x" * 256, "a/../b", "a\tb"], [None, None, None, None, "a b"]),
    ],
)
def test_ids_are_what_they_were_before_a_spreadsheet_had_them(folder, written, ids):
    stream = io.StringIO()
    csv.writer(stream).writerows([["id", "name"], *([text, "Tee"] for text in written)])
    found = read(folder, stream.getvalue())
    assert [row.sku if isinstance(row, StyleRow) else None for row in found] == ids


def test_ids_that_the_shop_has_just_so_are_what_they_are():
    rows = [Record(2, ["70001.0"])]
    assert take_survey(rows, {"sku": 0}).damages == ("floats",)
    assert take_survey(rows, {"sku": 0}, skus=["1.0", "A"]).damages == ()


@given(st.lists(st.integers(1000, 10**14), min_size=1, unique=True))
def test_numbers_are_never_taken_for_one_another(numbers):
    for written in ([f"{number}.0" for number in numbers], [f"{number:,}" for number in numbers], map(str, numbers)):
        rows = [Record(line, [text]) for line, text in enumerate(written, 2)]
        reader = RowReader(["id"], ",", {"sku": 0}, repair=True, survey=take_survey(rows, {"sku": 0}))
        assert [row.sku for row in read_rows(rows, reader)] == [str(number) for number in numbers]


@given(text=st.text(max_size=40), is_list=st.booleans())
def test_any_category_has_steps_that_make_a_path(text, is_list):
    found = steps(text, is_list)
    assert all(step == clean(step) and step for step in found)
    assert path_of({"master_category": found})[:2] == found[:2]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_columns_again_in_the_middle_are_an_issue(folder, mark):
    row, issue, other = read(folder, f"{mark}{HEADER}\n{SHIRT}\n{mark}{HEADER}\n{SHIRT.replace('15970', '15971')}\n")
    assert (issue.line, issue.kind, issue.is_lost) == (3, "repeated header", False)
    assert (row.sku, other.sku) == ("15970", "15971")


def test_columns_without_a_name_may_be_missing_in_a_row(folder):
    assert [row.sku for row in read(folder, "id,name,,\n1,Shirt\n2,Shirt,,\n3,Shirt,more,\n")] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (
            "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Variant SKU,"
            "Image Src,Google Shopping / Gender,Color (product.metafields.shopify.color-pattern)",
            {
                "sku": "Handle",
                "name": "Title",
                "master_category": "Product Category",
                "article_type": "Type",
                "gender": "Google Shopping / Gender",
                "base_colour": "Color (product.metafields.shopify.color-pattern)",
                "brand": "Vendor",
                "picture_addresses": "Image Src",
                "description": "Body (HTML)",
                "option1_name": "Option1 Name",
                "published": "Published",
            },
        ),
        (
            "Title,URL handle,Description,Vendor,Product category,Type,Tags,Status,SKU,Option1 name",
            {
                "sku": "URL handle",
                "name": "Title",
                "master_category": "Product category",
                "article_type": "Type",
                "brand": "Vendor",
                "description": "Description",
                "option1_name": "Option1 name",
                "status": "Status",
            },
        ),
        (
            "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Regular price,Categories,Images",
            {
                "sku": "SKU",
                "name": "Name",
                "master_category": "Categories",
                "picture_addresses": "Images",
                "price": "Regular price",
                "record_id": "ID",
                "published": "Published",
                "visibility": "Visibility in catalog",
            },
        ),
        (
            "id\ttitle\tdescription\tlink\timage_link\tproduct_type\tgoogle_product_category\tcolor\tgender\tsize",
            {
                "sku": "id",
                "name": "title",
                "article_type": "product_type",
                "master_category": "google_product_category",
                "base_colour": "color",
                "gender": "gender",
                "picture_addresses": "image_link",
                "description": "description",
                "link": "link",
                "size": "size",
            },
        ),
    ],
)
def test_the_columns_of_known_exports_are_known(header, columns):
    names = re.split(r",|\t", header)
    assert {field: names[column] for field, column in guess_mapping(names).items()} == columns


def test_woocommerces_list_of_paths_is_its_deepest_one(folder):
    header = "ID,Type,SKU,Name,Visibility in catalog,Categories"
    (row,) = read(folder, f'{header}\n9,simple,W-1,Hoodie,visible,"Sale, Clothing > Hoodies\\, Sweats, Clothing"\n')
    assert row.sku == "W-1"
    assert list(row.values.values()) == ["Hoodie", "Clothing", "Hoodies, Sweats", ""]


def test_googles_number_of_a_category_is_none(folder):
    (row,) = read(folder, "id,google_product_category\n1,2271\n")
    assert row.values["master_category"] == ""


def test_years_that_a_notebook_made_floats_are_years(folder):
    (row,) = read(folder, f"{HEADER}\n{SHIRT.replace('2011', '2011.0')}\n")
    assert row.values["year"] == 2011


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(folder):
    (row,) = read(folder, f"\ufeff{HEADER}\r\n{SHIRT}\r\n")
    assert row.sku == "15970"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("15970,Men,Apparel", "has 3 of 10 columns"),
        (SHIRT.replace("15970", ""), "id holds no id"),
        (SHIRT.replace("15970", "../../etc/passwd"), "id '../../etc/passwd' cannot stand in an address"),
        (SHIRT.replace("15970", "7\x07"), "id '7\\x07' cannot stand in an address"),
        (SHIRT.replace("2011", "11"), "year '11' is not a number from 1900 to 2100"),
        (SHIRT.replace("2011", "9999"), "year '9999' is not a number"),
        (SHIRT.replace("Fall", "F" * 101), "season is longer than 100 characters"),
        (SHIRT + "x" * 300, "productDisplayName is longer than 255 characters"),
        (SHIRT.replace("Fall", "F\0"), "season holds a NUL character"),
        (SHIRT.replace("Fall", "F\udc81"), "season holds bytes that are no text"),
    ],
)
def test_a_bad_row_is_told_by_line_and_reason_and_the_next_one_is_read(folder, line, reason):
    content = f"{HEADER}\n{line}\n{SHIRT} für Männer\n".encode("utf-8", "surrogateescape")
    issue, row = read(folder, content)
    assert isinstance(issue, RowIssue)
    assert issue.line == 2
    assert reason in issue.reason
    assert row.sku == "15970"


def test_the_second_row_of_an_id_is_an_issue_that_names_the_first(folder):
    row, issue = read(folder, f"{HEADER}\n{SHIRT}\n{SHIRT}\n")
    assert isinstance(row, StyleRow)
    assert (issue.line, issue.sku, issue.reason) == (3, "15970", "id 15970 was already in line 2; the first one counts")
