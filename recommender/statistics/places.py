"""The places in pages where cards stand that shoppers click, by name and label; templates name them in `data-place`."""

from recommender.panels import PANELS

PLACES = {
    "words": "Results of words",
    "looks-like": "Also looks like the words",
    "photo": "Results of photos",
    "suggestions": "Products that the search field suggests",
    "browse": "Products of the shop or a category",
    "new": "New in",
    "for-you": "For you",
    "wander": "Wander",
    **{panel.name: panel.title for panel in PANELS},
}
PLOTTED = ("words", "photo", "similar")
"""Those whose positions are plotted."""
