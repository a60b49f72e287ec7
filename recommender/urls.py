from django.urls import path

from recommender import views

app_name = "recommender"
urlpatterns = [path("search/photo/", views.photo_search, name="photo_search")]
