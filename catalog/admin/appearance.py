"""The page by which staff make the shop theirs: its name, logo, colours, links, what it shows, language."""

import io
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import RegexValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.admin.formsets import LabelledFormSet
from catalog.appearance import GROUNDS, INK, accents
from catalog.contrast import EDGE, contrast, nearest_against, text_on
from catalog.models import Appearance, FooterLink
from catalog.pictures.decoding import DecodersBusy, UnreadablePicture, data_address, read_picture
from catalog.pictures.storage import digest_of

LOGO_BYTES = 900_000
"""As texts say it"""
LOGO_SIZE = (640, 160)
"""Pixels that no logo exceeds; it is shown 40 high, on screens of up to four pixels for each of these."""
ALL_WHITE = 235
"""A picture without a pixel of this grey (of 255) or a darker one is not seen on white."""
SMALLEST_SIDE = 16
TEXT_AND_GROUNDS = (("#16181d", GROUNDS[0]), ("#f1f0ee", GROUNDS[1]))
ACCENTS = {"accent": ("light", GROUNDS[0]), "accent_in_dark": ("dark", GROUNDS[1])}
"""The fields of accents: on which pages each is seen, and what those lie on."""
FAINT = {
    "light": _(
        "On light pages {colour} has a contrast of {contrast}:1, and buttons and edges need 3:1 to be seen. "
        "The nearest shade that has it is {nearest}."
    ),
    "dark": _(
        "On dark pages {colour} has a contrast of {contrast}:1, and buttons and edges need 3:1 to be seen. "
        "The nearest shade that has it is {nearest}."
    ),
}
UNSAVED = ("_preview", "_take")
"""The buttons of the page that save nothing."""


@dataclass(frozen=True)
class Logo:
    """A logo as it is kept: the bytes of its PNG, their digest, its size in pixels."""

    content: bytes
    digest: str
    width: int
    height: int


class ColourField(forms.CharField):
    default_validators = [
        RegexValidator(rf"^{Appearance.COLOUR}\Z", _("Write it like #1f3a5f, in red, green and blue."))
    ]

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").lower()


class AppearanceForm(forms.ModelForm):
    picture = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_(
            "A PNG, JPEG or WebP of up to 900 kB, on white; wide ones do best. It is shown 40 pixels high, in place of "
            "the name."
        ),
    )
    removes_logo = forms.BooleanField(label=_("No logo"), required=False, help_text=_("Shows the name again."))

    class Meta:
        field_classes = dict.fromkeys(ACCENTS, ColourField)
        widgets = {name: forms.TextInput(attrs={"placeholder": "#1f3a5f", "size": 9}) for name in ACCENTS}

    def __init__(self, data: Any = None, *arguments: Any, **named: Any):
        if data is not None and "_take" in data:
            data = data.copy()
            field, _, colour = data["_take"].partition(":")
            data[field] = colour
        super().__init__(data, *arguments, **named)
        self.logo: Logo | None = None
        self.offers: dict[str, str] = {}
        """For each accent that is not seen clearly the nearest shade that is, by the field's name"""

    def is_valid(self) -> bool:
        """Also False where only a look at it is asked for, so that nothing is saved."""
        return super().is_valid() and not self.is_preview

    @property
    def is_preview(self) -> bool:
        return any(button in self.data for button in UNSAVED)

    def clean_name(self) -> str:
        """In one line, as it stands in the heads of mails."""
        return " ".join(self.cleaned_data["name"].split())

    def clean_accent(self) -> str:
        return self._seen_clearly("accent")

    def clean_accent_in_dark(self) -> str:
        return self._seen_clearly("accent_in_dark")

    def _seen_clearly(self, name: str) -> str:
        """Raises ValidationError where the accent hardly differs from the page that it stands on."""
        colour = self.cleaned_data[name]
        pages, ground = ACCENTS[name]
        found = contrast(colour, ground) if colour else EDGE
        if found < EDGE:
            self.offers[name] = nearest_against(ground, colour)
            raise ValidationError(
                FAINT[pages].format(colour=colour, contrast=f"{found:.1f}", nearest=self.offers[name])
            )
        return colour

    def clean_picture(self) -> UploadedFile | None:
        upload = self.cleaned_data["picture"]
        if upload:
            self.logo = logo_of(upload)
        return upload

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("accent_in_dark") and not told.get("accent") and "accent" not in self.errors:
            self.add_error("accent", gettext("Say which accent light pages have, too."))
        return told

    def save(self, commit: bool = True) -> Appearance:
        if self.logo:
            self._keep_logo(self.logo.content, self.logo.digest, self.logo.width, self.logo.height)
        elif self.cleaned_data["removes_logo"]:
            self._keep_logo(None, "", None, None)
        return super().save(commit)

    def _keep_logo(self, content: bytes | None, digest: str, width: int | None, height: int | None) -> None:
        shop = self.instance
        shop.logo, shop.logo_digest, shop.logo_width, shop.logo_height = content, digest, width, height


