"""The places in pages where cards stand that shoppers click, by name and label; templates name them in `data-place`.

Those elsewhere are in pages of other sites, and in programs that ask over REST.
"""

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
    "similar-elsewhere": _("Visually similar, in other sites and apps"),
    "photo-elsewhere": _("Results of photos, in other sites and apps"),
}
PLOTTED = ("words", "photo", "similar")
"""Those whose positions are plotted."""
