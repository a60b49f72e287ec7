"""The trigger that notes in catalog_catalogversion when products are described otherwise, as pages are kept by it."""

from django.db import migrations

NOTE = """
CREATE TRIGGER note_catalog_change AFTER INSERT OR UPDATE OF text OR DELETE OR TRUNCATE ON catalog_productdescription
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0019_names_within_categories_and_prices")]

    operations = [migrations.RunSQL(NOTE, "DROP TRIGGER note_catalog_change ON catalog_productdescription;")]
