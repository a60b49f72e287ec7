"""Brands: those that products say, and those that names begin with, guessed as many names begin so."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence

FEWEST_PRODUCTS = 3
LEAST_LEFT = 0.05
"""Names that begin so and go on in no longer brand, of all that begin so: else only the longer ones are brands."""
LONGEST = 4
"""In words"""
OWN = 0.5
"""A brand takes in the next word where this share of its names have it, or of the names with that word are these."""
CONJUNCTIONS = frozenset({"", "and"})
"""As they are folded; an ampersand leaves nothing."""

Named = list[tuple[int, list[str]]]
"""Places of names, each with the name's words"""


def brands_of(
    products: Sequence[tuple[str, str]], ordinary: Collection[str], fold: Callable[[str], str]
) -> dict[str, list[int]]:
    """From each brand to the places of its products, of which each is (brand, name); unknown brands are guessed."""
    brands: dict[str, list[int]] = defaultdict(list)
    for place, (brand, _) in enumerate(products):
        if brand:
            brands[brand].append(place)
    nameless = [place for place, (brand, _) in enumerate(products) if not brand]
    known = {fold(brand): brand for brand in brands}
    for guessed, found in guess_brands([products[place][1] for place in nameless], ordinary, fold).items():
        brands[known.get(fold(guessed), guessed)] += [nameless[number] for number in found]
    return brands


def guess_brands(names: Sequence[str], ordinary: Collection[str], fold: Callable[[str], str]) -> dict[str, list[int]]:
    """From each brand, as most names write it, to the places of the names that begin with it.

    Words are compared as `fold` makes them. `ordinary` ones (colours, kinds of things), folded, belong to no brand but
    at its beginning: Red Tape.
    """
    # The same words lie in memory once: there are few of them, and many names.
    known: dict[str, str] = {}
    named = [(place, [known.setdefault(word, word) for word in name.split()]) for place, name in enumerate(names)]
    key = {word: fold(word) for word in known}
    names_with = Counter(one for _, words in named for one in {key[word] for word in words})

    def is_own(word: str, going_on: Named, begun: Named, length: int) -> bool:
        if word in ordinary and word not in CONJUNCTIONS:
            return length == 0
        return len(going_on) >= OWN * min(len(begun), names_with[word])

    def grow(begun: Named, length: int) -> Iterator[tuple[Named, int]]:
        """The names of each brand and how many words it has, among names that begin with the same so many words."""
        going_on = defaultdict(list)
        for place, words in begun:
            if len(words) > length:
                going_on[key[words[length]]].append((place, words))
        left = len(begun)
        for word, longer in going_on.items():
            if length < LONGEST and len(longer) >= FEWEST_PRODUCTS and is_own(word, longer, begun, length):
                left -= len(longer)
                yield from grow(longer, length + 1)
        last = key[begun[0][1][length - 1]] if length else ""
        if left >= max(FEWEST_PRODUCTS, LEAST_LEFT * len(begun)) and last not in ordinary and last not in CONJUNCTIONS:
            yield begun, length

    brands = ((brand, length) for brand, length in grow(named, 0)) if named else ()
    return {
        Counter(" ".join(words[:length]) for _, words in brand).most_common(1)[0][0]: [place for place, _ in brand]
        for brand, length in brands
    }
