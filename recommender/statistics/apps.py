from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StatisticsConfig(AppConfig):
    name = "recommender.statistics"
    label = "statistics"
    verbose_name = _("Shoppers")

    def ready(self) -> None:
        from catalog.signals import cards_shown, favourite_added, product_viewed, words_searched
        from recommender.signals import photo_searched
        from recommender.statistics import receivers

        words_searched.connect(receivers.count_words, dispatch_uid="statistics.count_words")
        cards_shown.connect(receivers.count_shown, dispatch_uid="statistics.count_shown")
        product_viewed.connect(receivers.count_view, dispatch_uid="statistics.count_view")
        favourite_added.connect(receivers.count_favourite, dispatch_uid="statistics.count_favourite")
        photo_searched.connect(receivers.count_photo, dispatch_uid="statistics.count_photo")
