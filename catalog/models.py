"""What the shop sells."""

from decimal import Decimal
from itertools import chain, count
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.addresses import check_link
from catalog.attributes import ATTRIBUTES, Attribute
from catalog.offer import DISCOUNT, HAS_SALE, Offer, price_now
from catalog.pictures import facts, renditions
from catalog.pictures.decoding import is_shown_by_browsers
from catalog.pictures.facts import Facts
from catalog.querysets import (
    FOREMOST,
    LEVELS,
    UNPICTURED,
    CategoryQuerySet,
    FurtherPictureQuerySet,
    MerchandisingRuleQuerySet,
    ProductDescriptionQuerySet,
    ProductQuerySet,
    ProductSizeQuerySet,
)
from catalog.terms import DESCRIPTION_LENGTH, Availability
from catalog.vocabulary import VOCABULARY
from catalog.words.index import lexemes
from catalog.words.reading import read


class Category(models.Model):
    """A node of the tree master > sub > article type. Names repeat under other parents."""

    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("parent")
    )
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=110, allow_unicode=True, editable=False)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        constraints = [
            models.UniqueConstraint(fields=["parent", "name"], name="category_unique_below_parent"),
            models.UniqueConstraint(fields=["name"], condition=Q(parent=None), name="category_unique_at_top"),
            models.UniqueConstraint(fields=["parent", "slug"], name="category_slug_below_parent"),
            models.UniqueConstraint(fields=["slug"], condition=Q(parent=None), name="category_slug_at_top"),
            models.CheckConstraint(condition=~Q(name=""), name="category_has_name"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="category_not_its_own_parent"),
        ]

    def __str__(self) -> str:
        return " > ".join(category.name for category in self.path)

    def save(self, **options: Any) -> None:
        self.slug = self._free_slug()
        if options.get("update_fields") is not None:
            options["update_fields"] = {*options["update_fields"], "slug"}
        super().save(**options)

    def get_absolute_url(self) -> str:
        return reverse("catalog:category", args=[self.route])

    def clean(self) -> None:
        """Raises ValidationError where the tree would no longer be master > sub > article type."""
        above = self.parent
        while above:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("A category cannot stand below itself.")})
            above = above.parent
        if len(self.path) + self._levels_below() > LEVELS:
            raise ValidationError({"parent": _("The tree has %d levels; this would make it deeper.") % LEVELS})

    @property
    def route(self) -> str:
        """The path by which addresses name it, like apparel/topwear."""
        return "/".join(category.slug for category in self.path)

    @property
    def path(self) -> list["Category"]:
        """From the master category down to this one."""
        return [*self.parent.path, self] if self.parent else [self]

    def _free_slug(self) -> str:
        """The name for an address; with a number where a sibling's name comes to the same."""
        slug = slugify(self.name, allow_unicode=True) or "category"
        siblings = Category.objects.filter(parent=self.parent_id).exclude(pk=self.pk)
        taken = set(siblings.filter(slug__startswith=slug).values_list("slug", flat=True))
        return next(free for free in chain([slug], (f"{slug}-{n}" for n in count(2))) if free not in taken)

    def _levels_below(self) -> int:
        below = Category.objects.filter(parent=self.pk) if self.pk else Category.objects.none()
        return max((1 + category._levels_below() for category in below), default=0)


class Pictured(models.Model):
    """What has a picture in the media storage, with its digest and facts."""

    image: models.ImageField
    image_digest: models.CharField
    image_width: models.PositiveIntegerField
    image_colour: models.CharField

    class Meta:
        abstract = True

    @property
    def image_address(self) -> str:
        """The picture at a size that suits a card; the file itself where it is no larger."""
        widths = renditions.widths_for(self.image_width, str(self.image))
        return renditions.address(self.image_digest, widths[min(1, len(widths) - 1)]) if widths else self.image.url

    @property
    def image_addresses(self) -> str:
        """For `srcset`: all sizes of the picture; empty where there is but one."""
        widths = renditions.widths_for(self.image_width, str(self.image))
        return ", ".join(f"{renditions.address(self.image_digest, width)} {width}w" for width in widths)

    @property
    def largest_image_address(self) -> str:
        """The picture's file, or its largest rendition where browsers do not show such files."""
        widths = renditions.widths_for(self.image_width, str(self.image))
        if is_shown_by_browsers(str(self.image)) or not widths:
            return self.image.url
        return renditions.address(self.image_digest, widths[-1])


