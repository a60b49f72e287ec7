"""The triggers that note in catalog_catalogversion when products or categories have changed."""

from django.db import migrations

TABLES = ("catalog_product", "catalog_category")
NOTE = """
CREATE FUNCTION note_catalog_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog_catalogversion (id, changed_at) VALUES (1, clock_timestamp())
  ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at;
  RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER note_catalog_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""
DROP = "DROP TRIGGER note_catalog_change ON {table};"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(NOTE, "DROP FUNCTION note_catalog_change;"),
        *(migrations.RunSQL(TRIGGER.format(table=table), DROP.format(table=table)) for table in TABLES),
    ]
