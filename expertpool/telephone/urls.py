from __future__ import annotations

from django.urls import path

from expertpool.telephone import views

app_name = "telephone"
urlpatterns = [
    path("messages/records/<uuid:uid>/calls/<int:number>/", views.tape, name="tape"),
    path("settings/sentences/<slug:name>/", views.sentence, name="sentence"),
]
