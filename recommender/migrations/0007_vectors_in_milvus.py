from django.db import migrations, models

from recommender.models import new_collection_name


class Migration(migrations.Migration):
    dependencies = [("recommender", "0006_embeddings_of_further_pictures")]

    operations = [
        migrations.CreateModel(
            name="VectorCollection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(default=new_collection_name, max_length=64, unique=True)),
                ("is_complete", models.BooleanField(default=False)),
                (
                    "encoder",
                    models.OneToOneField(
                        on_delete=models.PROTECT, related_name="vector_collection", to="recommender.encoder"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CopiedVector",
            fields=[
                ("embedding_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "collection",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.CASCADE,
                        related_name="copied",
                        to="recommender.vectorcollection",
                    ),
                ),
            ],
        ),
    ]
