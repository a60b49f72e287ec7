"""Who may use the API, and what was answered to requests that may come twice."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.caching import kept

BYTES = 32
BEGINNING = "shop_"
SHOWN = len(BEGINNING) + 6
USE_NOTED_EVERY = timedelta(minutes=1)
MOST_ORIGINS = 20
ORIGIN = re.compile(r"https?://(?:[a-z\d_-]+(?:\.[a-z\d_-]+)*|\[[a-f\d:]+\])(?::\d{1,5})?", re.ASCII)
"""As browsers write it. It goes into a content security policy, where a semicolon or a star would mean more."""


class KeyQuerySet(models.QuerySet["Key"]):
    def of(self, text: str) -> "Key | None":
        """The key of that text, expired ones too; None where there is none."""
        return self.filter(digest=digest_of(text)).first()

    def note_use(self, key: "Key", now: datetime) -> None:
        """At most once a minute."""
        if key.used_at is None or now - key.used_at >= USE_NOTED_EVERY:
            self.filter(pk=key.pk).update(used_at=now)


class Key(models.Model):
    """What a program shows to use the API. Its text is shown once; what is kept is its digest.

    A fast hash is right for it: the text has 256 random bits, which nobody tries out, however fast. A slow one, which
    makes up for the few bits of people's passwords, would cost every request as long as a search takes.
    """

    name = models.CharField(_("name"), max_length=100, help_text=_("The program that uses it."))
    beginning = models.CharField(_("begins with"), max_length=SHOWN, editable=False)
    digest = models.CharField(_("SHA-256 of the key"), max_length=64, unique=True, editable=False)
    may_read = models.BooleanField(_("may read"), default=True, help_text=_("Products, as shoppers see them."))
    may_search = models.BooleanField(_("may search"), default=True, help_text=_("By words, photos and embeddings."))
    may_write = models.BooleanField(
        _("may write"),
        default=False,
        help_text=_("All that staff do: products, imports, rules, settings, and to read statistics. Not for browsers."),
    )
    origins = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("origins"),
        default=list,
        blank=True,
        size=MOST_ORIGINS,
        help_text=_(
            "Of the pages that may use it, like https://www.example.com, with commas between. Whoever sees such a page "
            "sees the key. Empty: programs on servers use it, and pages may not."
        ),
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    used_at = models.DateTimeField(_("last used at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = KeyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("key")
        verbose_name_plural = _("keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(may_write=False) | Q(origins=[]),
                name="key_of_a_page_does_not_write",
                violation_error_message=_("Whoever sees a page sees its key: a key with origins may not write."),
            )
        ]

    text = ""
    """While it is being made; nobody keeps it"""

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}…)"

    @classmethod
    def make(cls, **values: Any) -> tuple[Self, str]:
        """(A key, which is saved; its text)."""
        key = cls(**values)
        text = key.take_new_text()
        key.save()
        return key, text

    def take_new_text(self) -> str:
        """Gives it a text of its own, which is returned; it is not saved."""
        text = BEGINNING + secrets.token_urlsafe(BYTES)
        self.beginning, self.digest = text[:SHOWN], digest_of(text)
        return text

    def clean(self) -> None:
        """Raises ValidationError where an origin is none."""
        for origin in self.origins:
            if not ORIGIN.fullmatch(origin):
                text = gettext("{origin} is no origin like https://www.example.com.").format(origin=origin)
                raise ValidationError({"origins": text})

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def allows(self, scope: str) -> bool:
        """Whether it may `read`, `search` or `write`."""
        return bool(getattr(self, f"may_{scope}"))

    def is_for(self, origin: str | None, own: str) -> bool:
        """Whether a page of that origin may use it; None is what programs say that are no browser.

        A key without origins is for programs. Pages of the shop's own origin may use any.
        """
        return origin == own or (origin in self.origins if self.origins else origin is None)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Access(models.Model):
    """What those may do who have no key, in its only row; without the row they read and search."""

    ONLY = 1
    """The id of the row"""
    SECONDS_KEPT = 10
    KEPT_UNDER = "access:now"

    anyone_reads = models.BooleanField(
        _("anyone may read"), default=True, help_text=_("Without it, reading products over the API needs a key.")
    )
    anyone_searches = models.BooleanField(
        _("anyone may search"), default=True, help_text=_("Without it, searching over the API needs a key.")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("access without a key")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="access_one_row")]

    def __str__(self) -> str:
        return gettext("access without a key")

    @classmethod
    def now(cls) -> "Access":
        """As staff have set it, some seconds ago at most."""
        return kept(cls.KEPT_UNDER, lambda: cls.objects.first() or cls(), cls.SECONDS_KEPT)

    def allows(self, scope: str) -> bool:
        """Whether anyone may `read`, `search` or `write`."""
        return {"read": self.anyone_reads, "search": self.anyone_searches}.get(scope, False)


class GivenAnswerQuerySet(models.QuerySet["GivenAnswer"]):
    def forget_old(self, now: datetime) -> None:
        self.filter(given_at__lt=now - GivenAnswer.KEPT).delete()


class GivenAnswer(models.Model):
    """What was answered to a request with an Idempotency-Key, for as long as it may come again."""

    KEPT = timedelta(hours=24)
    LONGEST = 255

    owner = models.CharField(max_length=40)
    """Who asked: a key or a user, by id"""
    key = models.CharField(max_length=LONGEST)
    digest = models.CharField("SHA-256 of the request", max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    content = models.JSONField(null=True)
    given_at = models.DateTimeField(auto_now_add=True)

    objects = GivenAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(F("owner"), F("key"), name="given_answer_unique")]
        indexes = [models.Index(fields=["given_at"], name="given_answer_given_at")]

    def __str__(self) -> str:
        return f"{self.key} of {self.owner}"
