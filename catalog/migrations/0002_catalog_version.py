"""The triggers that note in catalog_catalogversion when products or categories have changed.

Whatever column products have, a change of it counts, but for what pages know of a picture before it has loaded.
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
NOTE_UPDATE = """
CREATE FUNCTION note_product_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT to_jsonb(old_row) - TG_ARGV FROM old_row EXCEPT SELECT to_jsonb(new_row) - TG_ARGV FROM new_row) THEN
    UPDATE catalog_catalogversion SET changed_at = clock_timestamp();
  END IF;
  RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER note_catalog_change AFTER {events} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""
DROP = "DROP TRIGGER note_catalog_change ON {table};"
EVENTS = {
    "catalog_product": "INSERT OR DELETE OR TRUNCATE",
    "catalog_category": "INSERT OR UPDATE OR DELETE OR TRUNCATE",
}
UNSEEN = "'image', 'image_width', 'image_height', 'image_colour', 'picture_changed_at', 'updated_at'"
TRIGGER_UPDATE = f"""
CREATE TRIGGER note_product_update AFTER UPDATE ON catalog_product
REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION note_product_update({UNSEEN});
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(NOTE, "DROP FUNCTION note_catalog_change;"),
        migrations.RunSQL(NOTE_UPDATE, "DROP FUNCTION note_product_update;"),
        *(
            migrations.RunSQL(TRIGGER.format(table=table, events=events), DROP.format(table=table))
            for table, events in EVENTS.items()
        ),
        migrations.RunSQL(TRIGGER_UPDATE, "DROP TRIGGER note_product_update ON catalog_product;"),
    ]
