from django.urls import include, path, re_path

from fashionsite.api import clicks, desk, imports, products, searches, steering, views, webhooks

app_name = "api"
version_1 = [
    path("products/", products.Products.as_view(), name="products"),
    path("products/<sku:sku>/similar/", products.SimilarProducts.as_view(), name="similar"),
    path("products/<sku:sku>/", products.ProductDetail.as_view(), name="product"),
    path("search/", searches.WordSearch.as_view(), name="search"),
    path("search/photo/", searches.PhotoSearch.as_view(), name="photo_search"),
    path("search/vector/", searches.VectorSearch.as_view(), name="vector_search"),
    path("clicks/", clicks.Clicks.as_view(), name="clicks"),
    path("embed/", searches.Embed.as_view(), name="embed"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/<int:pk>/", imports.ImportDetail.as_view(), name="import"),
    path("imports/<int:pk>/cancel/", imports.CancelImport.as_view(), name="cancel_import"),
    path("imports/<int:pk>/columns/", imports.MapImport.as_view(), name="map_import"),
    path("imports/<int:pk>/confirm/", imports.ConfirmImport.as_view(), name="confirm_import"),
    path("imports/<int:pk>/issues/", imports.ImportIssues.as_view(), name="import_issues"),
    path("imports/<int:pk>/resume/", imports.ResumeImport.as_view(), name="resume_import"),
    path("imports/<int:pk>/undo/", imports.UndoImport.as_view(), name="undo_import"),
    path("rules/", steering.Rules.as_view(), name="rules"),
    path("rules/<int:pk>/", steering.RuleDetail.as_view(), name="rule"),
    path("synonyms/", steering.Synonyms.as_view(), name="synonyms"),
    path("synonyms/<int:pk>/", steering.SynonymDetail.as_view(), name="synonym"),
    path("encoders/", desk.Encoders.as_view(), name="encoders"),
    path("encoders/<int:pk>/switch/", desk.SwitchEncoder.as_view(), name="switch_encoder"),
    path("settings/", desk.ShopSettings.as_view(), name="settings"),
    path("statistics/", desk.Statistics.as_view(), name="statistics"),
    path("webhooks/", webhooks.Endpoints.as_view(), name="webhooks"),
    path("webhooks/<int:pk>/", webhooks.EndpointDetail.as_view(), name="webhook"),
    path("webhooks/<int:pk>/test/", webhooks.TestOfEndpoint.as_view(), name="webhook_test"),
    path("schema/", views.schema, name="schema"),
]
urlpatterns = [
    path("", views.home, name="home"),
    path("docs/", views.docs, name="docs"),
    path("v1/", include(version_1)),
    re_path("^v1/.*[^/]$", views.with_slash),
]
