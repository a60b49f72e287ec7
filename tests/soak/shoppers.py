"""What shoppers do, as locust plays them: whole pages with what a browser asks for beside them."""

import random
import re
from dataclasses import dataclass
from pathlib import Path

import requests
from locust import FastHttpUser, constant_throughput, task

from tests.pictures import as_file, drawing

PRODUCTS = 500
PHOTOS = 20
PHOTO_SIZE = (900, 1200)
PICTURE = re.compile(r'(?:src|data-picture)="(/media/[^"]+)"')


@dataclass(frozen=True)
class Shop:
    """What shoppers find in a shop: its products, what they are called, and photos to search with."""

    address: str
    skus: list[str]
    words: list[str]
    categories: list[str]
    colours: list[str]
    pictures: list[str]
    photos: list[tuple[bytes, str]]
    """Forms with a photo each: body and content type"""


def look_around(address: str, photos: Path | None) -> Shop:
    """The shop at an address, with the photos of a folder, or drawn ones. Raises requests.RequestException."""
    products = _products(address)
    names = [product["name"].split() for product in products if product["name"]]
    page = requests.get(f"{address}/products/", timeout=30)
    page.raise_for_status()
    return Shop(
        address,
        skus=[product["sku"] for product in products],
        words=[" ".join(name[-random.randint(1, 3) :]) for name in names],
        categories=sorted(set(re.findall(r'href="(/c/[^"?]+)"', page.text))),
        colours=sorted({product["base_colour"] for product in products if product["base_colour"]}),
        pictures=PICTURE.findall(page.text),
        photos=[_form(photo) for photo in (_read_photos(photos) if photos else _drawn_photos())],
    )


def _products(address: str) -> list[dict]:
    found: list[dict] = []
    following: str | None = f"{address}/api/v1/products/?limit=100"
    while following and len(found) < PRODUCTS:
        answer = requests.get(following, timeout=30)
        answer.raise_for_status()
        found += answer.json()["results"]
        following = answer.json()["next"]
    return found


def _read_photos(folder: Path) -> list[bytes]:
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
    return [file.read_bytes() for file in random.sample(files, min(PHOTOS, len(files)))]


def _drawn_photos() -> list[bytes]:
    return [as_file(drawing(seed, PHOTO_SIZE), quality=85) for seed in range(PHOTOS)]


def _form(photo: bytes) -> tuple[bytes, str]:
    request = requests.Request(
        "POST", "http://localhost/", files={"photo": ("photo.jpg", photo, "image/jpeg")}
    ).prepare()
    return request.body, request.headers["Content-Type"]


class Shopper(FastHttpUser):
    """One shopper. The weights are of a hundred requests: pages first, then a third of them pictures."""

    abstract = True
    shop: Shop

    @task(4)
    def home(self) -> None:
        self._get("home", "/")

    @task(12)
    def category(self) -> None:
        self._get("category", random.choice(self.shop.categories))

    @task(6)
    def narrowed_category(self) -> None:
        address = f"{random.choice(self.shop.categories)}?base_colour={random.choice(self.shop.colours)}"
        self._get("category with a colour", address)

    @task(9)
    def words(self) -> None:
        self._get("words", f"/products/?q={random.choice(self.shop.words)}")

    @task(10)
    def suggestions(self) -> None:
        self._get("suggestions", f"/suggestions/?q={random.choice(self.shop.words)[: random.randint(2, 6)]}")

    @task(20)
    def product(self) -> None:
        self._get("product", f"/products/{random.choice(self.shop.skus)}/")

    @task(2)
    def wander(self) -> None:
        self._get("wander", "/explore/")

    @task(1)
    def favourites(self) -> None:
        self._get("favourites", "/favourites/")

    @task(3)
    def photo(self) -> None:
        body, content_type = random.choice(self.shop.photos)
        self.client.post("/search/photo/", body, name="photo", headers={"Content-Type": content_type})

    @task(33)
    def picture(self) -> None:
        self._get("picture", random.choice(self.shop.pictures))

    def _get(self, name: str, address: str) -> None:
        self.client.get(address, name=name)


def shopper(shop: Shop, requests_per_second: float | None) -> type[Shopper]:
    """Shoppers of that shop who ask so often each, or, where that is None, again as soon as they are answered."""
    pace = constant_throughput(requests_per_second) if requests_per_second else (lambda _: 0)
    return type("ShopperOfThisShop", (Shopper,), {"shop": shop, "host": shop.address, "wait_time": pace})
