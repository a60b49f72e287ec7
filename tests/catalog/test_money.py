"""Amounts as people of any country write them."""

from decimal import Decimal

import pytest
from django.utils import translation

from catalog import money
from catalog.money import Doubtful, NoMoney


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("12.99", "12.99", ""),
        ("12.99 USD", "12.99", "USD"),
        ("USD 12.99", "12.99", "USD"),
        ("usd12.99", "12.99", "USD"),
        ("19,90", "19.90", ""),
        ("1.299,00 €", "1299", "EUR"),
        ("€1,299.00", "1299", "EUR"),
        ("1 299,00", "1299", ""),
        ("1\u202f299,00\u00a0€", "1299", "EUR"),
        ("1'299.00 CHF", "1299", "CHF"),
        ("Rs. 1,299", "1299", "INR"),
        ("Rs.1,29,999.00", "129999", "INR"),
        ("₹ 2,000", "2000", "INR"),
        ("$1,299", "1299", "USD"),
        ("US$ 5", "5", "USD"),
        ("9,-", "9", ""),
        ("EUR 9,--", "9", "EUR"),
        ("kr 299,00", "299", "SEK"),
        ("1.234.567", "1234567", ""),
        ("1299.000", "1299", ""),
        ("0.500", "0.5", ""),
        ("19.989999999999998", "19.99", ""),
        ("12.", "12", ""),
    ],
)
def test_amounts_of_many_countries(text, number, currency):
    amount = money.parse(text)
    assert (amount.number, amount.currency) == (Decimal(number), currency)


@pytest.mark.parametrize(
    "text", ["", "-5", "abc", "5k", "12..3", "1,2,3", "12,99.00", "12 € $", "12 / 13", ".99 €", "٣", "1e5", "9" * 12]
)
def test_other_texts_are_no_amounts(text):
    with pytest.raises(NoMoney):
        money.parse(text)


@pytest.mark.parametrize("text", ["1.299", "1,299", "1.299 €", "12.990"])
def test_three_digits_behind_one_mark_are_doubtful_unless_the_mark_is_known(text):
    with pytest.raises(Doubtful):
        money.parse(text)
    numbers = {money.parse(text, mark).number for mark in ".,"}
    assert max(numbers) == 1000 * min(numbers)


def test_a_comma_groups_where_the_currency_says_so():
    assert money.parse("1,299 INR").number == 1299
    assert money.parse("1,299", own="GBP").number == 1299
    with pytest.raises(Doubtful):
        money.parse("1.299 INR")


def test_a_sign_of_several_currencies_is_the_shops():
    assert money.parse("$5", own="AUD").currency == "AUD"
    assert money.parse("5 kr", own="DKK").currency == "DKK"
    assert money.parse("5 kr", own="EUR").currency == "SEK"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("12.99", "."),
        ("19,90", ","),
        ("1.299,00", ","),
        ("1,299.0", "."),
        ("1.299", ""),
        ("12", ""),
        ("1.234.567", ","),
    ],
)
def test_what_tells_the_decimal_mark(text, marks):
    assert money.marks(text) == set(marks)


def test_amounts_are_written_in_the_language_of_the_page():
    assert money.formatted(Decimal("1299.5"), "EUR") == "€1,299.50"
    assert money.formatted(Decimal("1299"), "JPY") == "¥1,299"
    with translation.override("de"):
        assert money.formatted(Decimal("1299.5"), "EUR") == "1.299,50\xa0€"
    assert money.plain(Decimal("12.500"), "USD") == "12.50"
