"""Makes rows of the database for the tests."""

import factory
from PIL import Image

from catalog.models import Category, FurtherPicture, Product, ProductDescription
from catalog.pictures import storage
from recommender import embedding
from tests.pictures import as_file, drawing


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence("Category {}".format)


class ProductFactory(factory.django.DjangoModelFactory):
    """A product with a picture of its own, in the shop but not embedded yet."""

    class Meta:
        model = Product

    class Params:
        look = factory.Sequence(int)
        file = factory.LazyAttribute(lambda product: as_file(drawing(product.look)))
        stored = factory.LazyAttribute(lambda product: storage.store(product.file, ".jpg"))

    sku = factory.Sequence("P{}".format)
    name = factory.Sequence("Product {}".format)
    image = factory.LazyAttribute(lambda product: product.stored[0])
    image_digest = factory.LazyAttribute(lambda product: product.stored[1])

    @classmethod
    def _create(
        cls, model_class: type[Product], image: str, image_digest: str, description: str = "", **values: object
    ) -> Product:
        product = model_class(**values)
        product.take_picture(image, image_digest)
        product.derive()
        product.save()
        ProductDescription.objects.write({product: description})
        return product


def give_further(product: Product, *pictures: Image.Image) -> list[FurtherPicture]:
    """Gives the product these further pictures in place of those it has; they are not embedded yet."""
    FurtherPicture.objects.write({product: [storage.store(as_file(picture), ".jpg") for picture in pictures]})
    return list(product.further_pictures.all())


def searchable_products(count: int) -> list[Product]:
    """As many products, embedded."""
    products = ProductFactory.create_batch(count)
    embedding.embed_products([product.pk for product in products])
    return products
