from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import SlugConverter

from expertpool.manuals import views


class CodeConverter(SlugConverter):
    regex = "[a-z0-9-]+"


register_converter(CodeConverter, "manual_code")

app_name = "manuals"
urlpatterns = [
    path("", views.index, name="index"),
    path("pictures/<manual_code:name>.png", views.picture, name="picture"),
    path("<manual_code:code>/", views.manual, name="manual"),
    path("<manual_code:code>/<manual_code:part>/", views.section, name="section"),
]
