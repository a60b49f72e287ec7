"""What the page answers to photos, for those who bring many."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from PIL import Image
from tqdm import tqdm

from catalog.importing.pictures import Pictures
from recommender.models import Encoder
from recommender.photo import store
from recommender.photo.boxes import WHOLE, Box, NamedBox
from recommender.photo.looking import PhotoProblem, read_photo
from recommender.photo.query import PhotoQuery
from recommender.photo.results import Results
from recommender.photo.searching import query_by, results_of, shows_nothing


@dataclass(frozen=True)
class Answer:
    """What the page says of one photo."""

    encoder: Encoder
    query: PhotoQuery
    parts: list[NamedBox]

    @cached_property
    def whole(self) -> Results:
        """What the shopper finds with the whole photo."""
        return self.with_part(WHOLE)

    @cached_property
    def first(self) -> Results | None:
        """What the page shows at first; None where it sees no product."""
        return None if shows_nothing(self.query) else results_of(self.query, self.encoder)

    @property
    def verdict(self) -> str:
        """`close`, `loose`, or `none` where the page sees no product."""
        if self.first is None:
            return "none"
        return "close" if self.first.is_anything_close else "loose"

    def with_part(self, box: Box) -> Results:
        """What the shopper finds who chooses this part."""
        return results_of(replace(self.query, box=box, seals=()), self.encoder)


def answer(photo: Image.Image, encoder: Encoder) -> Answer:
    """What the page says of an RGB photo."""
    query = query_by([photo], encoder)
    stored = store.find(query.photos[0])
    return Answer(encoder, query, stored.parts if stored else [])


def answers(
    source: Pictures, names: Iterable[str], encoder: Encoder, complain: Callable[[str], object]
) -> Iterator[tuple[str, Answer]]:
    """(name, what the page says) of each photo, with a progress bar; those that cannot be read are complained of."""
    for name in tqdm(list(names), desc="Searching", unit="photo"):
        try:
            photo = read_photo(source.read(name))
        except (PhotoProblem, OSError) as error:
            complain(f"{name}: {error}")
            continue
        yield name, answer(photo, encoder)
