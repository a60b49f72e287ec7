"""The index of word search is one column, without the text that it was made of."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations

from catalog.attributes import ATTRIBUTES
from catalog.words.index import lexemes

WRITE = """
UPDATE catalog_product SET search_vector = read.words::tsvector
FROM unnest(%s::bigint[], %s::text[]) AS read (id, words) WHERE read.id = catalog_product.id
"""


def read_again(apps, schema_editor):
    products = apps.get_model("catalog", "Product").objects.select_related("category__parent__parent")
    read = [(product.pk, _lexemes_of(product)) for product in products.iterator(chunk_size=1000)]
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(WRITE, [[pk for pk, _ in read], [words for _, words in read]])


def _lexemes_of(product):
    node, categories = product.category, []
    while node:
        categories.append(node.name)
        node = node.parent
    values = [str(getattr(product, attribute.name)) for attribute in ATTRIBUTES if attribute.is_searched]
    return lexemes(product.name, categories, values, product.sku)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_words")]

    operations = [
        migrations.RemoveIndex(model_name="product", name="product_search"),
        migrations.RemoveField(model_name="product", name="search_vector"),
        migrations.RemoveField(model_name="product", name="search_words"),
        migrations.AddField(
            model_name="product",
            name="search_vector",
            field=django.contrib.postgres.search.SearchVectorField(
                default="", editable=False, verbose_name="what word search looks through"
            ),
        ),
        migrations.RunPython(read_again, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_vector"], name="product_search"),
        ),
    ]
