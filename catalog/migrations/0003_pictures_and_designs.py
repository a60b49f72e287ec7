"""What pages know of a picture before it has loaded, which is no change of the catalogue; designs; and indexes."""

from django.db import migrations, models

COLUMNS = (
    "sku, name, gender, category_id, base_colour, season, year, usage, image_digest, design, search_words, archived_at"
)
TRIGGER = """
DROP TRIGGER note_catalog_change ON catalog_product;
CREATE TRIGGER note_catalog_change AFTER INSERT OR UPDATE {of} OR DELETE OR TRUNCATE ON catalog_product
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_catalog_version")]

    operations = [
        migrations.AddField(
            model_name="product",
            name="image_width",
            field=models.PositiveIntegerField(editable=False, null=True, verbose_name="width of the image in pixels"),
        ),
        migrations.AddField(
            model_name="product",
            name="image_height",
            field=models.PositiveIntegerField(editable=False, null=True, verbose_name="height of the image in pixels"),
        ),
        migrations.AddField(
            model_name="product",
            name="image_colour",
            field=models.CharField(
                blank=True, editable=False, max_length=7, verbose_name="colour of the image's placeholder"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="product",
            name="design",
            field=models.CharField(blank=True, editable=False, max_length=255, verbose_name="name without its colour"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["category", "design"], name="product_design"),
        ),
        migrations.RunSQL(TRIGGER.format(of=f"OF {COLUMNS}"), TRIGGER.format(of="")),
    ]
