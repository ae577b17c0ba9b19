from __future__ import annotations

from django.urls import path

from expertpool.backups import views

app_name = "backups"
urlpatterns = [
    path("", views.backup_list, name="list"),
    path("make/", views.make, name="make"),
]
