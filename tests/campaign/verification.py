"""What must be true when the faults are over: everything is there once, as if nothing had been, and nothing else."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2
import requests

from tests.campaign.load import Desk
from tests.campaign.shop import Shop, answers

Snapshot = dict[str, dict[str, Any]]
MOST_DIFFERENCE = 1e-4
"""Of any number of a unit vector; batches of another size round otherwise."""
EXAMPLES = 3
PICTURE = re.compile(r"[0-9a-f]{64}\.\w+")

PRODUCTS = """
    SELECT sku, jsonb_build_object(
        'name', product.name, 'gender', gender, 'base_colour', base_colour, 'brand', brand, 'season', season,
        'year', year, 'usage', usage, 'link', link, 'condition', condition, 'image', image,
        'image_digest', image_digest, 'image_width', image_width, 'image_height', image_height,
        'image_colour', image_colour, 'search_vector', search_vector::text,
        'design', design, 'is_archived', archived_at IS NOT NULL,
        'description', (SELECT text FROM catalog_productdescription WHERE product_id = product.id),
        'category', concat_ws('/', top.slug, middle.slug, category.slug),
        'price', price, 'sale_price', sale_price, 'currency', currency, 'availability', product.availability,
        'sizes', (SELECT coalesce(jsonb_agg(jsonb_build_array(label, availability) ORDER BY position), '[]')
                  FROM catalog_productsize WHERE product_id = product.id),
        'further', (SELECT coalesce(jsonb_agg(image_digest ORDER BY position), '[]') FROM catalog_furtherpicture
                    WHERE product_id = product.id))
    FROM catalog_product AS product
    LEFT JOIN catalog_category AS category ON category.id = product.category_id
    LEFT JOIN catalog_category AS middle ON middle.id = category.parent_id
    LEFT JOIN catalog_category AS top ON top.id = middle.parent_id
"""
EMBEDDINGS = """
    SELECT concat_ws(' ', sku, row.image_digest),
        jsonb_build_array(encoder.digest, row.image_digest, row.vector::text)
    FROM recommender_embedding AS row
    JOIN catalog_product AS product ON product.id = product_id
    JOIN recommender_encoder AS encoder ON encoder.id = encoder_id
"""
FAILURES = """
    SELECT concat_ws(' ', sku, row.image_digest),
        jsonb_build_array(encoder.digest, row.image_digest, row.reason)
    FROM recommender_embeddingfailure AS row
    JOIN catalog_product AS product ON product.id = product_id
    JOIN recommender_encoder AS encoder ON encoder.id = encoder_id
"""
JOBS_AT_WORK = "SELECT id, state FROM importing_importjob WHERE state IN ('reading', 'queued', 'running', 'undoing')"
NAMED_PICTURES = """
    SELECT image, image_digest FROM catalog_product
    UNION SELECT image, image_digest FROM catalog_furtherpicture
    UNION SELECT image, image_digest FROM importing_pictureaddress
    UNION SELECT before->>'image', before->>'image_digest' FROM importing_importchange
    UNION SELECT further->>0, further->>1
        FROM importing_importchange, jsonb_array_elements(before->'further') AS further
