from __future__ import annotations

from django.urls import path

from expertpool.files import views

app_name = "files"
urlpatterns = [
    path("<int:pk>/", views.download, name="download"),
    path("<int:pk>/remove/", views.remove, name="remove"),
    path("of/<str:subject_type>/<str:subject_id>/", views.subject_files, name="subject"),
]
