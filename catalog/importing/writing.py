"""From rows to changes, and from changes to the database: a batch in one transaction, undone as it was done."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property, partial
from itertools import islice
from types import MappingProxyType
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from catalog.attributes import CATEGORY_LEVELS, NAMES
from catalog.importing.addresses import addresses_of, not_among_files
from catalog.importing.ids import EXACT_DIGITS, is_date, is_rounded
from catalog.importing.models import ImportChange, ImportIssue, ImportJob, ImportRow
from catalog.importing.offers import OFFERED, Told, as_text, with_offer
from catalog.importing.own import Skus
from catalog.importing.owners import Owned
from catalog.importing.preview import Counts
from catalog.importing.querysets import ImportChangeQuerySet
from catalog.importing.reading import RowIssue, StyleRow
from catalog.models import Category, FurtherPicture, Product, ProductDescription, ProductSize
from catalog.pictures.decoding import UnreadablePicture, suffix_of
from catalog.pictures.facts import Facts
from catalog.pictures.storage import digest_of
from catalog.querysets import ProductQuerySet
from catalog.signals import pictures_changed

TEXTS = ("name", *NAMES)
WRITTEN = (*TEXTS, *OFFERED, *Product.PICTURE_FIELDS, "category", "search_vector", "design", "archived_at")

ROWS_PER_BATCH = 512
PRODUCTS_PER_QUERY = 500

Values = dict[str, Any]
"""What an import may change of a product, fit for JSON: the texts, what it is sold for with amounts and times as texts,
the sizes as [label, availability], the picture, the further pictures as [name in the media storage, digest], the
category's path, the archive."""


class PictureStore(Protocol):
    """What becomes of the pictures of rows."""

    def look_at(self, content: bytes, told: str) -> tuple[str, Facts | None]:
        """(the suffix of a picture's bytes, as `decoding.suffix_of`; the facts, where it looks). Raises likewise."""

    def keep(self, content: bytes, digest: str, suffix: str) -> str:
        """The name in the media storage. Raises OSError where that is at fault."""


@dataclass(frozen=True)
class Change:
    """A product as it is to be; before is None where there is none yet."""

    product: Product
    before: Values | None
    after: Values
    facts: dict[str, Facts] = field(default_factory=dict)
    """Of pictures that are new, by their digests, as far as they are known"""

    @property
    def is_new_picture(self) -> bool:
        return bool(self.after["image"]) and self.differs_in("image_digest", None)

    @property
    def has_other_pictures(self) -> bool:
        """Whether its own picture is new, or a further one came, went or changed its place."""
        return self.is_new_picture or self.differs_in("further", [])

    def differs_in(self, name: str, nothing: object) -> bool:
        """Whether that value is another than it was; a new product's was nothing."""
        return self.after[name] != (self.before or {}).get(name, nothing)


@dataclass(frozen=True)
class Plan:
    """What a batch of rows comes to: the rows that are taken, what they change, and the issues of all rows."""

    rows: list[StyleRow]
    changes: list[Change]
    issues: list[RowIssue]
    counts: Counts
    addresses: dict[str, dict[str, str]]
    """{sku: {address: its host}} of the pictures to be fetched, for rows whose pictures did not come with the file"""
    leaving: int
    """How many products leave the shop, as their rows are not published"""


class Categories:
    """The category tree, read once, and grown by path."""

    @cached_property
    def _nodes(self) -> dict[tuple[int | None, str], Category]:
        """By the id of the category above, and the name."""
        return {(node.parent_id, node.name): node for node in Category.objects.linked().values()}

    def at(self, *names: str) -> Category | None:
        """The deepest category of a path like ("Apparel", "Topwear", "Shirts")."""
        node: Category | None = None
        for name in names:
            place = (node.pk if node else None, name)
            if place not in self._nodes:
                # Another import may have made it by now.
                self._nodes[place] = Category.objects.get_or_create(parent=node, name=name)[0]
                # Each product asks for its category's path; a node that was found does not know its parent yet.
                self._nodes[place].parent = node
            node = self._nodes[place]
        return node


