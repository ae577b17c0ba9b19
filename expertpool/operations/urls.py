from __future__ import annotations

from django.urls import path

from expertpool.operations.views import page

app_name = "operations"
urlpatterns = [
    path("", page.index, name="index"),
]
