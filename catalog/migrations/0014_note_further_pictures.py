"""The trigger that notes in catalog_catalogversion when products have other further pictures."""

from django.db import migrations

NOTE_FURTHER_PICTURES = """
CREATE TRIGGER note_catalog_change
AFTER INSERT OR UPDATE OF product_id, position, image_digest OR DELETE OR TRUNCATE ON catalog_furtherpicture
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_longer_ids")]

    operations = [
        migrations.RunSQL(NOTE_FURTHER_PICTURES, "DROP TRIGGER note_catalog_change ON catalog_furtherpicture;")
    ]
