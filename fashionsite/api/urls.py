from django.urls import include, path

from fashionsite.api import products, searches, views

app_name = "api"
version_1 = [
    path("products/", products.Products.as_view(), name="products"),
    path("products/<sku:sku>/similar/", products.SimilarProducts.as_view(), name="similar"),
    path("products/<sku:sku>/", products.ProductDetail.as_view(), name="product"),
    path("search/", searches.WordSearch.as_view(), name="search"),
    path("search/photo/", searches.PhotoSearch.as_view(), name="photo_search"),
    path("search/vector/", searches.VectorSearch.as_view(), name="vector_search"),
    path("embed/", searches.Embed.as_view(), name="embed"),
    path("schema/", views.schema, name="schema"),
]
urlpatterns = [
    path("", views.home, name="home"),
    path("docs/", views.docs, name="docs"),
    path("v1/", include(version_1)),
]
