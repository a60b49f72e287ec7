"""What programs ask: JSON says what a thing is, so a text is no number, and nothing is guessed."""

from collections.abc import Mapping
from typing import Any, Self

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy
from rest_framework import serializers

from fashionsite.api.problems import Problem

AMOUNT = r"^[0-9]{1,9}(\.[0-9]{1,3})?$"
TRUTH = gettext_lazy("Send true or false, without quotation marks.")
NUMBER = gettext_lazy("Send a number, without quotation marks.")
TEXT = gettext_lazy("Send a text, in quotation marks.")
KINDS: tuple[tuple[type[serializers.Field], type | tuple[type, ...], Promise], ...] = (
    (serializers.BooleanField, bool, TRUTH),
    (serializers.IntegerField, int, NUMBER),
    (serializers.FloatField, (int, float), NUMBER),
    (serializers.CharField, str, TEXT),
    (serializers.DecimalField, str, TEXT),
    (serializers.ChoiceField, str, TEXT),
    (serializers.DateTimeField, str, TEXT),
)
"""What each kind of field is in JSON, and what is said where something else comes"""
NUMBERS = (serializers.IntegerField, serializers.FloatField, serializers.DecimalField)


class Asked(serializers.Serializer):
    """What is asked in JSON, or in a form, where everything is a text."""

    @classmethod
    def of(cls, data: Any, **options: Any) -> Self:
        """What was asked, checked. Raises ValidationError and Problem."""
        asked = cls(data=data, **options)
        asked.is_valid(raise_exception=True)
        return asked

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            fits = _is_written if is_form(data) else _fits
            wrong = {
                name: [_wanted(field)]
                for name, field in self.fields.items()
                if name in data and not fits(field, data[name])
            }
            wrong |= {
                name: [too_long]
                for name, field in self.fields.items()
                if (too_long := _too_long(field, data.get(name)))
            }
            wrong |= {name: [gettext("There is no such field.")] for name in data if name not in self.fields}
            if wrong:
                raise serializers.ValidationError(wrong)
        return super().to_internal_value(data)


def is_form(data: Any) -> bool:
    """Whether it came as a form, rather than as JSON."""
    return hasattr(data, "getlist")


def _is_written(field: serializers.Field, value: Any) -> bool:
    """Whether a form's text may be of the field's kind: nothing is no number."""
    return not isinstance(field, NUMBERS) or value != ""


def _too_long(field: serializers.Field, value: Any) -> str:
    """What is said where it is longer than the schema says: the framework looks when it has taken the spaces off."""
    most = field.max_length if isinstance(field, serializers.CharField) else None
    if most is None or not isinstance(value, str) or len(value) <= most:
        return ""
    return str(field.error_messages["max_length"]).format(max_length=most)


def _fits(field: serializers.Field, value: Any) -> bool:
    """Whether the value is of the field's kind; what else is wrong with it says the field itself."""
    # JSON knows one kind of number: 16.0 is a whole one.
    if value is None or (
        isinstance(field, serializers.IntegerField) and isinstance(value, float) and value.is_integer()
    ):
        return True
    if isinstance(field, serializers.ListField) and field.child is not None and isinstance(value, list):
        return all(_fits(field.child, one) for one in value)
    if isinstance(field, serializers.DictField) and isinstance(value, dict):
        return all(_fits(field.child, one) for one in value.values())
    kind = next((kind for kind_of_field, kind, _ in KINDS if isinstance(field, kind_of_field)), None)
    return kind is None or (isinstance(value, kind) and (kind is bool or not isinstance(value, bool)))


def _wanted(field: serializers.Field) -> str:
    """What is to come where something of another kind came; for a list or an object, for each of what is in it."""
    inner = getattr(field, "child", None) or field
    return str(next((said for kind, _, said in KINDS if isinstance(inner, kind)), gettext("This is of another type.")))


def unusable(**said: str) -> Problem:
    """What is well formed and goes with nothing here: by the field what a person can do about it."""
    errors = [
        {"pointer": f"/{name}" if name else "", "code": "unusable", "detail": text} for name, text in said.items()
    ]
    return Problem("unusable", " ".join(said.values()), errors=errors)
