from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("importing", "0012_versions_and_failures"),
    ]

    operations = [
        migrations.AddField(
            model_name="chosencolumns",
            name="currency",
            field=models.CharField(blank=True, max_length=3, verbose_name="of prices that name none"),
        ),
        migrations.AddField(
            model_name="importjob",
            name="currency",
            field=models.CharField(blank=True, max_length=3, verbose_name="of prices that name none"),
        ),
        migrations.AlterField(
            model_name="importissue",
            name="sku",
            field=models.CharField(blank=True, max_length=255, verbose_name="SKU"),
        ),
        migrations.AlterField(
            model_name="importrow",
            name="sku",
            field=models.CharField(max_length=255, verbose_name="SKU"),
        ),
    ]