class Product(Pictured, Offer):
    """One product of the shop. Unknown attributes are empty."""

    PICTURE_FIELDS = ("image", "image_digest", "image_width", "image_height", "image_colour", "picture_changed_at")
    """What `take_picture` sets."""

    sku = models.CharField(_("SKU"), max_length=255, unique=True)
    name = models.CharField(_("name"), max_length=255, blank=True)
    gender = models.CharField(_("gender"), max_length=100, blank=True)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("category")
    )
    base_colour = models.CharField(_("base colour"), max_length=100, blank=True)
    brand = models.CharField(_("brand"), max_length=100, blank=True)
    season = models.CharField(_("season"), max_length=100, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    usage = models.CharField(_("usage"), max_length=100, blank=True)
    image = models.ImageField(_("image"), upload_to="products", max_length=255, blank=True)
    image_digest = models.CharField(_("SHA-256 of the image"), max_length=64, blank=True, editable=False)
    image_width = models.PositiveIntegerField(_("width of the image in pixels"), null=True, editable=False)
    image_height = models.PositiveIntegerField(_("height of the image in pixels"), null=True, editable=False)
    image_colour = models.CharField(_("colour of the image's placeholder"), max_length=7, blank=True, editable=False)
    search_vector = SearchVectorField("what word search looks through", default="", editable=False)
    design = models.CharField(_("name without its colour"), max_length=255, blank=True, editable=False)
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True, editable=False)
    picture_changed_at = models.DateTimeField(_("picture changed at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            models.Index(fields=["gender"], name="product_gender"),
            models.Index(fields=["base_colour"], name="product_base_colour"),
            models.Index(fields=["brand"], name="product_brand"),
            models.Index(fields=["season"], name="product_season"),
            models.Index(fields=["usage"], name="product_usage"),
            models.Index(fields=["category", "design"], name="product_design"),
            models.Index(fields=["image_digest"], name="product_image_digest"),
            models.Index(fields=["id", "image_digest"], condition=~Q(image_digest=""), name="product_pictured"),
            models.Index("is_sold_out", UNPICTURED, F("id").desc(), name="product_sold_out_last"),
            models.Index(
                fields=["currency"],
                include=["price", "sale_price", "sale_starts_at", "sale_ends_at"],
                condition=Q(price__isnull=False, archived_at=None),
                name="product_priced",
            ),
            *(
                models.Index(fields=[field], condition=Q((f"{field}__isnull", False)), name=f"product_{field}")
                for field in ("sale_price", "sale_starts_at", "sale_ends_at")
            ),
            models.Index("is_sold_out", UNPICTURED, "name", F("id").desc(), name="product_by_name"),
            models.Index("category", "is_sold_out", UNPICTURED, "name", F("id").desc(), name="product_within_by_name"),
            *(
                models.Index(*within, order, condition=condition, name=f"product_{place}_{name}")
                for place, within in (("foremost_by", []), ("within_by", ["category"]))
                for name, order, condition in (
                    ("price", "price", FOREMOST & Q(price__isnull=False)),
                    ("sale", "sale_price", FOREMOST & HAS_SALE),
                    ("discount", DISCOUNT, FOREMOST & HAS_SALE),
                )
            ),
            GinIndex(fields=["search_vector"], name="product_search"),
        ]
        constraints = [
            *Offer.Meta.constraints,
            models.CheckConstraint(
                condition=Q(image="", image_digest="") | (~Q(image="") & ~Q(image_digest="")),
                name="product_image_has_digest",
            ),
            models.CheckConstraint(condition=~Q(sku=""), name="product_has_sku"),
        ]

    def __str__(self) -> str:
        return f"{self.sku} {self.name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("catalog:product", args=[self.sku])

    @property
    def title(self) -> str:
        """What to call it, even when it has no name."""
        return self.name or (self.category.name if self.category else self.sku)

    @property
    def attributes(self) -> dict[Attribute, str]:
        """The value of each attribute, "" where it is unknown."""
        return {attribute: str(getattr(self, attribute.name) or "") for attribute in ATTRIBUTES}

    @property
    def pictures(self) -> list["Product | FurtherPicture"]:
        """Itself where it has a picture of its own, and its further pictures, in their order."""
        return [*([self] if self.image else []), *self.further_pictures.all()]

    @property
    def description(self) -> str:
        """What the merchant writes of it, "" where nothing; `ProductQuerySet.with_description` reads it along."""
        return self.written.text if hasattr(self, "written") else ""

    def take_picture(self, name: str, digest: str, known: Facts | None = None) -> None:
        """Gives it a picture that is in the media storage, or with twice "" none, and the facts of it; it is not saved.

        They are read from its file where they are not known. A picture that cannot be decoded has none.
        """
        if digest != self.image_digest:
            found = known or (facts.facts_of(name) if name else facts.NONE)
            self.image_width, self.image_height, self.image_colour = found
            self.picture_changed_at = timezone.now()
        self.image, self.image_digest = name, digest

    def derive(self) -> None:
        """Sets what follows from other fields: the text that word search looks through, and the design."""
        categories = [category.name for category in self.category.path] if self.category else []
        values = [value for attribute, value in self.attributes.items() if attribute.is_searched and value]
        self.search_vector = lexemes(self.name, categories, values, self.sku)
        colour = set(self.base_colour.lower().split())
        self.design = " ".join(word for word in self.name.lower().split() if word not in colour)


class ProductDescription(models.Model):
    """What the merchant writes of a product; without a text there is no row.

    In a table of its own, as the catalogue is counted and sorted by reading its products' rows, which are to be short.
    """

    product = models.OneToOneField(Product, models.CASCADE, primary_key=True, related_name="written")
    text = models.TextField(validators=[MaxLengthValidator(DESCRIPTION_LENGTH)])

    objects = ProductDescriptionQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="product_description_has_text")]

    def __str__(self) -> str:
        return self.text


