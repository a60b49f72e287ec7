"""How far the embeddings are."""

from django import template

from catalog.importing.models import ImportJob
from catalog.models import Product
from recommender import querysets
from recommender.models import Embedding
from recommender.registry import active_encoder

register = template.Library()


@register.inclusion_tag("recommender/_embedding_progress.html")
def embedding_progress(job: ImportJob) -> dict:
    """How many of the pictures that an import brought are searchable."""
    encoder = active_encoder()
    pictures = Product.objects.filter(changes__job=job, changes__is_new_picture=True)
    waiting = (querysets.waiting(encoder) & pictures).count()
    failed = (querysets.failed(encoder) & pictures).count()
    total = pictures.count()
    speed = Embedding.objects.per_second()
    return {
        "pictures": total,
        "waiting": waiting,
        "failed": failed,
        "searchable": total - waiting - failed,
        "speed": speed,
        "seconds_left": waiting / speed if speed else None,
    }
