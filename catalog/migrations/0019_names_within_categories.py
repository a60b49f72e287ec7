"""The products of a category are read by their names."""

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
    ]
