"""From what a shopper typed to what is asked of the index."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations

from rapidfuzz.distance import OSA

from catalog.vocabulary import VOCABULARY
from catalog.words import index
from catalog.words.correcting import corrector
from catalog.words.lexicon import KIND, MAKER, Lexicon, Phrase, lexicon, present
from catalog.words.prices import PRICE, Wish, wishes
from catalog.words.reading import read, stem
from catalog.words.sizes import SIZE, sizes

MOST_WORDS = 16
MOST_COMBINED = 8
MOST_LETTERS = 8
"""That are taken for a word with gaps: N I K E"""
AND = "and"
LONGEST_CODE = 40
SHORTEST_SKU = 4
"""Among other words: 12 is also a size, and 501 a cut"""
RARE = 20
MORE_COMMON = 50
"""How many times as common a word is to be for a rare one that is in the catalogue to be taken for a slip of it"""
COLOUR, GENDER = "base_colour", "gender"
MEANT_KIND = "meant kind"
"""The role of a word that is no kind of thing itself, but stands for one or goes with one: sneakers, weddings"""
KINDS = {KIND, MEANT_KIND}
IMPORTANCE = {GENDER: 8.0, KIND: 3.0, MEANT_KIND: 2.5, MAKER: 2.5, COLOUR: 1.5, "season": 1.0, "usage": 1.0}
"""Whom it is for outweighs the rest together: a man has no use for a woman's kurta that is of cotton as he asked"""
IMPORTANCE_OF_OTHERS = 2.0
DECIMALS = re.compile(r"\.0+$")
UMLAUT = re.compile("([aou])e")
"""As it is written without one"""
UNWANTED = re.compile(r"[-\u2010-\u2015\u2212](?=[^\W_])")
AMPERSAND = re.compile(r"(?<=\w)\s+[&+]\s+(?=\w)")


@dataclass(frozen=True)
class Concept:
    """One of the things that a shopper asked for."""

    said: str
    """For the shopper to read"""
    own: str
    """The `tsquery` of what was said; "" where the catalogue does not say it"""
    meant: str
    """The `tsquery` of what else that means in the catalogue; "" for nothing"""
    role: str
    """As `Lexicon.role`, or `MEANT_KIND`"""
    head: "Concept | None" = None
    """Of several words the last alone: of long sleeve, sleeve"""
    negated: str = ""
    """The lexeme of the word with its negation, as names may have it: no leather is what is called non leather"""

    @property
    def query(self) -> str:
        return _any(filter(None, (self.own, self.meant)))

    @property
    def without(self) -> str:
        """Finds what is not this."""
        return _any(filter(None, (f"!({self.own or self.meant})", self.negated)))

    @property
    def importance(self) -> float:
        return IMPORTANCE.get(self.role, IMPORTANCE_OF_OTHERS)

    def is_like(self, other: "Concept") -> bool:
        """Whether both say the same about a thing."""
        return self.role == other.role or {self.role, other.role} <= KINDS

    def or_else(self, other: "Concept") -> "Concept":
        return Concept(
            f"{self.said} or {other.said}",
            _any(filter(None, (self.own, other.own))),
            _any(filter(None, (self.meant, other.meant))),
            self.role,
        )


