"""What makes the shop somebody's own: one row, and the links of the footer."""

import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import catalog.addresses
import catalog.models


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0010_similar_panel"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appearance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(default="Atelier", max_length=60, verbose_name="name of the shop")),
                (
                    "headline",
                    models.CharField(
                        blank=True,
                        help_text="Stands large on the home page. Empty: “Seen it? Find it.”",
                        max_length=80,
                        verbose_name="headline",
                    ),
                ),
                (
                    "tagline",
                    models.CharField(
                        blank=True,
                        help_text="Stands in the footer, and is what search machines show of the home page. Empty: the shop's own.",
                        max_length=160,
                        verbose_name="tagline",
                    ),
                ),
                ("logo", models.BinaryField(null=True, verbose_name="logo as PNG")),
                (
                    "logo_digest",
                    models.CharField(blank=True, editable=False, max_length=64, verbose_name="SHA-256 of the logo"),
                ),
                (
                    "logo_width",
                    models.PositiveIntegerField(editable=False, null=True, verbose_name="width of the logo in pixels"),
                ),
                (
                    "logo_height",
                    models.PositiveIntegerField(editable=False, null=True, verbose_name="height of the logo in pixels"),
                ),
                (
                    "accent",
                    models.CharField(
                        blank=True,
                        help_text="Of buttons, of what is chosen and of what has the focus, like #1f3a5f. Empty: black.",
                        max_length=7,
                        verbose_name="accent colour",
                    ),
                ),
                (
                    "accent_in_dark",
                    models.CharField(
                        blank=True,
                        help_text="For those whose device is set to dark. Empty: the nearest shade of the accent colour that is seen.",
                        max_length=7,
                        verbose_name="accent colour in the dark",
                    ),
                ),
                (
                    "shows_wander",
                    models.BooleanField(
                        default=True, help_text="The wall of pictures to wander along.", verbose_name="Wander"
                    ),
                ),
                (
                    "shows_favourites",
                    models.BooleanField(
                        default=True,
                        help_text="The heart of products, and the page of what has one. It needs a cookie.",
                        verbose_name="favourites",
                    ),
                ),
                (
                    "shows_for_you",
                    models.BooleanField(
                        default=True,
                        help_text="The row of the home page that goes by what this browser has seen. It needs a cookie.",
                        verbose_name="for you",
                    ),
                ),
                (
                    "shows_seen",
                    models.BooleanField(
                        default=True,
                        help_text="The row on products' pages. It needs the same cookie.",
                        verbose_name="recently seen",
                    ),
                ),
                (
                    "shows_marks",
                    models.BooleanField(
                        default=True,
                        help_text="Shoppers say what does not belong beside a product.",
                        verbose_name="“not similar”",
                    ),
                ),
                (
                    "shows_photo_addresses",
                    models.BooleanField(
                        default=True,
                        help_text="Works where whoever runs the server allows it (PHOTO_FROM_ADDRESS).",
                        verbose_name="photo search by address",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=catalog.models.languages,
                        help_text="Of the shop's pages. Empty: the server's.",
                        max_length=10,
                    ),
                ),
                (
                    "is_indexed",
                    models.BooleanField(
                        default=True,
                        help_text="Without it robots.txt and every page tell them to stay away.",
                        verbose_name="search machines may show it",
                    ),
                ),
            ],
            options={
                "verbose_name": "make it yours",
                "verbose_name_plural": "make it yours",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("pk", 1)), name="appearance_one_row"),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="appearance_has_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accent__regex", "^(#[0-9a-f]{6})?$"), ("accent_in_dark__regex", "^(#[0-9a-f]{6})?$")
                        ),
                        name="appearance_has_colours",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("logo", None), ("logo_digest", ""), ("logo_height", None), ("logo_width", None)),
                            models.Q(
                                ("logo__isnull", False),
                                ("logo_height__isnull", False),
                                ("logo_width__isnull", False),
                                models.Q(("logo_digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="appearance_logo_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FooterLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "position",
                    models.PositiveSmallIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(12),
                        ]
                    ),
                ),
                ("title", models.CharField(max_length=60)),
                (
                    "address",
                    models.CharField(
                        help_text="https://…, mailto:…, tel:…, or a path of this shop, like /products/.",
                        max_length=500,
                        validators=[catalog.addresses.check_link],
                    ),
                ),
                (
                    "appearance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="links", to="catalog.appearance"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(
                        deferrable=django.db.models.constraints.Deferrable["DEFERRED"],
                        fields=("appearance", "position"),
                        name="footer_link_position",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("position__gte", 1), ("position__lte", 12)),
                        name="footer_link_one_of_twelve",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("title", ""), _negated=True), name="footer_link_has_title"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("address__regex", "^(https?://|mailto:|tel:|/([^/\\\\]|$))")),
                        name="footer_link_leads_to_a_page",
                    ),
                ],
            },
        ),
    ]
