"""What an address asks for."""

from django.http import QueryDict


def values_of(query: QueryDict, name: str) -> list[str]:
    """The values of a name, each once; none is empty."""
    return [value for value in dict.fromkeys(query.getlist(name)) if value]
