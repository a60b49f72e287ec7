"""What costs how much is counted without reading all of the products; long descriptions are kept beside them."""

from django.db import migrations, models

ASIDE = """
ALTER TABLE catalog_product ALTER COLUMN description SET STORAGE EXTERNAL, SET (toast_tuple_target = 1024);
"""
WITHIN = """
ALTER TABLE catalog_product ALTER COLUMN description SET STORAGE EXTENDED, RESET (toast_tuple_target);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0006_merchandising"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("archived_at", None), ("price__isnull", False)),
                fields=["currency"],
                include=("price", "sale_price", "sale_starts_at", "sale_ends_at"),
                name="product_priced",
            ),
        ),
        migrations.RunSQL(ASIDE, WITHIN),
    ]
