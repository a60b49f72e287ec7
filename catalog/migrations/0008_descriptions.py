"""Descriptions get a table of their own, so that the rows of products are short.

What a column held stays in its rows when it goes, so that the table of products is written anew.
"""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

MOVE = """
INSERT INTO catalog_productdescription (product_id, text)
SELECT id, description FROM catalog_product WHERE description <> '';
"""
MOVE_BACK = """
UPDATE catalog_product SET description = text FROM catalog_productdescription WHERE product_id = catalog_product.id;
"""
WRITE_ANEW = """
ALTER TABLE catalog_product ALTER has_lowest_price TYPE boolean USING coalesce(has_lowest_price, false);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_commerce_queries")]

    operations = [
        migrations.CreateModel(
            name="ProductDescription",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="written",
                        serialize=False,
                        to="catalog.product",
                    ),
                ),
                ("text", models.TextField(validators=[django.core.validators.MaxLengthValidator(5000)])),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(text=""), name="product_description_has_text")
                ],
            },
        ),
        migrations.RunSQL(MOVE, MOVE_BACK),
        migrations.RemoveField(model_name="product", name="description"),
        migrations.RunSQL(WRITE_ANEW, migrations.RunSQL.noop),
    ]