def plan_batch(
    batch: list[StyleRow | RowIssue], products: ProductQuerySet, source: Owned, store: PictureStore, skus: Skus | None
) -> Plan:
    """What the rows would change of the products; whoever is to write that passes products that it locks.

    Ids are held against `skus`, unless no spreadsheet can have damaged them.
    `store` gets each picture; a preview need not keep anything.
    """
    rows = [row for row in batch if isinstance(row, StyleRow)]
    refused = [row for row in batch if isinstance(row, RowIssue)]
    before = as_they_are(products).filter(sku__in=[row.sku for row in rows])
    known = {product.sku: product for product in before}
    nothing = values_of(Product())
    planned = [_plan_row(row, known.get(row.sku), nothing, source, store) for row in rows]
    changes = [change for change, _ in planned if change.after != change.before]
    issues = [issue for _, found in planned for issue in found]
    new = sum(change.before is None for change in changes)
    counts = Counts(new, len(changes) - new, len(rows) - len(changes), len(refused))
    shown = [row for row in rows if row.is_published]
    found = {row.sku: addresses_of(row) for row in shown if row.picture_addresses and not source.of_row(row)}
    issues += [issue for _, wrong in found.values() for issue in wrong]
    addresses = {sku: wanted for sku, (wanted, _) in found.items() if wanted}
    return Plan(
        rows,
        changes,
        [*refused, *_left_out(rows), *(_hints(rows, skus) if skus else ()), *_nameless(rows, known), *issues],
        counts,
        addresses,
        sum(change.after["is_archived"] and not (change.before or change.after)["is_archived"] for change in changes),
    )


def _left_out(rows: list[StyleRow]) -> Iterator[RowIssue]:
    """What of rows that are taken is not."""
    for row in rows:
        yield from (replace(issue, sku=row.sku) for issue in row.issues)


def _hints(rows: list[StyleRow], skus: Skus) -> Iterator[RowIssue]:
    """What is odd about rows that are taken."""
    for row in rows:
        if other := skus.with_zeros(row.sku):
            reason = gettext(
                "id {sku} is new, and the shop has {other}; where a spreadsheet took the zeros, format "
                "the ids as text there, and save the table again"
            ).format(sku=row.sku, other=other)
            yield RowIssue(row.line, row.sku, "zeros missing", reason)
        elif reason := _doubt(row.sku, skus):
            reason = gettext("id {sku} {reason}; format the ids as text there, and save the table again").format(
                sku=row.sku, reason=reason
            )
            yield RowIssue(row.line, row.sku, "doubtful id", reason)


def _nameless(rows: list[StyleRow], known: Collection[str]) -> Iterator[RowIssue]:
    """The rows that leave a product without a name."""
    for row in rows:
        if row.values.get("name") == "":
            yield RowIssue(
                row.line, row.sku, "no name", gettext("has no name; the shop shows its category or its id instead")
            )
        elif "name" not in row.values and row.sku not in known:
            reason = gettext("is new and has no name, as no column is known to hold names; choose one, or call it name")
            yield RowIssue(row.line, row.sku, "no name", reason)


def _doubt(sku: str, skus: Skus) -> str:
    """Why a new id may be what a spreadsheet made of another one; "" where it is not."""
    if other := skus.as_number(sku):
        return gettext("is new, and there is {other}, which a spreadsheet may have written so").format(other=other)
    if is_rounded(sku) and skus.is_new(sku):
        return gettext("may be rounded, as spreadsheets keep no more than {digits} digits of a number").format(
            digits=EXACT_DIGITS
        )
    return (
        gettext("may have been another one, of which a spreadsheet made a date")
        if is_date(sku) and skus.is_new(sku)
        else ""
    )


def _plan_row(
    row: StyleRow, product: Product | None, nothing: Values, source: Owned, store: PictureStore
) -> tuple[Change, list[RowIssue]]:
    """What the row makes of the product; of one that is new, it makes it of `nothing`."""
    before = values_of(product) if product else None
    after = _with_row(before or nothing, row)
    facts: dict[str, Facts] = {}
    issues = _take_pictures(after, facts, row, source, store)
    return Change(product or Product(sku=row.sku), before, after, facts), issues


def as_they_are(products: ProductQuerySet) -> ProductQuerySet:
    """With what `values_of` looks at."""
    return products.with_categories().with_description().prefetch_related("further_pictures", "sizes")


def values_of(product: Product) -> Values:
    """What an import may change of the product, as it is now."""
    path = [category.name for category in product.category.path] if product.category else []
    further = product.further_pictures.all() if product.pk else ()
    sizes = product.sizes.all() if product.pk else ()
    return {
        **{name: getattr(product, name) for name in TEXTS},
        **{name: _fit_for_json(getattr(product, name)) for name in OFFERED},
        "description": product.description,
        "sizes": [[size.label, size.availability] for size in sizes],
        "image": product.image.name or "",
        "image_digest": product.image_digest,
        "further": [[str(one.image), one.image_digest] for one in further],
        "category": path,
        "is_archived": product.archived_at is not None,
    }


def _fit_for_json(value: object) -> object:
    if isinstance(value, Decimal):
        return as_text(value)
    return value.isoformat() if isinstance(value, datetime) else value


