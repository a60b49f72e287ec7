"""The triggers that note in catalog_catalogversion when staff steer panels otherwise, as what they show is kept."""

from django.db import migrations

NOTE = """
CREATE TRIGGER note_catalog_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""
FORGET = "DROP TRIGGER note_catalog_change ON {table};"
TABLES = ("catalog_merchandisingrule", "catalog_similarpanel")


class Migration(migrations.Migration):
    dependencies = [("catalog", "0017_rows_by_product")]

    operations = [migrations.RunSQL(NOTE.format(table=table), FORGET.format(table=table)) for table in TABLES]
