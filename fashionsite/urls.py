"""The site's addresses."""

from django.contrib import admin
from django.urls import include, path

from fashionsite import csp, health, metrics, privacy, robots
from fashionsite.api import widget

handler400 = "fashionsite.errors.handle_malformed"
handler404 = "fashionsite.errors.handle_missing"
handler500 = "fashionsite.errors.handle_error"

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("fashionsite.api.urls")),
    path("csp-reports/", csp.report, name="csp_report"),
    path("embed/similar/<sku:sku>/", widget.embedded, name="embedded"),
    path("healthz", health.alive, name="alive"),
    path("metrics", metrics.metrics, name="metrics"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("privacy/forget/", privacy.forget, name="forget"),
    path("readyz", health.ready, name="ready"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap_index, name="sitemap_index"),
    path("sitemap-<section>.xml", robots.sitemap, name="django.contrib.sitemaps.views.sitemap"),
    path("widget.js", widget.script, name="widget"),
    path("", include("recommender.statistics.urls")),
    path("", include("recommender.urls")),
    path("", include("catalog.urls")),
]