def _offer_of(values: Values) -> Told:
    """What of the values is sold for what, as the fields of a product have it."""
    offer = {name: values[name] for name in OFFERED if name in values}
    for name in ("price", "sale_price"):
        if offer.get(name) is not None:
            offer[name] = Decimal(offer[name])
    for name in ("sale_starts_at", "sale_ends_at"):
        if offer.get(name):
            offer[name] = datetime.fromisoformat(offer[name])
    return offer


def _with_row(values: Values, row: StyleRow) -> Values:
    told = row.values
    texts = {name: told[name] for name in TEXTS if name in told}
    after = {**with_offer(values, told), **texts, "is_archived": not row.is_published}
    if any(level in told for level in CATEGORY_LEVELS):
        after["category"] = [told[level] for level in CATEGORY_LEVELS if told.get(level)]
    return after


def _take_pictures(
    after: Values, facts: dict[str, Facts], row: StyleRow, source: Owned, store: PictureStore
) -> list[RowIssue]:
    """Puts the row's pictures in, as far as it brings any; a product keeps those that it has where the row brings none.

    The first one that can be read is the product's own. What is known of new ones is added to the facts.
    """
    files = source.of_row(row)
    if not files and not after["image"] and not row.picture_addresses:
        return [
            RowIssue(
                row.line,
                row.sku,
                "no picture",
                gettext("no picture named {sku} came with the file").format(sku=row.sku),
            )
        ]
    stored: dict[str, str] = {}
    present = {after["image_digest"], *(digest for _, digest in after["further"])}
    issues = not_among_files(row, source.lacks(row)) if files else []
    for file in files:
        try:
            content = file.read()
            digest = digest_of(content)
            if digest in present:
                suffix, found = suffix_of(content, file.suffix), None
            else:
                suffix, found = store.look_at(content, file.suffix)
        except (OSError, UnreadablePicture) as error:
            issues.append(RowIssue(row.line, row.sku, "unreadable picture", f"{file.name}: {error}"))
        else:
            stored.setdefault(digest, store.keep(content, digest, suffix))
            if found:
                facts[digest] = found
    if stored and source.named_by(row):
        # Who names files, names all of them.
        after["further"] = []
    set_pictures(after, [[name, digest] for digest, name in stored.items()])
    return issues


def set_pictures(values: Values, pictures: list[list[str]]) -> None:
    """Makes the first of these pictures, [name in the media storage, digest], the product's own, the others further."""
    if pictures:
        values["image"], values["image_digest"] = pictures[0]
    further = pictures[1:] or values["further"]
    values["further"] = [picture for picture in further if picture[1] != values["image_digest"]]


def write_changes(job: ImportJob, changes: list[Change], categories: Categories) -> None:
    """Writes the changes, and what undoes them. Call it in a transaction."""
    for change in changes:
        apply(change.product, change.after, categories, change.facts)
    found = [change.product.updated_at for change in changes]
    _save([change.product for change in changes])
    ImportChange.objects.bulk_create(
        ImportChange(
            job=job,
            product=change.product,
            before=change.before,
            is_new_picture=change.is_new_picture,
            found_at=found_at,
            written_at=change.product.updated_at,
        )
        for change, found_at in zip(changes, found, strict=True)
    )
    FurtherPicture.objects.write(
        {change.product: change.after["further"] for change in changes if change.differs_in("further", [])},
        {digest: facts for change in changes for digest, facts in change.facts.items()},
    )
    ProductDescription.objects.write(
        {change.product: change.after["description"] for change in changes if change.differs_in("description", "")}
    )
    _save_sizes((change.product, change.after["sizes"]) for change in changes if change.differs_in("sizes", []))
    tell_of_pictures(change.product.pk for change in changes if change.has_other_pictures)


def write_pictures(
    job: ImportJob, product: Product, pictures: list[list[str]], gone: Collection[str] = frozenset()
) -> None:
    """Gives a product, which is locked, these pictures as a part of what the job did, to be undone with it.

    They are [name in the media storage, digest], its own one first. Further pictures of a digest that is `gone` are
    taken from it. Call it in a transaction.
    """
    before, written_at = values_of(product), product.updated_at
    after = {**before, "further": [[name, digest] for name, digest in before["further"] if digest not in gone]}
    set_pictures(after, pictures)
    if after == before:
        return
    apply(product, after, Categories())
    _save([product])
    if after["further"] != before["further"]:
        FurtherPicture.objects.write({product: after["further"]})
    # Whoever has touched it since the job has made it theirs; this does not.
    product.changes.filter(written_at=written_at).update(written_at=product.updated_at)
    is_noted = product.changes.filter(job=job).update(is_new_picture=True)
    if not is_noted:
        # Whatever wrote the product last counts as untouched since, and again once this is undone.
        times = {"found_at": product.updated_at, "written_at": product.updated_at}
        product.changes.create(job=job, before=before, is_new_picture=True, **times)
    if Change(product, before, after).has_other_pictures:
        tell_of_pictures([product.pk])


