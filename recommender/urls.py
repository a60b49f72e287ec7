from django.urls import path

from recommender import views

app_name = "recommender"
urlpatterns = [
    path("explore/", views.explore, name="explore"),
    path("products/<sku:sku>/marks/", views.mark, name="mark"),
    path("search/photo/<slug:name>.jpg", views.kept_photo, name="kept_photo"),
    path("search/photo/", views.photo_search, name="photo_search"),
]
