"""What products are sold for: price, sale, stock, sizes, brand, link and description; all may be unknown."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

NOTE_SIZES = """
CREATE TRIGGER note_catalog_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON catalog_productsize
FOR EACH STATEMENT EXECUTE FUNCTION note_catalog_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0004_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductSize",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "availability",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("in_stock", "In stock"),
                            ("out_of_stock", "Sold out"),
                            ("preorder", "Preorder"),
                            ("backorder", "On backorder"),
                        ],
                        max_length=12,
                    ),
                ),
            ],
            options={
                "ordering": ["product", "position"],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="availability",
            field=models.CharField(
                blank=True,
                choices=[
                    ("in_stock", "In stock"),
                    ("out_of_stock", "Sold out"),
                    ("preorder", "Preorder"),
                    ("backorder", "On backorder"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="brand",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AddField(
            model_name="product",
            name="condition",
            field=models.CharField(
                blank=True, choices=[("new", "New"), ("refurbished", "Refurbished"), ("used", "Used")], max_length=11
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="currency",
            field=models.CharField(blank=True, help_text="Its code of three letters: EUR, USD, INR.", max_length=3),
        ),
        migrations.AddField(
            model_name="product",
            name="description",
            field=models.TextField(
                blank=True,
                help_text="Plain text, with its line breaks.",
                validators=[django.core.validators.MaxLengthValidator(5000)],
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="has_lowest_price",
            field=models.BooleanField(
                default=False,
                help_text="Where its sizes or colours cost more or less.",
                verbose_name="the lowest of several prices",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="link",
            field=models.CharField(
                blank=True,
                help_text="An address that begins with https:// or http://.",
                max_length=2000,
                validators=[django.core.validators.URLValidator(("http", "https"))],
                verbose_name="link to where it is bought",
            ),
        ),
        migrations.AddField(
            model_name="product",
            name="price",
            field=models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="sale_ends_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="sale_price",
            field=models.DecimalField(blank=True, decimal_places=3, max_digits=12, null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="sale_starts_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="product",
            name="is_sold_out",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(("availability", "out_of_stock")), output_field=models.BooleanField()
                ),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["brand"], name="product_brand"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                models.F("is_sold_out"), models.OrderBy(models.F("id"), descending=True), name="product_sold_out_last"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("price", None), ("price__gte", 0), _connector="OR"),
                name="product_price_is_no_debt",
                violation_error_message="A price is no less than nothing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("price", None), models.Q(("currency", ""), _negated=True), _connector="OR"),
                name="product_price_has_currency",
                violation_error_message="A price needs its currency.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency", ""), ("currency__regex", "^[A-Z]{3}$"), _connector="OR"),
                name="product_currency_is_a_code",
                violation_error_message="A currency is three capital letters, like EUR.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sale_price", None),
                    models.Q(("price__isnull", False), ("sale_price__gte", 0), ("sale_price__lt", models.F("price"))),
                    _connector="OR",
                ),
                name="product_sale_price_is_lower",
                violation_error_message="A sale price is lower than the price, and no less than nothing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sale_price__isnull", False),
                    models.Q(("sale_ends_at", None), ("sale_starts_at", None)),
                    _connector="OR",
                ),
                name="product_sale_dates_have_a_price",
                violation_error_message="The dates of a sale need its price.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sale_starts_at", None),
                    ("sale_ends_at", None),
                    ("sale_ends_at__gt", models.F("sale_starts_at")),
                    _connector="OR",
                ),
                name="product_sale_ends_after_start",
                violation_error_message="A sale ends after it starts.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("link", ""), ("link__regex", "^https?://"), _connector="OR"),
                name="product_link_is_of_the_web",
                violation_error_message="A link begins with https:// or http://.",
            ),
        ),
        migrations.AddField(
            model_name="productsize",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="sizes", to="catalog.product"
            ),
        ),
        migrations.AddIndex(
            model_name="productsize",
            index=models.Index(fields=["label"], name="product_size_label"),
        ),
        migrations.AddConstraint(
            model_name="productsize",
            constraint=models.UniqueConstraint(fields=("product", "position"), name="product_size_position"),
        ),
        migrations.AddConstraint(
            model_name="productsize",
            constraint=models.UniqueConstraint(fields=("product", "label"), name="product_size_once"),
        ),
        migrations.AddConstraint(
            model_name="productsize",
            constraint=models.CheckConstraint(
                condition=models.Q(("label", ""), _negated=True), name="product_size_has_label"
            ),
        ),
        migrations.RunSQL(NOTE_SIZES, "DROP TRIGGER note_catalog_change ON catalog_productsize;"),
    ]
