from __future__ import annotations

from django.urls import path

from expertpool.files.views import attachments, preview

app_name = "files"
urlpatterns = [
    path("<int:pk>/", attachments.download, name="download"),
    path("<int:pk>/preview/", preview.preview, name="preview"),
    path("<int:pk>/content/", preview.content, name="content"),
    path("<int:pk>/remove/", attachments.remove, name="remove"),
    path("<int:pk>/kind/<slug:kind>/", attachments.choose, name="choose"),
    path("of/<str:subject_type>/<str:subject_id>/", attachments.subject_files, name="subject"),
]
