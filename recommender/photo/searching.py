"""The way of a photo search: what it asks with is looked at, sealed, and looked for."""

from dataclasses import replace

from django.utils.translation import gettext
from PIL import Image

from recommender.models import Encoder
from recommender.photo import store
from recommender.photo.boxes import WHOLE, NamedBox
from recommender.photo.eye import load_eye
from recommender.photo.garments import thing
from recommender.photo.looking import PhotoProblem, embed, propose
from recommender.photo.query import ExpiredSeal, PhotoQuery, seal
from recommender.photo.results import Results
from recommender.photo.seeing import LIKELY
from recommender.photo.several import ask_with
from recommender.photo.store import Shown, StoredPhoto

SECONDS_UNTIL_BACK = 30


def query_by(photos: list[Image.Image], encoder: Encoder) -> PhotoQuery:
    """Asks with the part of each RGB photo that shows a product, and keeps the photos for a while.

    What shows none is not asked with, unless the shopper says so by choosing a part of it, or the whole; and photos
    of different things are different searches.
    """
    seen = [_seen(encoder, photo) for photo in photos]
    return ask_with({store.keep(photo): photo for photo in seen})


def _seen(encoder: Encoder, photo: Image.Image) -> StoredPhoto:
    proposals = propose(encoder, photo)
    if not proposals.shows_product:
        return StoredPhoto.of(photo, None, [])
    best, eye = proposals.best, load_eye()
    sight = best.sight or eye.look_at(best.box.cut(photo))
    sort = thing(eye.classes["article_type"], sight.kinds[0]) if sight.product >= LIKELY else ""
    shown = Shown(seal(best.embedding, encoder), best.box, sort, sight.sureness_of_gender)
    return StoredPhoto.of(photo, shown, [NamedBox(part.box, part.name) for part in proposals.parts])


def shows_nothing(query: PhotoQuery) -> bool:
    """Whether its photos show no product, and nobody wants to search with them all the same. Raises PhotoProblem."""
    if query.seals or query.likes or query.box or not query.photos:
        return False
    photos = _found(query)
    return not any(photo is None or photo.shown for photo in photos)


def _found(query: PhotoQuery) -> list[StoredPhoto | None]:
    """Its photos, as far as they are kept. Raises PhotoProblem."""
    try:
        return [store.find(name) for name in query.photos]
    except store.PhotosAway as error:
        said = gettext("Photos cannot be looked at at the moment. Please try again in a minute.")
        raise PhotoProblem(said, 503, SECONDS_UNTIL_BACK) from error


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
    photo = _found(query)[0]
    if photo is None:
        raise PhotoProblem(gettext("This photo is no longer kept. Please upload it again."), 410)
    return replace(query, seals=(seal(embed(encoder, photo.pixels, query.box or WHOLE), encoder),))
