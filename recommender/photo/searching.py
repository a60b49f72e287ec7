"""The way of a photo search: what it asks with is looked at, sealed, and looked for."""

from dataclasses import replace

from django.utils.translation import gettext
from PIL import Image

from recommender.models import Encoder
from recommender.photo import store
from recommender.photo.boxes import WHOLE, NamedBox
from recommender.photo.looking import PhotoProblem, embed, propose
from recommender.photo.proposals import Proposals
from recommender.photo.query import ExpiredSeal, PhotoQuery, seal
from recommender.photo.results import Results


def query_by(photos: list[Image.Image], encoder: Encoder) -> PhotoQuery:
    """Asks with the part of each RGB photo that shows a product, and keeps the photos for a while.

    What shows none is not asked with, unless the shopper says so by choosing a part of it, or the whole.
    """
    found = [propose(encoder, photo) for photo in photos]
    names = [_keep(photo, proposals) for photo, proposals in zip(photos, found, strict=True)]
    showing = [proposals for proposals in found if proposals.shows_product]
    return PhotoQuery(
        photos=tuple(names),
        box=showing[0].best.box if len(found) == len(showing) == 1 else None,
        seals=tuple(seal(proposals.best.embedding, encoder) for proposals in showing),
    )


def _keep(photo: Image.Image, proposals: Proposals) -> str:
    parts = [NamedBox(part.box, part.name) for part in proposals.parts if proposals.shows_product]
    return store.keep(photo, proposals.shows_product, parts)


def shows_nothing(query: PhotoQuery) -> bool:
    """Whether its photos show no product, and nobody wants to search with them all the same."""
    if query.seals or query.likes or query.box or not query.photos:
        return False
    photos = [store.find(name) for name in query.photos]
    return not any(photo is None or photo.shows_product for photo in photos)


def results_of(query: PhotoQuery, encoder: Encoder) -> Results:
    """What looks like what the query asks with. Raises PhotoProblem."""
    query = _sealed(query, encoder)
    try:
        vector = query.vector(encoder)
    except ExpiredSeal as error:
        raise PhotoProblem(
            gettext("This search is too old to be repeated. Please bring the photo again."), 410
        ) from error
    if vector is None:
        raise PhotoProblem(gettext("None of these products can be searched with."), 404)
    return Results(query, encoder, vector)


def _sealed(query: PhotoQuery, encoder: Encoder) -> PhotoQuery:
    """The query with a seal, where it has none yet, of the part of its photo that was chosen. Raises PhotoProblem."""
    if query.seals or not query.photos:
        return query
    photo = store.load(query.photos[0])
    if photo is None:
        raise PhotoProblem(gettext("This photo has been forgotten, as promised. Please bring it again."), 410)
    return replace(query, seals=(seal(embed(encoder, photo, query.box or WHOLE), encoder),))
