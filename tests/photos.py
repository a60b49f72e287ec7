"""What a shopper does with photos, and what the page shows for them."""

import re
from html import unescape

import numpy as np
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, QueryDict
from django.test import Client
from PIL import Image

from catalog.models import Product
from recommender.photo.query import PhotoQuery
from recommender.photo.results import Results
from recommender.registry import active_encoder
from tests.pictures import as_file

ADDRESS = "/search/photo/"


def picture_of(product: Product) -> Image.Image:
    return Image.open(product.image).convert("RGB")


def photo_of(product: Product) -> SimpleUploadedFile:
    """The product's picture, slightly cropped and compressed again."""
    picture = picture_of(product)
    width, height = picture.size
    cropped = picture.crop((width // 25, height // 25, width - width // 25, height - height // 25))
    return SimpleUploadedFile("photo.jpg", as_file(cropped, quality=70))


def scene(product: Product, ground: str = "olive") -> Image.Image:
    """The product small in the corner of a large photo."""
    photo = Image.new("RGB", (600, 500), ground)
    photo.paste(picture_of(product).resize((150, 200)), (400, 270))
    return photo


def upload(client: Client, *pictures: Image.Image) -> HttpResponse:
    files = [SimpleUploadedFile(f"{number}.jpg", as_file(picture)) for number, picture in enumerate(pictures)]
    return client.post(ADDRESS, {"photo": files})


def skus_in(response: HttpResponse) -> list[str]:
    """The products on a page, in its order."""
    return re.findall(r'data-sku="([^"]*)"', response.content.decode())


def names_in(response: HttpResponse) -> list[str]:
    """The names of the photos on a page, each once."""
    return list(dict.fromkeys(re.findall(r"/search/photo/([\w-]+)\.jpg", response.content.decode())))


def shared(response: HttpResponse) -> str:
    """The address that a page of results gives to others."""
    return unescape(re.search(r'href="([^"]*)" data-share', re.sub(r"\s+", " ", response.content.decode())).group(1))


def reloaded(client: Client, response: HttpResponse) -> HttpResponse:
    """The page at the address that the upload's page gives itself."""
    address = unescape(re.search(r'data-photo-results="([^"]*)"', response.content.decode()).group(1))
    return client.get(address)


def results_of(product: Product, query: str = "") -> Results:
    """What looks like a product, narrowed by a query."""
    encoder = active_encoder()
    vector = np.asarray(encoder.embeddings.get(product=product).vector)
    return Results(PhotoQuery.parse(QueryDict(query)), encoder, vector)
