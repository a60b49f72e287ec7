"""The field of a form that takes a picture."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files import File
from django.forms import FileField, Widget

from catalog.pictures.decoding import DecodersBusy, UnreadablePicture, read_with_size
from catalog.pictures.facts import ENOUGH


class PictureField(FileField):
    """Takes what the shop can decode, within the limits that stand there; what it cannot is told in its words.

    Django's own decodes whatever comes with whatever Pillow has, in the web process.
    """

    def to_python(self, data: Any) -> File | None:
        upload = super().to_python(data)
        if upload is None:
            return None
        try:
            read_with_size(upload.read(), ENOUGH)
        except (UnreadablePicture, DecodersBusy) as error:
            raise ValidationError(str(error), code="unreadable") from error
        upload.seek(0)
        return upload

    def widget_attrs(self, widget: Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": "image/*"}
