from __future__ import annotations

from django.urls import path

from expertpool.siteconfig import views

app_name = "siteconfig"
urlpatterns = [
    path("", views.index, name="index"),
    path("groups/<slug:group>/", views.edit, name="edit"),
    path("groups/<slug:group>/try/", views.try_out, name="try"),
    path("<str:code>/history/", views.history, name="history"),
    path("<str:code>/reset/", views.reset, name="reset"),
]
