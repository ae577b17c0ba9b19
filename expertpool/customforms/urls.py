from __future__ import annotations

from django.urls import path

from expertpool.customforms import views

app_name = "customforms"
urlpatterns = [
    path("arrange/", views.arrange, name="field_arrange"),
    path("preview/", views.preview, name="field_preview"),
    path("<int:pk>/history/", views.history, name="field_history"),
    path("<int:pk>/restore/", views.restore, name="field_restore"),
    *views.fields.urls(""),
]
