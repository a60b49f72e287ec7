from django.db import migrations, models

OWNER = ["encoder", "product", "image_digest"]


class Migration(migrations.Migration):
    dependencies = [("recommender", "0005_labels_in_any_language")]

    operations = [
        migrations.RemoveConstraint("embedding", "embedding_unique"),
        migrations.AddConstraint("embedding", models.UniqueConstraint(fields=OWNER, name="embedding_unique")),
        migrations.RemoveConstraint("embeddingfailure", "embedding_failure_unique"),
        migrations.AddConstraint(
            "embeddingfailure", models.UniqueConstraint(fields=OWNER, name="embedding_failure_unique")
        ),
    ]