@dataclass(frozen=True)
class Understood:
    """What is looked for, and what there is to say about it. All queries are texts of `tsquery`."""

    alternatives: tuple[tuple[Concept, ...], ...] = ()
    """Of each of these all is wanted; mostly there is one"""
    unwanted: tuple[Concept, ...] = ()
    whole: str = ""
    """Finds the products whose title or sku the words are; "" where there is none"""
    neighbours: tuple[str, ...] = ()
    """The lexemes of words that were said side by side"""
    shown: str = ""
    """The words that are looked for, where some were corrected"""
    left_out: tuple[str, ...] = ()
    """Words that no product has"""
    prices: tuple[Wish, ...] = ()
    """The prices that were asked for"""
    sizes: tuple[str, ...] = ()
    """The sizes that were asked for, as they were typed"""
    is_everything: bool = False
    """Whether nothing is said of what is looked for but a price, a size, or what says nothing"""
    is_cut: bool = False
    """Whether there were more words than are looked for"""

    def __bool__(self) -> bool:
        return bool(self.alternatives or self.unwanted or self.whole or self.is_everything)

    @property
    def price(self) -> str:
        """The prices as they were typed"""
        return ", ".join(wish.said for wish in self.prices)

    @property
    def wanted(self) -> tuple[Concept, ...]:
        return tuple(chain.from_iterable(self.alternatives))

    @property
    def most_words(self) -> int:
        """How many words are looked for"""
        return MOST_WORDS

    @property
    def query(self) -> str:
        """Finds what has all that is wanted and nothing that is not."""
        return self.having(self.alternatives) or (index.EVERYTHING if self.is_everything else "")

    def having(self, combined: Iterable[Sequence[Concept]]) -> str:
        """Finds what has all of one of these combinations and nothing that is not wanted."""
        wanted = _any(_all(concept.query for concept in concepts) for concepts in combined if concepts)
        without = [concept.without for concept in self.unwanted]
        return _any(filter(None, (self.whole, _all(filter(None, (wanted, *without))))))

    @property
    def can_be_wider(self) -> bool:
        """Whether something can be left out: not where the very product is found, or the shopper named alternatives."""
        return len(self.alternatives) == 1 and not self.whole and (len(self.wanted) > 1 or bool(self.wanted[0].head))

    def wider(self, possible: Sequence[Concept]) -> Iterator[str]:
        """Queries that ask for less and less of what is possible, each wider than the last."""
        # A kind is in each of them, and in all but the widest for whom: of red leather shoes for men, men's shoes.
        kinds = [[concept for concept in possible if concept.role == role] for role in (KIND, MEANT_KIND)]
        kind = (kinds[0] or kinds[1])[-1:]
        gender = [concept for concept in possible if concept.role == GENDER]
        others = [concept for concept in possible if concept not in kind and concept not in gender]
        kept = [*kind, *gender]
        if len(others) < MOST_COMBINED:
            yield self.having([*kept, *some] for some in combinations(others, max(0, len(others) - 1)))
        yield self.having([*kept, other] for other in others)
        if kind and gender:
            yield self.having([kept])
            yield self.having([kept, [*kind, *others]])
        yield self.having([kind] if kind else [[other] for other in others or gender])
        if len(possible) == 1 and possible[0].head:
            yield self.having([possible, [possible[0].head]])


@dataclass(frozen=True)
class _Word:
    text: str
    is_unwanted: bool = False
    is_alternative: bool = False
    """To what is said before it: red or blue"""
    is_listed: bool = False
    """Whether a comma follows"""
    negation: str = ""
    """The word before it that says that it is unwanted"""

    @property
    def is_plain(self) -> bool:
        return not (self.is_unwanted or self.is_alternative)


@dataclass(frozen=True)
class _Unit:
    """One or several words that say one thing."""

    words: tuple[_Word, ...]
    concept: Concept | None
    """None where no product has it"""
    is_corrected: bool = False
    slip_of: str = ""
    """What is looked for, too"""

    @property
    def role(self) -> str:
        return self.concept.role if self.concept else ""

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def shown(self) -> str:
        first = self.words[0]
        sign = "not " if first.is_unwanted else "or " if first.is_alternative else ""
        said = self.concept.said if self.concept else self.text
        return f"{sign}{said} or {self.slip_of}" if self.slip_of else sign + said


def understand(text: str, version: str, *, as_typed: bool = False) -> Understood:
    """What the text asks of the catalogue of that version; `as_typed` corrects nothing."""
    fillers = VOCABULARY.fillers
    prices = tuple(wishes(text))
    unpriced = PRICE.sub(" ", text)
    asked_sizes = tuple(sizes(unpriced))
    rest = AMPERSAND.sub(f" {AND} ", SIZE.sub(" ", unpriced))
    words = _operated(rest)
    looked_for = words[:MOST_WORDS]
    wholes = _wholes(text, rest, words)
    units, there = _Reader(lexicon(version), as_typed).units(looked_for, wholes)
    skus = _any(whole for whole in wholes if whole in there)
    units = _without_colour_fillers(_either(units))
    # What stands between words cannot be first: then it is the brand AND.
    told = [unit for place, unit in enumerate(units) if (place == 0 and unit.text == AND) or unit.text not in fillers]
    told = told or units
    alternatives, unwanted = _sorted_out(told)
    return Understood(
        alternatives,
        unwanted,
        skus,
        (*_side_by_side(told), *(concept.negated for concept in unwanted if concept.negated)),
        " ".join(unit.shown for unit in told if unit.concept) if any(unit.is_corrected for unit in told) else "",
        tuple(unit.text for unit in told if not (unit.concept or (skus and _has_digit(unit.text)))),
        prices,
        asked_sizes,
        bool(told or prices or asked_sizes) and all(unit.text in fillers and not unit.concept for unit in told),
        len(words) > MOST_WORDS,
    )


