"""What the documentation shows of each operation: by its id what is asked and what is answered."""

from typing import Any

PICTURE = "https://shop.example.com/media/products/3f/3fa1.jpg"
PRODUCT: dict[str, Any] = {
    "sku": "15970",
    "name": "Turtle Check Men Navy Blue Shirt",
    "gender": "Men",
    "base_colour": "Navy Blue",
    "season": "Fall",
    "usage": "Casual",
    "brand": "Turtle",
    "year": 2026,
    "category": ["Apparel", "Topwear", "Shirts"],
    "image": PICTURE,
    "images": [PICTURE],
    "url": "https://shop.example.com/products/15970/",
    "price": "49.90",
    "sale_price": "39.90",
    "price_now": "39.90",
    "currency": "EUR",
    "sale_starts_at": None,
    "sale_ends_at": "2026-12-01T00:00:00Z",
    "has_lowest_price": False,
    "availability": "in_stock",
    "condition": "new",
    "sizes": [{"label": "M", "availability": "in_stock"}, {"label": "L", "availability": "out_of_stock"}],
    "link": "https://www.example.com/shirts/15970",
    "description": "A shirt of cotton.",
}
FACETS = [
    {
        "name": "gender",
        "label": "Gender",
        "choices": [
            {"value": "Men", "label": "Men", "count": 1, "is_chosen": True},
            {"value": "Women", "label": "Women", "count": 12, "is_chosen": False},
        ],
    }
]
PRICE = {"currency": "EUR", "lowest": "39.90", "highest": "39.90"}
PRODUCTS = {"count": 1, "next": None, "results": [PRODUCT], "facets": FACETS, "price": PRICE}
MATCH = {"product": PRODUCT, "similarity": 0.8712, "picture": 1}
LOOK_ALIKES = {
    "count": 1,
    "results": [MATCH],
    "facets": FACETS,
    "price": PRICE,
    "guesses": [{"name": "category", "value": "Shirts", "confidence": 97}],
}
LOOK = "9x1c…:1pZ3…"
VECTOR = [0.0625, -0.0312, 0.1094]

ASKED: dict[str, Any] = {
    "write_products": {
        "products": [
            {
                "sku": "15970",
                "name": "Turtle Check Men Navy Blue Shirt",
                "category": ["Apparel", "Topwear", "Shirts"],
                "price": "49.90",
                "currency": "EUR",
                "sizes": [{"label": "M", "availability": "in_stock"}],
                "images": ["https://www.example.com/15970.jpg"],
            }
        ]
    },
    "search_photo": {"photo": "/9j/4AAQSkZJRgABAQAAAQABAAD…", "limit": 12, "gender": ["Men"], "max_price": "60"},
    "search_vector": {"look": LOOK, "limit": 12},
    "embed": {"photo": "/9j/4AAQSkZJRgABAQAAAQABAAD…", "box": [10, 5, 60, 90]},
}
ANSWERED: dict[str, Any] = {
    "list_products": PRODUCTS,
    "get_product": PRODUCT,
    "similar_products": {"results": [MATCH]},
    "write_products": {
        "id": 7,
        "results": [{"sku": "15970", "outcome": "created", "search": "waiting", "issues": []}],
    },
    "search_words": {
        **PRODUCTS,
        "understood": {"shown": "navy blue shirt", "left_out": [], "is_wide": False},
        "lacking": [],
    },
    "search_photo": {
        "verdict": "close",
        "box": [12.5, 8, 60, 84],
        "parts": [{"box": [12.5, 8, 60, 84], "name": "Shirts"}],
        "look": LOOK,
        **LOOK_ALIKES,
    },
    "search_vector": LOOK_ALIKES,
    "embed": {"vector": VECTOR, "encoder": "fashion-resnet", "digest": "5b1f0c…"},
}
