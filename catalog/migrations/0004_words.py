"""Word search goes by one column of lexemes that the shop makes itself, and by a table of synonyms."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

from catalog.attributes import ATTRIBUTES
from catalog.words.index import lexemes

NOTE_SYNONYMS = """
CREATE TRIGGER note_catalog_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON catalog_synonym
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""
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
    # Attributes that came later are no fields here yet.
    values = [str(getattr(product, attribute.name, "")) for attribute in ATTRIBUTES if attribute.is_searched]
    return lexemes(product.name, categories, values, product.sku)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_further_pictures")]

    operations = [
        migrations.CreateModel(
            name="Synonym",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("phrase", models.CharField(max_length=100, unique=True, verbose_name="shoppers say")),
                (
                    "meanings",
                    models.CharField(
                        help_text="As products are called; several with commas between.",
                        max_length=500,
                        verbose_name="and mean",
                    ),
                ),
            ],
            options={"ordering": ["phrase"]},
        ),
        migrations.AddConstraint(
            model_name="synonym",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("phrase", ""), _negated=True), models.Q(("meanings", ""), _negated=True)),
                name="synonym_says_something",
            ),
        ),
        migrations.RunSQL(NOTE_SYNONYMS, "DROP TRIGGER note_catalog_change ON catalog_synonym;"),
        migrations.RemoveIndex(model_name="product", name="product_search"),
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
