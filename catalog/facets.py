"""Facets: the attributes that narrow the catalogue, with how many products each value would leave."""

from dataclasses import dataclass

from django.db.models import Count
from django.http import QueryDict

from catalog.models import Category, Product
from catalog.querysets import ProductQuerySet

ATTRIBUTES = {"gender": "Gender", "base_colour": "Colour", "season": "Season", "usage": "Usage"}


@dataclass(frozen=True)
class Value:
    """One value of a facet; `query` is the address that chooses it, or drops it when it is chosen."""

    label: str
    count: int
    is_chosen: bool
    query: str


@dataclass(frozen=True)
class Facet:
    """One way to narrow the catalogue."""

    name: str
    label: str
    values: list[Value]

    @property
    def is_chosen(self) -> bool:
        return any(value.is_chosen for value in self.values)


class Selection:
    """What a shopper asked for in an address: category, attributes and words. Unknown values find nothing."""

    def __init__(self, query: QueryDict):
        self.query = query
        # PostgreSQL's text knows no NUL.
        asked = {name: value.replace("\0", "").strip() for name, value in query.items()}
        self.words = asked.get("q", "")[:200]
        self.attributes = {name: asked[name] for name in ATTRIBUTES if asked.get(name)}
        number = asked.get("category", "")
        is_number = number.isascii() and number.isdigit() and len(number) < 19
        self.category = Category.objects.filter(pk=number).first() if is_number else None

    @property
    def is_narrow(self) -> bool:
        return bool(self.words or self.attributes or self.category)

    def products(self, without: str = "") -> ProductQuerySet:
        """The chosen products; `without` leaves one facet's choice out, which is what its counts are made from."""
        products = Product.objects.in_the_shop()
        if self.words:
            products = products.matching(self.words)
        if self.category and without != "category":
            products = products.in_category(self.category)
        return products.filter(**{name: value for name, value in self.attributes.items() if name != without})

    def facets(self) -> list[Facet]:
        """The facets that have something to choose from, counted within the other choices."""
        facets = [self._category_facet(), *(self._attribute_facet(name, label) for name, label in ATTRIBUTES.items())]
        return [facet for facet in facets if facet.values]

    def chips(self) -> list[Value]:
        """What is chosen, each with the address that takes it away."""
        chips = []
        if self.words:
            chips.append(Value(f"“{self.words}”", 0, True, self._query_with("q", "")))
        if self.category:
            parent = self.category.parent
            query = self._query_with("category", str(parent.pk) if parent else "")
            chips.append(Value(self.category.name, 0, True, query))
        for name, value in self.attributes.items():
            chips.append(Value(value, 0, True, self._query_with(name, "")))
        return chips

    def _category_facet(self) -> Facet:
        """The children of the chosen category, or its siblings when it has none, with what lies below each."""
        parent = self.category
        if parent and not parent.children.exists():
            parent = parent.parent
        counts = dict(self.products(without="category").order_by().values_list("category").annotate(Count("pk")))
        nodes = Category.objects.in_bulk()
        totals: dict[Category, int] = {}
        for category, count in counts.items():
            node = nodes.get(category)
            while node and node.parent_id != (parent.pk if parent else None):
                node = nodes.get(node.parent_id)
            if node:
                totals[node] = totals.get(node, 0) + count
        values = [
            Value(node.name, count, node == self.category, self._query_with("category", str(node.pk)))
            for node, count in sorted(totals.items(), key=lambda item: -item[1])
        ]
        return Facet("category", "Category", values)

    def _attribute_facet(self, name: str, label: str) -> Facet:
        products = self.products(without=name).exclude(**{name: ""}).order_by()
        counts = products.values_list(name).annotate(count=Count("pk")).order_by("-count", name)
        chosen = self.attributes.get(name)
        values = [
            Value(value, count, value == chosen, self._query_with(name, "" if value == chosen else value))
            for value, count in counts
        ]
        return Facet(name, label, values)

    def _query_with(self, name: str, value: str) -> str:
        query = self.query.copy()
        query.pop("page", None)
        query.pop(name, None)
        if value:
            query[name] = value
        return query.urlencode()
