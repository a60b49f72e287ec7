"""What shops export and feed, written after the documentation of the formats.

https://help.shopify.com/en/manual/products/import-export/using-csv,
https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema,
https://support.google.com/merchants/answer/7052112.
"""

import csv
import io

Row = dict[str, str]

SHOPIFY_HEADER = [
    *("Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags", "Published on online store"),
    *("Status", "SKU", "Barcode", "Option1 name", "Option1 value", "Option1 Linked To", "Option2 name"),
    *("Option2 value", "Option2 Linked To", "Price", "Compare-at price", "Cost per item", "Charge tax"),
    *("Inventory tracker", "Inventory quantity", "Continue selling when out of stock", "Weight value (grams)"),
    *("Weight unit for display", "Requires shipping", "Fulfillment service", "Product image URL", "Image position"),
    *("Image alt text", "Variant image URL", "Gift card", "SEO title", "SEO description"),
    *("Google Shopping / Google product category", "Google Shopping / Gender", "Google Shopping / Age group"),
    *("Google Shopping / Condition", "Price / International", "Compare-at price / International"),
]
OLD_SHOPIFY_NAMES = {
    "URL handle": "Handle",
    "Description": "Body (HTML)",
    "Product category": "Product Category",
    "Published on online store": "Published",
    "SKU": "Variant SKU",
    "Option1 name": "Option1 Name",
    "Option1 value": "Option1 Value",
    "Option2 name": "Option2 Name",
    "Option2 value": "Option2 Value",
    "Price": "Variant Price",
    "Compare-at price": "Variant Compare At Price",
    "Inventory tracker": "Variant Inventory Tracker",
    "Inventory quantity": "Variant Inventory Qty",
    "Continue selling when out of stock": "Variant Inventory Policy",
    "Weight value (grams)": "Variant Grams",
    "Product image URL": "Image Src",
    "Image position": "Image Position",
    "Image alt text": "Image Alt Text",
    "Variant image URL": "Variant Image",
    "Google Shopping / Age group": "Google Shopping / Age Group",
    "Google Shopping / Google product category": "Google Shopping / Google Product Category",
}
DRESS: Row = {
    "Title": "Women&#39;s Wrap Dress &amp; Belt",
    "URL handle": "wrap-dress",
    "Description": "<p>Soft &amp; light</p>",
    "Vendor": "H&amp;M",
    "Product category": "Apparel & Accessories > Clothing > Dresses",
    "Type": "Dresses",
    "Published on online store": "TRUE",
    "Status": "Active",
    "Option1 name": "Size",
    "Google Shopping / Gender": "Female",
    "Google Shopping / Condition": "new",
}


def _variant(handle: str, size: str, price: str, was: str, stock: str, policy: str = "deny") -> Row:
    return {
        "URL handle": handle,
        "Option1 value": size,
        "Price": price,
        "Compare-at price": was,
        "Inventory tracker": "shopify",
        "Inventory quantity": stock,
        "Continue selling when out of stock": policy,
        "Weight value (grams)": "450",
    }


def _one(handle: str, title: str, **more: str) -> Row:
    option = {"Option1 name": "Title", "Option1 value": "Default Title", "Status": "Active"}
    return _variant(handle, "", "10.00", "", "5") | {"Title": title} | option | more


SHOPIFY: list[Row] = [
    DRESS | _variant("wrap-dress", "S", "79.00", "99.00", "0"),
    _variant("wrap-dress", "M", "79.00", "99.00", "-2", "continue"),
    _variant("wrap-dress", "L", "85.00", "", "4"),
    _one("cap", "Cap", **{"Published on online store": "true"}),
    _one("drafted", "Drafted", Status="Draft") | {"Option1 name": "Size", "Option1 value": "S"},
    _variant("drafted", "M", "12.00", "", "3"),
    _one("archived", "Archived", Status="Archived"),
    _one("unlisted", "Unlisted", Status="Unlisted"),
    _one("elsewhere", "Elsewhere", **{"Published on online store": "FALSE"}),
    _one("boots", "Boots", **{"Google Shopping / Gender": "Male", "Google Shopping / Age group": "Kids"}),
]

