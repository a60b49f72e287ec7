"""What costs how much is counted without reading all of the products."""

from django.db import migrations, models


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
    ]
