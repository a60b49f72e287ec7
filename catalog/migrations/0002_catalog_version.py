"""The triggers that note in catalog_catalogversion when products or categories have changed.

What pages know of a picture before it has loaded is no change of the catalogue.
"""

from django.db import migrations

NOTE = """
CREATE FUNCTION note_catalog_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO catalog_catalogversion (id, changed_at) VALUES (1, clock_timestamp())
  ON CONFLICT (id) DO UPDATE SET changed_at = excluded.changed_at;
  RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER note_catalog_change AFTER INSERT OR UPDATE {of} OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""
DROP = "DROP TRIGGER note_catalog_change ON {table};"
COLUMNS = (
    "sku, name, gender, category_id, base_colour, season, year, usage, image_digest, design, search_words, archived_at"
)
OF = {"catalog_product": f"OF {COLUMNS}", "catalog_category": ""}
"""For each table the columns whose change counts; all where none are named."""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(NOTE, "DROP FUNCTION note_catalog_change;"),
        *(migrations.RunSQL(TRIGGER.format(table=table, of=OF[table]), DROP.format(table=table)) for table in OF),
    ]
