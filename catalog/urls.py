from django.urls import path, re_path

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
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("logo-<slug:digest>.png", views.logo, name="logo"),
    re_path("^accents-([0-9a-f]{6})-([0-9a-f]{6})\\.css$", views.accents, name="accents"),
    path("media/renditions/<int:width>/<slug:digest>.webp", views.rendition, name="rendition"),
    path("media/<path:path>", views.media, name="media"),
]