"""
ROWS_OF_NOBODY = {
    "rows noted for imports that have ended": """
        SELECT job_id FROM importing_importrow JOIN importing_importjob AS job ON job.id = job_id
        WHERE state IN ('done', 'undone')""",
    "embeddings of pictures that their products no longer have": """
        SELECT id FROM recommender_embedding AS row
        WHERE NOT EXISTS (SELECT FROM catalog_product AS product
                          WHERE product.id = product_id AND product.image_digest = row.image_digest)
        AND NOT EXISTS (SELECT FROM catalog_furtherpicture AS further
                        WHERE further.product_id = row.product_id AND further.image_digest = row.image_digest)""",
    "failures of pictures that their products no longer have": """
        SELECT id FROM recommender_embeddingfailure AS row
        WHERE NOT EXISTS (SELECT FROM catalog_product AS product
                          WHERE product.id = product_id AND product.image_digest = row.image_digest)
        AND NOT EXISTS (SELECT FROM catalog_furtherpicture AS further
                        WHERE further.product_id = row.product_id AND further.image_digest = row.image_digest)""",
    "categories without a product below them": """
        WITH RECURSIVE used(id) AS (
            SELECT category_id FROM catalog_product
            UNION SELECT parent_id FROM catalog_category JOIN used USING (id))
        SELECT name FROM catalog_category WHERE id NOT IN (SELECT id FROM used WHERE id IS NOT NULL)""",
}


def snapshot(cursor: Any) -> dict[str, Snapshot]:
    """All that an import determines: `products` by sku, `embeddings` and `failures` by sku and digest."""
    found = {}
    for name, statement in (("products", PRODUCTS), ("embeddings", EMBEDDINGS), ("failures", FAILURES)):
        cursor.execute(statement)
        rows = [(sku, json.loads(row) if isinstance(row, str) else row) for sku, row in cursor.fetchall()]
        found[name] = dict(rows)
        if len(found[name]) != len(rows):
            found[name]["more than one of a product"] = len(rows) - len(found[name])
    return found


def what_is_left_to_do(shop: Shop) -> str:
    """What the shop is still busy with, "" when it has come to rest."""
    response = answers(shop, "/readyz")
    if response is None:
        return "no web process answers"
    said = response.json()
    if away := [name for name in said["missing"] if name != "free_bytes"]:
        return f"not ready: {', '.join(away)}"
    if waiting := sum(said["backlog"].values()):
        return f"{waiting} pictures wait"
    if missing := [name for name in ("worker", "beat", "fashionsite.embedded") if not shop.supervised(name)]:
        return f"no {missing[0]} runs"
    try:
        jobs = shop.ask(JOBS_AT_WORK)
    except (psycopg2.Error, OSError) as error:
        return f"no database: {error}"
    if jobs:
        return f"imports at work: {jobs}"
    if queued := shop.queued():
        return f"{queued} messages wait"
    return ""


class Verification:
    """Compares a shop at rest with an undisturbed one; `findings` says in words what is wrong, each once."""

    def __init__(self, shop: Shop, undisturbed: dict[str, Snapshot], desk: Desk) -> None:
        self.findings: list[str] = []
        self.largest_difference = 0.0
        self._shop, self._undisturbed, self._desk = shop, undisturbed, desk

    def run(self) -> None:
        with self._shop.database() as cursor:
            found = snapshot(cursor)
        self._compare("products", found, self._same)
        self._compare("embeddings", found, self._same_vector)
        self._compare("failures", found, self._same)
        self._look_for_rows_of_nobody()
        self._look_for_files_of_nobody()
        self._look_at_the_accepted_imports()
        self._look_at_the_counts(found)

    def _compare(self, what: str, found: dict[str, Snapshot], is_same: Callable[[Any, Any], bool]) -> None:
        here, there = found[what], self._undisturbed[what]
        self._note(f"{what} missing", there.keys() - here.keys())
        self._note(f"{what} too many", (f"{sku} {_short(here[sku])}" for sku in here.keys() - there.keys()))
        different = (sku for sku in here.keys() & there.keys() if not is_same(here[sku], there[sku]))
        self._note(f"{what} different", (f"{sku} {_difference(here[sku], there[sku])}" for sku in different))

    @staticmethod
    def _same(here: Any, there: Any) -> bool:
        return here == there

    def _same_vector(self, here: Any, there: Any) -> bool:
        if here[:2] != there[:2]:
            return False
        if here[2] == there[2]:
            return True
        difference = float(np.abs(np.subtract(json.loads(here[2]), json.loads(there[2]))).max())
        self.largest_difference = max(self.largest_difference, difference)
        return difference <= MOST_DIFFERENCE

    def _look_for_rows_of_nobody(self) -> None:
        self._note("imports that nobody goes on with", (str(row) for row in self._shop.ask(JOBS_AT_WORK)))
        for what, statement in ROWS_OF_NOBODY.items():
            self._note(what, (str(row[0]) for row in self._shop.ask(statement)))

    def _look_for_files_of_nobody(self) -> None:
        shop, named = self._shop, self._shop.ask(NAMED_PICTURES)
        names, digests = {name for name, _ in named}, {digest for _, digest in named}
        media = [path for path in shop.media.rglob("*") if path.is_file()]
        self._note("temporary files in media", (path.name for path in media if not PICTURE.fullmatch(path.name)))
        pictures = [path for path in media if PICTURE.fullmatch(path.name)]
        self._note(
            "pictures and renditions that no row names",
            (
                str(path.relative_to(shop.media))
                for path in pictures
                if path.stem not in digests
                or ("products" in path.parts and str(path.relative_to(shop.media)) not in names)
            ),
        )
        self._note(
            "pictures that are not what their digests say",
            (path.name for path in pictures if "products" in path.parts and _digest(path) != path.stem),
        )
        self._note("files in uploads", _files(shop.var / "uploads"))
        self._note("files in the folder for temporary files", _files(shop.tmp, but=("redis", "dump.rdb")))
        if shop.photos.exists():
            self._note("temporary files beside photos", _files(shop.photos, but=(".djcache",)))
        ended = shop.ask("SELECT id::text FROM importing_importjob WHERE state NOT IN ('done', 'undone')")
        kept = {number for (number,) in ended}
        folders = [path.name for path in (shop.var / "imports").glob("*") if path.name not in kept]
        self._note("files of imports that have ended", folders)

    def _look_at_the_accepted_imports(self) -> None:
        states = dict(self._shop.ask("SELECT id::text, state FROM importing_importjob"))
        numbers = [re.sub(r"\D", "", address) for address in self._desk.accepted]
        self._note(
            "imports that the desk took and did not do",
            (f"{number}: {states.get(number)}" for number in numbers if states.get(number) != "done"),
        )

    def _look_at_the_counts(self, found: dict[str, Snapshot]) -> None:
        """What the administration says is what the tables have."""
        try:
            listed = self._desk.page("/admin/catalog/product/")
            count = len(found["products"])
            if not re.search(rf"\b{count} products\b", listed):
                self.findings.append(f"the administration does not say that there are {count} products")
            for address in self._desk.accepted[-1:]:
                self._look_at_an_import(address, found)
        except requests.RequestException as error:
            self.findings.append(f"the administration does not answer: {error}")

    def _look_at_an_import(self, address: str, found: dict[str, Snapshot]) -> None:
        page = " ".join(re.sub(r"<[^>]*>", " ", self._desk.page(address)).replace(",", "").split())
        number = re.sub(r"\D", "", address)
        ((rows, new, changed, unchanged),) = self._shop.ask(
            "SELECT rows, created, updated, unchanged FROM importing_importjob WHERE id = %s", number
        )
        skus = self._shop.ask(
            "SELECT sku FROM catalog_product JOIN importing_importchange ON product_id = catalog_product.id "
            "WHERE job_id = %s AND is_new_picture",
            number,
        )
        own = [f"{sku} {found['products'][sku]['image_digest']}" for (sku,) in skus]
        searchable = sum(picture in found["embeddings"] for picture in own)
        failed = sum(picture in found["failures"] for picture in own)
        wanted = [f"new {new} changed {changed} unchanged {unchanged}", f"Done: {rows} row"]
        if skus:
            wanted.append(f"{searchable} of its {len(skus)} new pictures are searchable")
        if failed:
            wanted.append(f"{failed} cannot be read")
        self._note(
            f"counts that the page of import {number} does not show", (text for text in wanted if text not in page)
        )

    def _note(self, what: str, examples: Iterable[str]) -> None:
        if examples := sorted(examples):
            self.findings.append(f"{what}: {len(examples)}, such as {'; '.join(examples[:EXAMPLES])}")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(folder: Path, but: tuple[str, ...] = ()) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.is_file() and not path.name.endswith(but):
            yield str(path.relative_to(folder))


def _difference(here: Any, there: Any) -> str:
    if isinstance(here, dict):
        return ", ".join(
            f"{name} {here[name]!r} for {there[name]!r}"[:120] for name in here if here[name] != there[name]
        )
    return f"{_short(here)} for {_short(there)}"


def _short(row: Any) -> str:
    return str(row[1:])[:120] if isinstance(row, list) else ""
