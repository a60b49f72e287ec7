from django.urls import path

from catalog import views

app_name = "catalog"
urlpatterns = [
    path("", views.home, name="home"),
    path("products/", views.product_list, name="products"),
    path("c/<path:path>/", views.product_list, name="category"),
    path("products/<sku:sku>/favourite/", views.toggle_favourite, name="toggle_favourite"),
    path("products/<sku:sku>/", views.product, name="product"),
    path("suggestions/", views.suggestions, name="suggestions"),
    path("favourites/", views.favourites, name="favourites"),
    path("media/renditions/<int:width>/<slug:digest>.webp", views.rendition, name="rendition"),
    path("media/<path:path>", views.media, name="media"),
]
