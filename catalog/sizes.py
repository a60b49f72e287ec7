"""Sizes of clothes and shoes in the order in which people look for theirs."""

import re

_LETTERS = {"S": -1, "SMALL": -1, "M": 0, "MEDIUM": 0, "L": 1, "LARGE": 1}
_LETTERED = re.compile(r"(?P<times>\d{0,2})(?P<xs>X*)(?P<letter>S|M|L)(?:/.*)?|(?P<word>SMALL|MEDIUM|LARGE)")
_NUMBER = re.compile(r"(?P<before>\D*)(?P<number>\d{1,6}(?:[.,]\d{1,3})?)(?P<rest>.*)", re.DOTALL)

Key = tuple[int, str, float, str]


def size_key(label: str) -> Key:
    """A key to sort by: words, then XS S M L XL, then numbers, UK 6 with others of the UK."""
    text = " ".join(label.upper().split())
    if lettered := _LETTERED.fullmatch(text):
        letter = lettered["letter"] or lettered["word"]
        steps = int(lettered["times"] or 1) if lettered["xs"] else 0
        beyond = max(steps, len(lettered["xs"] or ""))
        return (1, "", _LETTERS[letter] * (1 + beyond), text)
    if number := _NUMBER.match(text):
        return (2, number["before"], float(number["number"].replace(",", ".")), number["rest"])
    return (0, text, 0, "")
