"""The drawn sample, taken out of a shop that has products of its own."""

from django.db import transaction
from django.utils.translation import gettext

from catalog.locking import Lock, alone
from catalog.models import Category, Product
from catalog.querysets import ProductQuerySet


class ImportGoesOn(Exception):
    """An import is writing products; the message says what to do."""


def remove_sample() -> int:
    """Deletes the sample's products and the categories that are empty without them; returns how many products.

    Raises ImportGoesOn.
    """
    with alone(Lock.IMPORT) as is_mine:
        if not is_mine:
            raise ImportGoesOn(gettext("An import is at work. Remove the sample when it is done."))
        return delete_sample(Product.objects.of_the_sample())


@transaction.atomic
def delete_sample(products: ProductQuerySet) -> int:
    """The same for some of the sample's products, for whoever has the import's lock."""
    homes: set[int] = set()
    # Those that are being embedded are waited for: else their embeddings, which nobody sees yet, would be left.
    for product in products.with_categories().select_for_update(of=("self",)):
        homes.update(category.pk for category in (product.category.path if product.category else []))
    _, deleted = products.delete()
    Category.objects.filter(pk__in=homes).delete_empty()
    return deleted.get(Product._meta.label, 0)