WOO_HEADER = [
    *("ID", "Type", "SKU", "Name", "Published", "Is featured?", "Visibility in catalog", "Short description"),
    *("Description", "Date sale price starts", "Date sale price ends", "Tax status", "Tax class", "In stock?"),
    *("Stock", "Low stock amount", "Backorders allowed?", "Sold individually?", "Weight (kg)", "Length (cm)"),
    *("Sale price", "Regular price", "Categories", "Tags", "Images", "Parent", "External URL", "Position"),
    *("Attribute 1 name", "Attribute 1 value(s)", "Attribute 1 visible", "Attribute 1 global"),
    *("Attribute 2 name", "Attribute 2 value(s)", "Attribute 2 visible", "Attribute 2 global"),
]


def _woo(kind: str, sku: str, name: str, **more: str) -> Row:
    row = {"Type": kind, "SKU": sku, "Name": name, "Published": "1", "Visibility in catalog": "visible"}
    return row | {"In stock?": "1", "Backorders allowed?": "0", "Weight (kg)": "0.5"} | more


def _sized(size: str, **more: str) -> Row:
    return {"Attribute 1 name": "Size", "Attribute 1 value(s)": size} | more


WOO: list[Row] = [
    _woo("variable", "vneck", "V-Neck Tee &#8211; Soft", Categories="Clothing > Tops &amp; Tees, Sale")
    | _sized("Large, Medium, Small", **{"Attribute 2 name": "Color", "Attribute 2 value(s)": "Blue, Red"}),
    _woo("variation", "vneck-red", "V-Neck Tee - Red", Parent="vneck", Stock="parent")
    | _sized("", **{"Attribute 2 name": "Color", "Attribute 2 value(s)": "Red", "Regular price": "20"}),
    _woo("variable", "hoodie", "Hoodie", Categories="Clothing > Hoodies") | _sized("S, M, L"),
    _woo("variation", "hoodie-s", "Hoodie - S", Parent="hoodie")
    | _sized("S", **{"Regular price": "45", "Sale price": "42", "Date sale price ends": "2020-01-01"}),
    _woo("variation", "hoodie-m", "Hoodie - M", Parent="hoodie", Published="0") | _sized("M", **{"Regular price": "1"}),
    _woo("variation", "hoodie-l", "Hoodie - L", Parent="hoodie")
    | _sized("L", **{"Regular price": "45", "Stock": "0", "In stock?": "0"}),
    _woo("simple", "scarf", "Scarf", **{"Regular price": "12.50", "Sale price": "9", "In stock?": "backorder"})
    | {"Attribute 1 name": "Color", "Attribute 1 value(s)": "Gray, Black"},
    _woo("external", "pennant", "Pennant", **{"Regular price": "11.05", "External URL": "https://shop.example.org/p"}),
    _woo("simple", "secret", "Secret", Published="0", **{"Regular price": "5"}),
    _woo("variable", "sketch", "Sketch", Published="-1") | _sized("S"),
    _woo("variation", "sketch-s", "Sketch - S", Parent="sketch") | _sized("S", **{"Regular price": "5"}),
    _woo("simple", "gift", "Gift", **{"Visibility in catalog": "hidden", "Regular price": "5"}),
    _woo("simple", "found", "Found", **{"Visibility in catalog": "search", "Regular price": "5"}),
]