class ProductSize(models.Model):
    """A size that a product comes in."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="sizes", verbose_name=_("product"))
    label = models.CharField(_("label"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"))
    availability = models.CharField(_("availability"), max_length=12, choices=Availability, blank=True)

    objects = ProductSizeQuerySet.as_manager()

    class Meta:
        ordering = ["product_id", "position"]
        verbose_name = _("product size")
        verbose_name_plural = _("product sizes")
        indexes = [models.Index(fields=["label"], name="product_size_label")]
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="product_size_position"),
            models.UniqueConstraint(fields=["product", "label"], name="product_size_once"),
            models.CheckConstraint(condition=~Q(label=""), name="product_size_has_label"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_sold_out(self) -> bool:
        return self.availability == Availability.OUT_OF_STOCK


class Synonym(models.Model):
    """What shoppers say, and what the catalogue calls it."""

    phrase = models.CharField(_("shoppers say"), max_length=100, unique=True)
    meanings = models.CharField(
        _("and mean"), max_length=500, help_text=_("As products are called; several with commas between.")
    )

    class Meta:
        ordering = ["phrase"]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        constraints = [models.CheckConstraint(condition=~Q(phrase="") & ~Q(meanings=""), name="synonym_says_something")]

    def __str__(self) -> str:
        return f"{self.phrase} → {self.meanings}"

    def clean(self) -> None:
        """Writes the words as they are read, so that each phrase is there once; raises ValidationError without any."""
        self.phrase = " ".join(read(self.phrase))
        self.meanings = ", ".join(filter(None, (" ".join(read(meaning)) for meaning in self.meanings.split(","))))
        nothing = [name for name in ("phrase", "meanings") if not getattr(self, name)]
        if nothing:
            raise ValidationError(dict.fromkeys(nothing, _("Write at least one word, of letters or digits.")))


class MerchandisingRule(models.Model):
    """What staff make of one product in one page of results, for a time or for good."""

    class Place(models.TextChoices):
        SHOP = "shop", _("all products")
        CATEGORY = "category", _("a category")
        WORDS = "words", _("a search by words")
        PANEL = "panel", _("what is similar to a product")
        PHOTO = "photo", _("photo search")

    class Act(models.TextChoices):
        PIN = "pin", _("pinned")
        BOOST = "boost", _("boosted")
        BURY = "bury", _("buried")
        HIDE = "hide", _("hidden")

    TARGETS = {Place.CATEGORY: "category", Place.WORDS: "words", Place.PANEL: "beside"}
    """The field that says which page it is, for the places that are many."""

    place = models.CharField(_("place"), max_length=8, choices=Place)
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="rules", verbose_name=_("category")
    )
    words = models.CharField(_("searched words"), max_length=255, blank=True)
    beside = models.ForeignKey(
        Product, models.CASCADE, null=True, blank=True, related_name="rules_beside", verbose_name=_("similar to")
    )
    product = models.ForeignKey(Product, models.CASCADE, related_name="rules", verbose_name=_("product"))
    act = models.CharField(_("is"), max_length=5, choices=Act)
    position = models.PositiveSmallIntegerField(
        _("position"), default=0, help_text=_("Of what is pinned, the lowest stands first.")
    )
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)

    objects = MerchandisingRuleQuerySet.as_manager()

    class Meta:
        ordering = ["place", "act", "position", "pk"]
        verbose_name = _("merchandising rule")
        verbose_name_plural = _("merchandising rules")
        indexes = [models.Index(fields=["place", "words"], name="merchandising_words")]
        constraints = [
            models.CheckConstraint(
                condition=Q(place__in=("shop", "photo"), category=None, words="", beside=None)
                | (Q(place="category", words="", beside=None) & ~Q(category=None))
                | (Q(place="words", category=None, beside=None) & ~Q(words=""))
                | (Q(place="panel", category=None, words="") & ~Q(beside=None)),
                name="merchandising_rule_has_its_place",
                violation_error_message=_("Say which page: a category, words or a product, as the place asks for."),
            ),
            models.UniqueConstraint(
                F("place"),
                Coalesce(F("category"), 0),
                F("words"),
                Coalesce(F("beside"), 0),
                F("product"),
                name="merchandising_rule_unique",
                violation_error_message=_("There is a rule for this product in this place already; change that one."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="merchandising_rule_ends_after_start",
                violation_error_message=_("It must end after it starts."),
            ),
            models.CheckConstraint(
                condition=~Q(product=F("beside")),
                name="merchandising_rule_is_about_two",
                violation_error_message=_("A product is not shown beside itself."),
            ),
        ]

    def __str__(self) -> str:
        said = gettext("{product} is {act} in {page}")
        return said.format(product=self.product, act=self.get_act_display(), page=self.page)

    @property
    def page(self) -> str:
        """The page of results, in words."""
        target = self.TARGETS.get(self.Place(self.place))
        return f"{self.get_place_display()}: {getattr(self, target)}" if target else self.get_place_display()

    def clean(self) -> None:
        """Writes the words as they are read, so that all ways of typing them find the rule.

        Raises ValidationError where the product would not stand in the category.
        """
        self.words = " ".join(read(self.words))
        if self.category and self.product_id:
            within = self.product.category.path if self.product.category else []
            if self.category not in within:
                raise ValidationError({"product": _("This product is not in the category.")})


class SimilarPanel(models.Model):
    """What the panel of what is similar to a product shows, in its only row; without the row it shows all it can."""

    ONLY = 1
    """The id of the row"""
    MOST, LARGEST_FACTOR = 24, 100

    most = models.PositiveSmallIntegerField(
        _("how many"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(MOST)],
        help_text=_("Up to 24 products; fewer where the rules below leave fewer."),
    )
    same_gender = models.BooleanField(
        _("for the same gender only"),
        default=False,
        help_text=_("And what is for everyone, or of which nobody says for whom. Without it others follow behind."),
    )
    in_stock = models.BooleanField(_("in stock only"), default=False, help_text=_("Without what is sold out."))
    price_factor = models.DecimalField(
        _("price within a factor of"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(1)), MaxValueValidator(LARGEST_FACTOR)],
        help_text=_(
            "2 shows from half the product's price to twice as much, and nothing without a price or in another "
            "currency; empty shows any price."
        ),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("similar products")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="similar_panel_one_row"),
            models.CheckConstraint(condition=Q(most__range=(1, 24)), name="similar_panel_shows_some"),
            models.CheckConstraint(
                condition=Q(price_factor=None) | Q(price_factor__range=(1, 100)), name="similar_panel_factor_is_one"
            ),
        ]

    def __str__(self) -> str:
        return gettext("what stands beside a product")

    @classmethod
    def now(cls) -> "SimilarPanel":
        """As staff have set it, or as it is where nobody has."""
        return cls.objects.first() or cls()

    def allows(self, product: Product, of: str) -> Q:
        """What may stand beside the product; `of` leads to products from the rows that are asked, like `product__`.

        What is unknown of the product, or is for everyone, narrows nothing.
        """
        allowed = Q((f"{of}is_sold_out", False)) if self.in_stock else Q()
        if self.same_gender and product.gender not in ("", *VOCABULARY.everyone):
            allowed &= Q((f"{of}gender__in", [product.gender, "", *VOCABULARY.everyone]))
        if self.price_factor and (price := product.price_now):
            selling = price_now(product.currency, timezone.now(), of)
            allowed &= Q(GreaterThanOrEqual(selling, price / self.price_factor))
            allowed &= Q(LessThanOrEqual(selling, price * self.price_factor))
        return allowed


class FurtherPicture(Pictured):
    """A picture of a product beside its own one: another side of it, a detail, the product worn."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="further_pictures", verbose_name=_("product"))
    position = models.PositiveSmallIntegerField(_("position"))
    image = models.ImageField(_("image"), upload_to="products", max_length=255)
    image_digest = models.CharField(_("SHA-256 of the image"), max_length=64, editable=False)
    image_width = models.PositiveIntegerField(_("width of the image in pixels"), null=True, editable=False)
    image_height = models.PositiveIntegerField(_("height of the image in pixels"), null=True, editable=False)
    image_colour = models.CharField(_("colour of the image's placeholder"), max_length=7, blank=True, editable=False)

    objects = FurtherPictureQuerySet.as_manager()

    class Meta:
        ordering = ["product_id", "position"]
        verbose_name = _("further picture")
        verbose_name_plural = _("further pictures")
        indexes = [models.Index(fields=["image_digest"], name="further_picture_digest")]
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="further_picture_position"),
            models.UniqueConstraint(fields=["product", "image_digest"], name="further_picture_once"),
            models.CheckConstraint(condition=~Q(image="") & ~Q(image_digest=""), name="further_picture_has_image"),
        ]

    def __str__(self) -> str:
        return gettext("picture {position} of {product}").format(position=self.position, product=self.product_id)

    @property
    def number(self) -> int:
        """Of the picture in the product's page, where its own one is the first."""
        return self.position + 1

    @classmethod
    def stored(cls, product: Product, position: int, name: str, digest: str, known: Facts | None = None) -> Self:
        """One that is in the media storage, with the facts of it, read where they are not known; it is not saved."""
        found = known or facts.facts_of(name)
        return cls(
            product=product,
            position=position,
            image=name,
            image_digest=digest,
            image_width=found.width,
            image_height=found.height,
            image_colour=found.colour,
        )


