from __future__ import annotations

from django.urls import path

from expertpool.workflow import views

app_name = "workflow"
urlpatterns = [
    path("", views.flow_list, name="flow_list"),
    path("<str:subject>/", views.flow, name="flow"),
    path("<str:subject>/steps/", views.steps, name="steps"),
]
