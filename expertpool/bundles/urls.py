from __future__ import annotations

from django.urls import path

from expertpool.bundles import views

app_name = "bundles"
urlpatterns = [
    path("projects/<int:pk>/bundle/", views.make, name="make"),
    path("bundles/<int:pk>/", views.detail, name="detail"),
]
