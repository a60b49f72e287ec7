"""What the documentation shows of each operation: by its id what is asked and what is answered."""

from typing import Any

PICTURE = "https://shop.example.com/media/products/3f/3fa1.jpg"
THUMBNAIL = "https://shop.example.com/media/renditions/3f/3fa1-480.webp"
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
    "thumbnails": [THUMBNAIL],
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

OUTCOME = {
    "created": 950,
    "updated": 30,
    "unchanged": 20,
    "rejected": 0,
    "missing": 4,
    "to_fetch": 0,
    "issues": [{"kind": "no name", "count": 2}],
}
IMPORT = {
    "id": 7,
    "url": "https://shop.example.com/api/v1/imports/7/",
    "state": "ready",
    "file": "styles.csv",
    "columns": ["id", "name", "price"],
    "mapping": {"sku": 0, "name": 1, "price": 2},
    "total": 1000,
    "rows": 0,
    "created": 0,
    "updated": 0,
    "unchanged": 0,
    "rejected": 0,
    "archived": 0,
    "preview": OUTCOME,
    "pictures": {},
    "error": "",
    "started_at": "2026-11-27T09:00:00Z",
    "finished_at": None,
}
RULE = {
    "id": 3,
    "place": "words",
    "category": None,
    "words": "navy shirt",
    "beside": None,
    "product": "15970",
    "act": "pin",
    "position": 1,
    "starts_at": None,
    "ends_at": "2026-12-24T00:00:00Z",
}
SYNONYM = {"id": 5, "phrase": "jumper", "meanings": "sweater, pullover"}
ENCODER = {
    "id": 1,
    "name": "fashion-resnet",
    "digest": "5b1f0c…",
    "dimensions": 256,
    "state": "active",
    "searchable": 1000,
    "waiting": 0,
    "failed": 0,
}
SETTINGS = {
    "appearance": {
        "name": "Atelier",
        "headline": "",
        "tagline": "",
        "accent": "#1f3a5f",
        "accent_in_dark": "",
        "shows_wander": True,
        "shows_favourites": True,
        "shows_for_you": True,
        "shows_seen": True,
        "shows_marks": True,
        "shows_photo_addresses": True,
        "language": "",
        "is_indexed": True,
    },
    "similar": {"most": 12, "same_gender": True, "in_stock": False, "price_factor": None},
    "access": {"anyone_reads": True, "anyone_searches": True},
}
WEBHOOK = {"id": 2, "address": "https://www.example.com/told", "events": ["product.searchable"], "is_active": True}

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
    "search_photo": {"photo": "/9j/4AAQSkZJRgABAQAAAQABAAD=", "limit": 12, "gender": ["Men"], "max_price": "60"},
    "search_vector": {"look": LOOK, "limit": 12},
    "count_click": {"place": "similar", "position": 1, "similarity": 0.8712, "is_first": True},
    "embed": {"photo": "/9j/4AAQSkZJRgABAQAAAQABAAD=", "box": [10, 5, 60, 90]},
}
ASKED |= {
    "start_import": {"address": "https://www.example.com/feed.xml"},
    "map_import": {"mapping": {"sku": 0, "name": 1, "price": 2}, "currency": "EUR"},
    "confirm_import": {"repair": True, "archive_missing": False},
    "write_rule": {"place": "words", "words": "navy shirt", "product": "15970", "act": "pin"},
    "add_synonym": {"phrase": "jumper", "meanings": "sweater, pullover"},
    "change_synonym": {"phrase": "jumper", "meanings": "sweater"},
    "add_webhook": {"address": "https://www.example.com/told", "events": ["product.searchable"]},
    "change_settings": {"similar": {"most": 8}, "access": {"anyone_searches": False}},
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
ANSWERED |= {
    "list_imports": {"next": None, "results": [IMPORT]},
    **dict.fromkeys(("start_import", "map_import"), IMPORT | {"state": "reading", "preview": None}),
    "get_import": IMPORT,
    **dict.fromkeys(("confirm_import", "resume_import"), IMPORT | {"state": "queued"}),
    "cancel_import": IMPORT | {"state": "cancelled"},
    "undo_import": IMPORT | {"state": "undoing"},
    "list_import_issues": {
        "next": None,
        "results": [
            {
                "line": 8,
                "sku": "15971",
                "kind": "bad price",
                "column": "price",
                "value": "much",
                "reason": "is no price",
            }
        ],
    },
    "list_rules": {"next": None, "results": [RULE]},
    "write_rule": RULE,
    "list_synonyms": {"next": None, "results": [SYNONYM]},
    "add_synonym": SYNONYM,
    "change_synonym": SYNONYM,
    "list_webhooks": {"next": None, "results": [WEBHOOK]},
    "test_webhook": {"message": "msg_7a1fb7a43f0c4a2b9d530e3f0c6a5b11"},
    "add_webhook": WEBHOOK | {"secret": "whsec_…"},
    "list_encoders": {"results": [ENCODER]},
    "switch_encoder": ENCODER | {"state": "filling"},
    "get_settings": SETTINGS,
    "change_settings": SETTINGS,
    "get_statistics": {
        "days": [{"day": "2026-11-27", "words": 120, "photos": 14}],
        "words": [{"words": "navy shirt", "searches": 12, "in_vain": 0, "in_part": 0}],
        "photos": {"close": 11, "far": 2, "nothing": 1},
        "places": [{"place": "words", "shown": 100, "followed": 30, "clicks": 41}],
        "viewed": [{"sku": "15970", "times": 9}],
        "favoured": [{"sku": "15970", "times": 2}],
    },
}
