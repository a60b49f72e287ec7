"""What this browser has looked at before."""

from django.utils.translation import gettext_lazy as _

from recommender.panels.panel import Page, Panel

MOST = 8


def choose(page: Page) -> list[int]:
    return [pk for pk in page.seen if pk not in page.taken][:MOST]


SEEN = Panel("seen", _("Recently seen"), choose, is_for_everybody=False)
