"""Products without a picture come last in the order of the newest ones, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0014_note_further_pictures"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="product",
            name="product_sold_out_last",
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("is_sold_out"),
                models.ExpressionWrapper(models.Q(("image_digest", "")), models.BooleanField()),
                models.OrderBy(models.F("id"), descending=True),
                name="product_sold_out_last",
            ),
        ),
    ]
