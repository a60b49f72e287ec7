"""The way of a photo search: what it asks with is looked at, sealed, and looked for."""

from dataclasses import replace

from PIL import Image

from recommender.models import Encoder
from recommender.photo import store
from recommender.photo.boxes import WHOLE
from recommender.photo.looking import PhotoProblem, embed, propose
from recommender.photo.query import ExpiredSeal, PhotoQuery, seal
from recommender.photo.results import Results


def query_by(photos: list[Image.Image], encoder: Encoder) -> PhotoQuery:
    """Asks with the part of each RGB photo that looks most like a product, and keeps the photos for a while."""
    found = [propose(encoder, photo) for photo in photos]
    names = [
        store.keep(photo, [part.box for part in proposals.parts])
        for photo, proposals in zip(photos, found, strict=True)
    ]
    return PhotoQuery(
        photos=tuple(names),
        box=found[0].best.box if len(found) == 1 else None,
        seals=tuple(seal(proposals.best.embedding, encoder) for proposals in found),
    )


def results_of(query: PhotoQuery, encoder: Encoder) -> Results:
    """What looks like what the query asks with. Raises PhotoProblem."""
    query = _sealed(query, encoder)
    try:
        vector = query.vector(encoder)
    except ExpiredSeal as error:
        raise PhotoProblem("This search is too old to be repeated. Please bring the photo again.", 410) from error
    if vector is None:
        raise PhotoProblem("None of these products can be searched with.", 404)
    return Results(query, encoder, vector)


def _sealed(query: PhotoQuery, encoder: Encoder) -> PhotoQuery:
    """The query with a seal, where it has none yet, of the part of its photo that was chosen. Raises PhotoProblem."""
    if query.seals or not query.photos:
        return query
    photo = store.load(query.photos[0])
    if photo is None:
        raise PhotoProblem("This photo has been forgotten, as promised. Please bring it again.", 410)
    return replace(query, seals=(seal(embed(encoder, photo, query.box or WHOLE), encoder),))
