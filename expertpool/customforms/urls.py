from __future__ import annotations

from expertpool.customforms import views

app_name = "customforms"
urlpatterns = [*views.fields.urls("")]
