"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from catalog import api as catalog_api
from fashionsite import csp, health, metrics, privacy, robots
from recommender import api as recommender_api

handler500 = "fashionsite.errors.handle_error"

api = [
    path("products/", catalog_api.ProductList.as_view(), name="products"),
    path("products/<sku:sku>/similar/", recommender_api.SimilarProducts.as_view(), name="similar"),
    path("products/<sku:sku>/", catalog_api.ProductDetail.as_view(), name="product"),
    path("search/photo/", recommender_api.PhotoSearch.as_view(), name="photo_search"),
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
]

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include((api, "api"))),
    path("csp-reports/", csp.report, name="csp_report"),
    path("healthz", health.alive, name="alive"),
    path("metrics", metrics.metrics, name="metrics"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/forget/", privacy.forget, name="forget"),
    path("readyz", health.ready, name="ready"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap_index, name="sitemap_index"),
    path("sitemap-<section>.xml", robots.sitemap, name="django.contrib.sitemaps.views.sitemap"),
    path("", include("recommender.statistics.urls")),
    path("", include("recommender.urls")),
    path("", include("catalog.urls")),
]