def _either(units: Sequence[_Unit]) -> list[_Unit]:
    """Two kinds of things, genders or brands with an and between are alternatives: nothing is both."""
    either = list(units)
    for place in range(1, len(units) - 1):
        if units[place].text != AND:
            continue
        before, after = units[place - 1], units[place + 1]
        are_kinds = all(KINDS & {unit.role for unit in part} for part in (units[:place], units[place + 1 :]))
        if are_kinds or (before.role == after.role and after.role in (GENDER, MAKER)):
            either[place + 1] = replace(after, words=(replace(after.words[0], is_alternative=True), *after.words[1:]))
    return either


def _without_colour_fillers(units: Sequence[_Unit]) -> list[_Unit]:
    """Without what says nothing beside a colour: of a dress of red colour, a red dress."""
    kept = []
    for place, unit in enumerate(units):
        said = unit.concept.said if unit.concept else unit.text
        beside = [*units[max(0, place - 1) : place], *units[place + 1 : place + 2]]
        if said not in VOCABULARY.colour_fillers or not any(other.role == COLOUR for other in beside):
            kept.append(unit)
    return kept


def _wholes(text: str, rest: str, words: Sequence[_Word]) -> list[str]:
    """What finds the products whose title or sku the text is, or what of it is neither price nor size has in it."""
    unwanted = {word.text for word in words if word.is_unwanted}
    numbers = [part for chunk in rest.split()[:MOST_WORDS] for part in _written(chunk) if part not in unwanted]
    long = [part for part in numbers if len(part) >= SHORTEST_SKU and _has_digit(part)]
    return list(dict.fromkeys(map(index.whole, [read(text), *([part] for part in long)])))


def _written(chunk: str) -> list[str]:
    """How a sku that is written so may be written in the catalogue: as a spreadsheet's number, or without umlauts."""
    words = read(chunk)
    one = "".join(words)
    as_number = "".join(read(DECIMALS.sub("", chunk))).lstrip("0")
    return [*words, one, as_number, UMLAUT.sub(r"\1", one)]


def _side_by_side(units: Sequence[_Unit]) -> list[str]:
    """The lexemes of words said side by side; none of red or blue dress, which would favour the blue."""
    if any(not word.is_plain for unit in units for word in unit.words):
        return []
    return index.neighbours([word for unit in units if unit.concept for word in unit.concept.said.split()])


def _operated(text: str) -> list[_Word]:
    """The words of the text with what small words and signs say about them."""
    read_words = [
        (word, bool(UNWANTED.match(chunk)), chunk.endswith(",")) for chunk in text.split() for word in read(chunk)
    ]
    words: list[_Word] = []
    before = negation = ""
    is_unwanted = is_alternative = False
    for number, (word, has_minus, is_listed) in enumerate(read_words, 1):
        after = read_words[number][0] if number < len(read_words) else ""
        if after and words and f"{before} {word}" in VOCABULARY.negations:
            words.pop()
            negation, is_unwanted = word, True
        elif word in VOCABULARY.labels and _has_digit(after):
            pass
        elif after and word in VOCABULARY.negations:
            negation, is_unwanted = word, True
        elif after and words and word in VOCABULARY.alternatives:
            words = _listed(words)
            is_alternative, is_unwanted = True, words[-1].is_unwanted
        else:
            words.append(_Word(word, has_minus or is_unwanted, is_alternative, is_listed, negation))
            negation, is_unwanted, is_alternative = "", False, False
        before = word
    return words


def _listed(words: Sequence[_Word]) -> list[_Word]:
    """The words, the last ones as alternatives where commas part them: red, blue or green."""
    start = len(words) - 1
    while start > 0 and words[start - 1].is_listed:
        start -= 1
    return [replace(word, is_alternative=True) if number > start else word for number, word in enumerate(words)]


def _sorted_out(units: Sequence[_Unit]) -> tuple[tuple[tuple[Concept, ...], ...], tuple[Concept, ...]]:
    """The alternatives that are wanted, and what is not."""
    alternatives: list[list[Concept]] = [[]]
    unwanted: list[Concept] = []
    for unit in units:
        if unit.concept is None:
            continue
        if unit.words[0].is_unwanted:
            unwanted.append(_unwanted(unit.concept, unit.words[0].negation))
        elif unit.words[0].is_alternative and alternatives[-1]:
            before = alternatives[-1][-1]
            if before.is_like(unit.concept):
                alternatives[-1][-1] = before.or_else(unit.concept)
            else:
                alternatives.append([unit.concept])
        else:
            alternatives[-1].append(unit.concept)
    return tuple(tuple(concepts) for concepts in alternatives if concepts), tuple(unwanted)


