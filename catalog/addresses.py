"""What an address asks for."""

from django.http import QueryDict


def values_of(query: QueryDict, name: str) -> list[str]:
    """The values of a name, each once; none is empty or has a NUL, which PostgreSQL's text does not know."""
    return [value for value in dict.fromkeys(value.replace("\0", "") for value in query.getlist(name)) if value]