GOOGLE = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0">
<title>Shop</title><link rel="self" href="https://shop.example.org"/>
<entry><g:id>parka-m</g:id><title><![CDATA[Kids&#39; Parka & Hood]]></title><g:item_group_id>parka</g:item_group_id>
<link href="https://shop.example.org/parka"/><summary>&lt;b&gt;Warm&lt;/b&gt; &amp;amp; dry</summary>
<g:price>120.00 USD</g:price><g:sale_price>90.00 USD</g:sale_price>
<g:sale_price_effective_date>2026-01-01T09:00-0800/2099-12-01T23:59-0800</g:sale_price_effective_date>
<g:availability>in_stock</g:availability><g:size>M</g:size><g:gender>female</g:gender><g:age_group>toddler</g:age_group>
<g:shipping><g:country>US</g:country><g:service>Standard</g:service><g:price>14.95 USD</g:price></g:shipping>
<g:excluded_destination>Shopping_ads</g:excluded_destination><g:pause>ads</g:pause>
<g:shipping_weight>2 kg</g:shipping_weight></entry>
<entry><g:id>parka-s</g:id><title>Parka</title><g:item_group_id>parka</g:item_group_id>
<g:price>120.00 USD</g:price><g:availability>out_of_stock</g:availability><g:size>S</g:size></entry>
<entry><g:id>skate</g:id><title>Skate Shoe</title><g:price>15.00 USD</g:price><g:availability>preorder</g:availability>
<g:availability_date>2027-02-24</g:availability_date></entry>
<entry><g:id>clog</g:id><title>Clog</title><g:price>25.00 USD</g:price>
<g:availability>backorder</g:availability></entry>
</feed>"""


def written(header: list[str], rows: list[Row], names: Row | None = None) -> str:
    """A csv file of these rows; `names` are those of columns that are called otherwise."""
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="")
    writer.writerow({column: (names or {}).get(column, column) for column in header})
    writer.writerows(rows)
    return text.getvalue()


def shopify() -> str:
    return written(SHOPIFY_HEADER, SHOPIFY)


def old_shopify() -> str:
    return written(SHOPIFY_HEADER, SHOPIFY, OLD_SHOPIFY_NAMES)


GERMAN_WOO_NAMES = {
    "Type": "Typ",
    "SKU": "Artikelnummer",
    "Published": "Veröffentlicht",
    "Is featured?": "Ist hervorgehoben?",
    "Visibility in catalog": "Sichtbarkeit im Katalog",
    "Short description": "Kurzbeschreibung",
    "Description": "Beschreibung",
    "Date sale price starts": "Datum, an dem Angebotspreis beginnt",
    "Date sale price ends": "Datum, an dem Angebotspreis endet",
    "Tax status": "Steuerstatus",
    "Tax class": "Steuerklasse",
    "In stock?": "Vorrätig?",
    "Stock": "Lager",
    "Low stock amount": "Geringe Lagermenge",
    "Backorders allowed?": "Lieferrückstande erlaubt?",
    "Sold individually?": "Nur einzeln verkaufen?",
    "Weight (kg)": "Gewicht (kg)",
    "Length (cm)": "Länge (cm)",
    "Sale price": "Angebotspreis",
    "Regular price": "Regulärer Preis",
    "Categories": "Kategorien",
    "Tags": "Schlagwörter",
    "Images": "Bilder",
    "Parent": "Übergeordnetes Produkt",
    "External URL": "Externe URL",
    "Attribute 1 name": "Attribut 1 Name",
    "Attribute 1 value(s)": "Attribut 1 Wert(e)",
    "Attribute 1 visible": "Attribut 1 Sichtbar",
    "Attribute 1 global": "Attribut 1 Global",
    "Attribute 2 name": "Attribut 2 Name",
    "Attribute 2 value(s)": "Attribut 2 Wert(e)",
    "Attribute 2 visible": "Attribut 2 Sichtbar",
    "Attribute 2 global": "Attribut 2 Global",
}
"""As a WooCommerce that speaks German writes them, spelling and all"""


def woocommerce(names: Row | None = None) -> str:
    return written(WOO_HEADER, [{"ID": str(number)} | row for number, row in enumerate(WOO, 100)], names)


def german_woocommerce() -> str:
    return woocommerce(GERMAN_WOO_NAMES)