def write_issues(job: ImportJob, issues: Iterable[RowIssue]) -> None:
    """Keeps the issues, of each kind as many as there may be; the job, which is not saved, counts them all."""
    ImportIssue.objects.bulk_create(
        ImportIssue(
            job=job,
            line=issue.line,
            sku=issue.sku,
            kind=issue.kind,
            column=issue.column[:1000],
            value=issue.value,
            reason=issue.reason[:1000],
        )
        for issue in job.count_issues(issues)
    )


def write_rows(job: ImportJob, rows: Iterable[StyleRow]) -> None:
    """Notes which ids the job has taken, and from which line."""
    ImportRow.objects.bulk_create(ImportRow(job=job, sku=row.sku, line=row.line) for row in rows)


def apply(
    product: Product, values: Values, categories: Categories, facts: Mapping[str, Facts] = MappingProxyType({})
) -> None:
    """Gives the product these values; it is not saved. The facts of pictures of some digests may be known."""
    # What an import noted before there was an attribute says nothing of it.
    for name in values.keys() & TEXTS:
        setattr(product, name, values[name])
    for name, value in _offer_of(values).items():
        setattr(product, name, value)
    product.take_picture(values["image"], values["image_digest"], facts.get(values["image_digest"]))
    product.category = categories.at(*values["category"])
    if values["is_archived"] != (product.archived_at is not None):
        product.archived_at = timezone.now() if values["is_archived"] else None
    product.derive()


def missing_products(named: Collection[str]) -> ProductQuerySet:
    """The merchant's products in the shop that a file with rows for these ids does not name."""
    return as_they_are(Product.objects.in_the_shop().of_the_merchant()).exclude(sku__in=list(named))


def archive(job: ImportJob, products: list[Product]) -> None:
    """Takes the products out of the shop and its search; their embeddings stay. Call it in a transaction."""
    changes = [Change(product, before := values_of(product), {**before, "is_archived": True}) for product in products]
    write_changes(job, changes, Categories())


def undo_changes(changes: ImportChangeQuerySet) -> None:
    """Gives each product what it was before the change; one that was not is deleted. Call it in a transaction."""
    Product.objects.filter(changes__in=changes.filter(before__isnull=True)).delete()
    categories = Categories()
    restored = changes.select_related("product__category__parent__parent").iterator(chunk_size=PRODUCTS_PER_QUERY)
    while batch := list(islice(restored, PRODUCTS_PER_QUERY)):
        for change in batch:
            apply(change.product, change.before, categories)
        _save([change.product for change in batch])
        _hand_back(batch)
        # What an import noted before there were further pictures says nothing of them.
        FurtherPicture.objects.write(
            {change.product: change.before["further"] for change in batch if "further" in change.before}
        )
        ProductDescription.objects.write(
            {change.product: change.before["description"] for change in batch if "description" in change.before}
        )
        _save_sizes((change.product, change.before["sizes"]) for change in batch if "sizes" in change.before)
        tell_of_pictures(change.product.pk for change in batch)
    changes.delete()


def _hand_back(undone: list[ImportChange]) -> None:
    """Products that are again as an earlier import wrote them count as untouched since that one."""
    found = {(change.product_id, change.found_at): change.product.updated_at for change in undone}
    changes = ImportChange.objects.filter(product__in=[change.product_id for change in undone])
    earlier = [change for change in changes if (change.product_id, change.written_at) in found]
    for change in earlier:
        change.written_at = found[change.product_id, change.written_at]
    ImportChange.objects.bulk_update(earlier, ["written_at"])


def _save(products: list[Product]) -> None:
    Product.objects.bulk_create(
        products, update_conflicts=True, unique_fields=["sku"], update_fields=[*WRITTEN, "updated_at"]
    )


def _save_sizes(sizes: Iterable[tuple[Product, list[list[str]]]]) -> None:
    """Gives each product these sizes, as [label, availability], in place of those it has."""
    if not (wanted := dict(sizes)):
        return
    ProductSize.objects.filter(product__in=wanted).delete()
    ProductSize.objects.bulk_create(
        ProductSize(product=product, position=position, label=label, availability=availability)
        for product, several in wanted.items()
        for position, (label, availability) in enumerate(several, 1)
    )


def tell_of_pictures(ids: Iterable[int]) -> None:
    """Says after the commit that these products' pictures changed."""
    if ids := list(ids):
        transaction.on_commit(partial(pictures_changed.send, sender=Product, product_ids=ids))
