"""How the JSON of requests is read."""

from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """The framework's, for which what is nested too deep is no JSON either."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError as error:
            raise ParseError(f"JSON parse error - {error}") from error


class LargeJSONParser(parsers.BaseParser):
    """The same where the address alone says how much may come.

    It is none of the framework's, whose bodies Django reads up to its limit for the fields of a form.
    """

    media_type = JSONParser.media_type

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError."""
        return JSONParser().parse(stream, media_type, parser_context)
