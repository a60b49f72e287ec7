"""Sizes and further pictures are in the order of their products' ids, for which no other table is asked."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0016_indexes_of_orders_and_sales"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="furtherpicture",
            options={
                "ordering": ["product_id", "position"],
                "verbose_name": "further picture",
                "verbose_name_plural": "further pictures",
            },
        ),
        migrations.AlterModelOptions(
            name="productsize",
            options={
                "ordering": ["product_id", "position"],
                "verbose_name": "product size",
                "verbose_name_plural": "product sizes",
            },
        ),
    ]
