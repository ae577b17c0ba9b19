from __future__ import annotations

from django.urls import path

from expertpool.networks import views

app_name = "networks"
urlpatterns = [
    path("", views.rule_list, name="list"),
    path("<slug:kind>/new/", views.create, name="create"),
    path("<int:pk>/end/", views.end, name="end"),
]