class CatalogVersion(models.Model):
    """When the catalogue last changed, in one row that triggers of the database write with every change."""

    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.changed_at)

    @classmethod
    def now(cls) -> str:
        """Another text after every change that is committed."""
        changed_at = cls.objects.values_list("changed_at", flat=True).first()
        return changed_at.strftime("%Y%m%dT%H%M%S.%f") if changed_at else "never"


def languages() -> list[tuple[str, str]]:
    """Those that the shop's pages are written in."""
    return list(settings.LANGUAGES)


class Appearance(models.Model):
    """What makes the shop somebody's own, in its only row; a shop without the row looks as it was shipped."""

    ONLY = 1
    """The id of the row"""
    SQUARE = 1.5
    """How much longer one side of a logo may be than the other, where it is the icon of a browser's tab"""
    COLOUR = "#[0-9a-f]{6}"

    name = models.CharField(_("name of the shop"), max_length=60, default="Atelier")
    headline = models.CharField(
        _("headline"),
        max_length=80,
        blank=True,
        help_text=_("Stands large on the home page. Empty: “Seen it? Find it.”"),
    )
    tagline = models.CharField(
        _("tagline"),
        max_length=160,
        blank=True,
        help_text=_("Stands in the footer, and is what search machines show of the home page. Empty: the shop's own."),
    )
    logo = models.BinaryField(_("logo as PNG"), null=True, editable=False)
    logo_digest = models.CharField(_("SHA-256 of the logo"), max_length=64, blank=True, editable=False)
    logo_width = models.PositiveIntegerField(_("width of the logo in pixels"), null=True, editable=False)
    logo_height = models.PositiveIntegerField(_("height of the logo in pixels"), null=True, editable=False)
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        blank=True,
        help_text=_("Of buttons, of what is chosen and of what has the focus, like #1f3a5f. Empty: black."),
    )
    accent_in_dark = models.CharField(
        _("accent colour in the dark"),
        max_length=7,
        blank=True,
        help_text=_(
            "For those whose device is set to dark. Empty: the nearest shade of the accent colour that is seen."
        ),
    )
    shows_wander = models.BooleanField(_("Wander"), default=True, help_text=_("The wall of pictures to wander along."))
    shows_favourites = models.BooleanField(
        _("favourites"),
        default=True,
        help_text=_("The heart of products, and the page of what has one. It needs a cookie."),
    )
    shows_for_you = models.BooleanField(
        _("for you"),
        default=True,
        help_text=_("The row of the home page that goes by what this browser has seen. It needs a cookie."),
    )
    shows_seen = models.BooleanField(
        _("recently seen"), default=True, help_text=_("The row on products' pages. It needs the same cookie.")
    )
    shows_marks = models.BooleanField(
        _("“not similar”"), default=True, help_text=_("Shoppers say what does not belong beside a product.")
    )
    shows_photo_addresses = models.BooleanField(
        _("photo search by address"),
        default=True,
        help_text=_("Works where whoever runs the server allows it (PHOTO_FROM_ADDRESS)."),
    )
    language = models.CharField(
        max_length=10, blank=True, choices=languages, help_text=_("Of the shop's pages. Empty: the server's.")
    )
    is_indexed = models.BooleanField(
        _("search machines may show it"),
        default=True,
        help_text=_("Without it robots.txt and every page tell them to stay away."),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("make it yours")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="appearance_one_row"),
            models.CheckConstraint(condition=~Q(name=""), name="appearance_has_name"),
            models.CheckConstraint(
                condition=Q(accent__regex=r"^(#[0-9a-f]{6})?$", accent_in_dark__regex=r"^(#[0-9a-f]{6})?$"),
                name="appearance_has_colours",
            ),
            models.CheckConstraint(
                condition=Q(logo=None, logo_digest="", logo_width=None, logo_height=None)
                | (Q(logo__isnull=False, logo_width__isnull=False, logo_height__isnull=False) & ~Q(logo_digest="")),
                name="appearance_logo_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_square_logo(self) -> bool:
        """Whether it can be the icon of a tab."""
        sides = sorted((self.logo_width or 0, self.logo_height or 0))
        return bool(self.logo_digest) and sides[1] <= self.SQUARE * sides[0]

    @property
    def footer(self) -> list["FooterLink"]:
        """The links of the footer; none while nobody has made the shop theirs."""
        return list(self.links.all()) if self.pk else []

    @property
    def state(self) -> str:
        """Another text for another appearance."""
        fields = [field.attname for field in self._meta.concrete_fields if field.attname != "logo"]
        links = [(link.title, link.address) for link in self.footer]
        return repr(([getattr(self, field) for field in fields], links))

    @property
    def remembers_seen(self) -> bool:
        """Whether any row of cards goes by what a browser has looked at."""
        return self.shows_for_you or self.shows_seen


class FooterLink(models.Model):
    """A link in the footer of every page: the imprint, the merchant's own note on privacy, how to reach them."""

    MOST = 12

    appearance = models.ForeignKey(Appearance, models.CASCADE, related_name="links")
    position = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(MOST)])
    title = models.CharField(max_length=60)
    address = models.CharField(
        max_length=500,
        validators=[check_link],
        help_text=_("https://…, mailto:…, tel:…, or a path of this shop, like /products/."),
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["appearance", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="footer_link_position",
            ),
            models.CheckConstraint(condition=Q(position__gte=1, position__lte=12), name="footer_link_one_of_twelve"),
            models.CheckConstraint(condition=~Q(title=""), name="footer_link_has_title"),
            models.CheckConstraint(
                condition=Q(address__regex=r"^(https?://|mailto:|tel:|/([^/\\]|$))"), name="footer_link_leads_to_a_page"
            ),
        ]

    def __str__(self) -> str:
        return self.title