def _unwanted(concept: Concept, negation: str) -> Concept:
    first, *_ = concept.said.split()
    return replace(concept, negated=index.neighbours([negation, first])[0]) if negation else concept


class _Reader:
    """Makes concepts of words with a lexicon."""

    def __init__(self, known: Lexicon, as_typed: bool):
        self._known = known
        self._as_typed = as_typed

    def units(self, words: Sequence[_Word], wholes: Sequence[str]) -> tuple[list[_Unit], Collection[str]]:
        """What the words say, and what of the unknown words, and of the wholes, is in the index all the same."""
        phrases = list(self._phrases(words))
        unknown = [phrase[0].text for phrase in phrases if len(phrase) == 1 and not self._known.has(phrase[0].text)]
        there = present([*wholes, *map(index.standing_alone, unknown)])
        return [self._unit(phrase, there, number == len(phrases)) for number, phrase in enumerate(phrases, 1)], there

    def _phrases(self, words: Sequence[_Word]) -> Iterator[tuple[_Word, ...]]:
        """The words, those together that say one thing together."""
        place = 0
        while place < len(words):
            longest = min(max(MOST_LETTERS, self._known.longest_synonym), len(words) - place)
            lengths = (n for n in range(longest, 1, -1) if self._is_one(words[place : place + n]))
            length = next(lengths, 1)
            yield tuple(words[place : place + length])
            place += length

    def _is_one(self, words: Sequence[_Word]) -> bool:
        if not (all(word.is_plain for word in words[1:]) or all(word.is_unwanted for word in words)):
            return False
        texts = [word.text for word in words]
        if tuple(map(stem, texts)) in self._known.synonyms:
            return True
        one = "".join(texts)
        return _may_be_one(texts) and (self._known.has(one) or one in self._known.said)

    def _unit(self, words: tuple[_Word, ...], there: Collection[str], is_last: bool) -> _Unit:
        if len(words) > 1:
            return _Unit(words, self._together(tuple(word.text for word in words)))
        word = words[0].text
        concept = self._concept(word, is_there=index.standing_alone(word) in there)
        begun = self._begun(word) if is_last and len(word) > 1 else ()
        if begun and concept and word in self._known.counts:
            longer = self._beginning(word, begun)
            meant_too = _any(filter(None, (concept.meant, longer.query)))
            return _Unit(words, replace(concept, meant=meant_too, role=longer.role))
        if not begun and not self._as_typed and (meant := self._misread(word)):
            return _Unit(words, self._together(meant), is_corrected=True)
        if concept and not begun and (parts := self._parts(word)):
            return _Unit(words, self._parted(word, parts))
        if concept and not begun:
            slip_of = self._slip_of(word)
            return _Unit(words, concept, is_corrected=bool(slip_of), slip_of=slip_of)
        is_correct = self._as_typed or word in VOCABULARY.fillers
        meant = () if is_correct else corrector(self._known).correct(word)
        if begun and not (meant and self._is_more_common(meant, begun[0])):
            return _Unit(words, self._beginning(word, begun))
        if len(meant) > 1:
            return _Unit(words, self._parted(word, meant), is_corrected=True)
        if not meant and _has_digit(word):
            return _Unit(words, self._spelt(self._known.pieces(word[:LONGEST_CODE])))
        return _Unit(words, self._together(meant) if meant else None, is_corrected=bool(meant))

    def _parts(self, word: str) -> Phrase:
        """The two words that one is, which the catalogue does not have as one."""
        is_one = self._as_typed or self._known.has(word) or (stem(word),) in self._known.synonyms
        return () if is_one else corrector(self._known).parted(word)

    def _parted(self, word: str, parts: Phrase) -> Concept:
        """Two words that are written as one, side by side or not."""
        concepts = [self._together((part,)) for part in parts]
        apart = _all(concept.query for concept in concepts)
        last = concepts[-1]
        return Concept(" ".join(parts), index.standing_alone(word), apart, last.role, last)

    def _spelt(self, pieces: Phrase) -> Concept | None:
        """A code that the catalogue writes with gaps."""
        concept = self._together(pieces) if len(pieces) > 1 else None
        return concept if concept and present([concept.query]) else None

    def _begun(self, letters: str) -> Sequence[str]:
        """The words that begin so, where these letters are no word, or a much rarer one."""
        count = self._known.counts.get(letters, 0)
        if (stem(letters),) in self._known.synonyms or count > RARE:
            return ()
        begun = [word for word in self._known.beginning_with(letters) if word != letters]
        is_form = bool(begun) and stem(begun[0]) == stem(letters)
        return begun if begun and not is_form and self._count(begun[0]) > MORE_COMMON * count else ()

    def _beginning(self, letters: str, begun: Sequence[str]) -> Concept:
        """Whatever begins so; named by what is most common."""
        first = self._together((begun[0],))
        meant = first.meant if self._known.has(begun[0]) else first.query
        return Concept(begun[0], index.beginning(letters, begun), meant, first.role)

    def _is_more_common(self, words: Phrase, than: str) -> bool:
        return min(map(self._count, words)) >= MORE_COMMON * self._count(than)

    def _count(self, word: str) -> int:
        return self._known.counts.get(word) or self._known.said.get(word, 0)

    def _concept(self, word: str, *, is_there: bool = False) -> Concept | None:
        meanings = self._known.synonyms.get((stem(word),), ())
        is_known = self._known.has(word)
        if not (is_known or is_there or meanings):
            return None
        meant = [self._all(meaning) for meaning in meanings]
        if slip_of := self._slip_of(word):
            meant.append(index.standing_alone(slip_of))
        # Weddings are in the catalogue, though they mean sarees; spectacles are not, and are what sunglasses are.
        role = self._known.role(word) if is_known or not meanings else ""
        if meanings and not role:
            of_meaning = next(filter(None, (self._known.role(meaning[-1]) for meaning in meanings)), "")
            role = MEANT_KIND if of_meaning == KIND else of_meaning
        if word in VOCABULARY.bundles | VOCABULARY.colour_fillers:
            role = ""
        return Concept(word, index.standing_alone(word) if is_known or is_there else "", _any(meant), role)

    def _slip_of(self, word: str) -> str:
        """What a rare word of the catalogue may have been to be, too; "" for nothing."""
        if self._as_typed or (stem(word),) in self._known.synonyms:
            return ""
        meant = corrector(self._known).slip_of(word)
        return meant if self._known.counts.get(meant, 0) >= MORE_COMMON * self._known.counts.get(word, 0) else ""

    def _misread(self, word: str) -> Phrase:
        """What a word was to be of which the catalogue has other forms only, and less like it: Jennings of jens."""
        if word in self._known.counts or self._known.synonyms.get((stem(word),)) or not self._known.has(word):
            return ()
        meant = corrector(self._known).correct(word)
        if not meant or self._known.stems[stem(meant[0])] < MORE_COMMON * self._known.stems[stem(word)]:
            return ()
        nearest = min(OSA.distance(word, form) for form in self._known.forms[stem(word)])
        return meant if OSA.distance(word, " ".join(meant)) < nearest else ()

    def _together(self, words: Phrase) -> Concept:
        """Words that say one thing: all of them, or the one that they make."""
        if len(words) == 1:
            single = self._concept(words[0])
            return single or Concept(words[0], index.standing_alone(words[0]), "", "")
        apart = self._all(words)
        one = "".join(words)
        is_one = _may_be_one(words)
        meanings = [meaning for phrase in (words, (one,)) for meaning in self._meanings(phrase)]
        roles = map(self._known.role, (words[-1], one, *(meaning[-1] for meaning in meanings[:1])))
        role = next(filter(None, roles), "")
        own = index.standing_alone(one) if is_one else apart
        meant = [*([apart] if is_one and all(len(word) > 1 for word in words) else []), *map(self._all, meanings)]
        return Concept(" ".join(words), own, _any(meant), role, self._concept(words[-1]))

    def _meanings(self, words: Phrase) -> Sequence[Phrase]:
        return self._known.synonyms.get(tuple(map(stem, words)), ())

    def _all(self, words: Phrase) -> str:
        return _all(f"({index.standing_alone(word)})" for word in words)


def _has_digit(word: str) -> bool:
    return any(map(str.isdigit, word))


def _may_be_one(words: Sequence[str]) -> bool:
    """Two words, or letters with gaps."""
    return len(words) == 2 or all(len(word) == 1 for word in words)


def _any(queries: Iterable[str]) -> str:
    several = list(dict.fromkeys(queries))
    return f"({' | '.join(several)})" if several else ""


def _all(queries: Iterable[str]) -> str:
    several = list(dict.fromkeys(queries))
    return f"({' & '.join(several)})" if several else ""
