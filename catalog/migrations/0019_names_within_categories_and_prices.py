"""Products of the shop and of each category are read by names and by what they cost."""

import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0018_note_steering"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("category"),
                models.F("is_sold_out"),
                models.ExpressionWrapper(models.Q(("image_digest", "")), models.BooleanField()),
                models.F("name"),
                models.OrderBy(models.F("id"), descending=True),
                name="product_within_by_name",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("price"),
                condition=models.Q(
                    ("archived_at", None),
                    ("is_sold_out", False),
                    models.Q(("image_digest", ""), _negated=True),
                    ("price__isnull", False),
                ),
                name="product_foremost_by_price",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("sale_price"),
                condition=models.Q(
                    ("archived_at", None),
                    ("is_sold_out", False),
                    models.Q(("image_digest", ""), _negated=True),
                    ("sale_price__isnull", False),
                ),
                name="product_foremost_by_sale",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                django.db.models.expressions.CombinedExpression(
                    models.Value(1),
                    "-",
                    django.db.models.expressions.CombinedExpression(models.F("sale_price"), "/", models.F("price")),
                ),
                condition=models.Q(
                    ("archived_at", None),
                    ("is_sold_out", False),
                    models.Q(("image_digest", ""), _negated=True),
                    ("sale_price__isnull", False),
                ),
                name="product_foremost_by_discount",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("category"),
                models.F("price"),
                condition=models.Q(
                    ("archived_at", None),
                    ("is_sold_out", False),
                    models.Q(("image_digest", ""), _negated=True),
                    ("price__isnull", False),
                ),
                name="product_within_by_price",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("category"),
                models.F("sale_price"),
                condition=models.Q(
                    ("archived_at", None),
                    ("is_sold_out", False),
                    models.Q(("image_digest", ""), _negated=True),
                    ("sale_price__isnull", False),
                ),
                name="product_within_by_sale",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("category"),
                django.db.models.expressions.CombinedExpression(
                    models.Value(1),
                    "-",
                    django.db.models.expressions.CombinedExpression(models.F("sale_price"), "/", models.F("price")),
                ),
                condition=models.Q(
                    ("archived_at", None),
                    ("is_sold_out", False),
                    models.Q(("image_digest", ""), _negated=True),
                    ("sale_price__isnull", False),
                ),
                name="product_within_by_discount",
            ),
        ),
    ]
