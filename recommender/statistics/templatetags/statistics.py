"""What the statistics add to the pages of the shop."""

from django import template
from django.template import Context

from recommender.statistics.shoppers import is_counted

register = template.Library()


@register.simple_tag(takes_context=True)
def counts_clicks(context: Context) -> bool:
    """Whether the page is to tell what is clicked in it."""
    request = context.get("request")
    return request is not None and is_counted(request)
