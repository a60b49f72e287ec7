from django.urls import path

from recommender.statistics import views

app_name = "statistics"
urlpatterns = [path("clicks/", views.click, name="click")]
