from __future__ import annotations

from django.urls import path

from expertpool.files.views import attachments

app_name = "files"
urlpatterns = [
    path("<int:pk>/", attachments.download, name="download"),
    path("<int:pk>/remove/", attachments.remove, name="remove"),
    path("of/<str:subject_type>/<str:subject_id>/", attachments.subject_files, name="subject"),
]
