"""Imports and embeds in one process that nobody disturbs, and writes down what the shop has then.

python -m tests.campaign.calm TO.json STYLES IMAGES [STYLES IMAGES …]
"""

import json
import os
import sys
from pathlib import Path

import django


def main(target: Path, files: list[Path]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.campaign.settings")
    django.setup()

    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection

    from catalog.importing.advancing import import_catalog
    from catalog.tasks import PRODUCTS_PER_TASK
    from recommender import embedding
    from tests.campaign.load import LOGIN, PASSWORD
    from tests.campaign.verification import snapshot

    call_command("migrate", verbosity=0)
    if not get_user_model().objects.exists():
        get_user_model().objects.create_superuser(LOGIN, password=PASSWORD)
    for styles, images in zip(files[::2], files[1::2], strict=True):
        import_catalog(styles, images)
    while waiting := embedding.waiting_ids():
        embedding.embed_products(waiting[:PRODUCTS_PER_TASK])
    with connection.cursor() as cursor:
        target.write_text(json.dumps(snapshot(cursor)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(argument) for argument in sys.argv[2:]])
