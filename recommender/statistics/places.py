"""The places in pages where cards stand that shoppers click, by name and label; templates name them in `data-place`."""

from django.utils.translation import gettext_lazy as _

from recommender.panels import PANELS

PLACES = {
    "words": _("Results of words"),
    "looks-like": _("Also looks like the words"),
    "photo": _("Results of photos"),
    "suggestions": _("Products that the search field suggests"),
    "browse": _("Products of the shop or a category"),
    "new": _("New in"),
    "for-you": _("For you"),
    "wander": _("Wander"),
    **{panel.name: panel.title for panel in PANELS},
}
PLOTTED = ("words", "photo", "similar")
"""Those whose positions are plotted."""
