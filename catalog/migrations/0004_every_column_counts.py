"""Whatever column products have, a change of it is noted, but for what pages know of a picture before it has loaded."""

from django.db import migrations

UNSEEN = "'image', 'image_width', 'image_height', 'image_colour', 'picture_changed_at', 'updated_at'"
BEFORE = """
DROP TRIGGER note_catalog_change ON catalog_product;
CREATE TRIGGER note_catalog_change AFTER INSERT OR DELETE OR TRUNCATE OR UPDATE OF
  sku, name, gender, category_id, base_colour, season, year, usage, image_digest, design, search_words, archived_at
ON catalog_product FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""
NOTE = """
CREATE FUNCTION note_product_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT to_jsonb(old_row) - TG_ARGV FROM old_row EXCEPT SELECT to_jsonb(new_row) - TG_ARGV FROM new_row) THEN
    UPDATE catalog_catalogversion SET changed_at = clock_timestamp();
  END IF;
  RETURN NULL;
END $$;
"""
AFTER = f"""
DROP TRIGGER note_catalog_change ON catalog_product;
CREATE TRIGGER note_catalog_change AFTER INSERT OR DELETE OR TRUNCATE ON catalog_product
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
CREATE TRIGGER note_product_update AFTER UPDATE ON catalog_product
REFERENCING OLD TABLE AS old_row NEW TABLE AS new_row
FOR EACH STATEMENT EXECUTE FUNCTION note_product_update({UNSEEN});
"""
UNDO = "DROP TRIGGER note_product_update ON catalog_product; DROP FUNCTION note_product_update;"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_pictures_and_designs")]

    operations = [migrations.RunSQL(NOTE + AFTER, UNDO + BEFORE)]