def logo_of(upload: UploadedFile) -> Logo:
    """What somebody uploaded, decoded as every picture from outside is, made small and written anew.

    Raises ValidationError.
    """
    if (upload.size or 0) > LOGO_BYTES:
        raise ValidationError(gettext("This file is too large: up to 900 kB work."))
    content = upload.read()
    if b"<svg" in content[:1000].lower() or str(upload.name).lower().endswith((".svg", ".svgz")):
        raise ValidationError(gettext("An SVG can run scripts in your shoppers' browsers: save the logo as a PNG."))
    try:
        picture = read_picture(content, at_least=LOGO_SIZE)
    except (UnreadablePicture, DecodersBusy) as error:
        raise ValidationError(str(error)) from error
    picture.thumbnail(LOGO_SIZE)
    if min(picture.size) < SMALLEST_SIDE:
        raise ValidationError(gettext("This picture is too small or too narrow for a logo: nobody would know it."))
    if min(picture.convert("L").tobytes()) > ALL_WHITE:
        raise ValidationError(
            gettext(
                "On white nothing of this logo is seen: take the one for light pages, or one with a ground of its own."
            )
        )
    stream = io.BytesIO()
    picture.save(stream, "PNG", optimize=True)
    return Logo(stream.getvalue(), digest_of(stream.getvalue()), *picture.size)


class FooterLinkFormSet(LabelledFormSet):
    row = _("link")

    def add_fields(self, form: forms.ModelForm, index: int | None) -> None:
        """Empty lines have the next positions, so that nobody has to count."""
        super().add_fields(form, index)
        if index is not None and index >= self.initial_form_count():
            taken = [link.position for link in self.get_queryset()]
            form.fields["position"].initial = max(taken, default=0) + 1 + index - self.initial_form_count()


class FooterLinkInline(admin.TabularInline):
    model = FooterLink
    formset = FooterLinkFormSet
    extra = 3
    max_num = FooterLink.MOST
    verbose_name = _("link")
    verbose_name_plural = _("links in the footer: imprint, privacy, contact")


@dataclass(frozen=True)
class Preview:
    """How pages of one ground look; colours as #rrggbb."""

    name: str
    ground: str
    text: str
    accent: str
    on_accent: str

    @property
    def contrast(self) -> str:
        return f"{contrast(self.accent, self.ground):.1f}"

    @property
    def contrast_of_text(self) -> str:
        return f"{contrast(self.on_accent, self.accent):.1f}"


def previews_of(appearance: Appearance) -> list[Preview]:
    colours = accents(appearance) or INK
    rows = zip((gettext("Light pages"), gettext("Dark pages")), TEXT_AND_GROUNDS, colours, strict=True)
    return [Preview(name, ground, text, accent, text_on(accent)) for name, (text, ground), accent in rows]


@admin.register(Appearance)
class AppearanceAdmin(admin.ModelAdmin):
    form = AppearanceForm
    inlines = (FooterLinkInline,)
    change_form_template = "catalog/admin/appearance.html"
    fieldsets = (
        (None, {"fields": ("name", "headline", "tagline", "picture", "removes_logo")}),
        (_("Colours"), {"fields": ("accent", "accent_in_dark")}),
        (
            _("What shoppers are shown"),
            {
                "fields": (
                    "shows_wander",
                    "shows_favourites",
                    "shows_for_you",
                    "shows_seen",
                    "shows_marks",
                    "shows_photo_addresses",
                ),
                "description": _("What is off has no link, no page and no cookie."),
            },
        ),
        (None, {"fields": ("language", "is_indexed")}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Appearance | None = None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is but one row, made when somebody first wants to see it."""
        if self.has_view_permission(request):
            Appearance.objects.get_or_create(pk=Appearance.ONLY)
            return redirect("admin:catalog_appearance_change", Appearance.ONLY)
        return super().changelist_view(request, extra_context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Appearance | None = None,
    ) -> HttpResponse:
        """With a look at what the form says, in the shades that it offers."""
        form = context["adminform"].form
        for name, colour in getattr(form, "offers", {}).items():
            setattr(form.instance, name, colour)
        looks = {
            "title": gettext("Make the shop yours"),
            "previews": previews_of(form.instance),
            "logo": _logo_address(form),
        }
        return super().render_change_form(request, {**context, **looks}, add, change, form_url, obj)


def _logo_address(form: forms.ModelForm) -> str:
    """Of the logo that is there, or of the one that was just brought; empty without any."""
    if logo := getattr(form, "logo", None):
        return data_address(read_picture(logo.content), LOGO_SIZE[0])
    digest = form.instance.logo_digest
    return reverse("catalog:logo", args=[digest]) if digest and not form["removes_logo"].value() else ""
