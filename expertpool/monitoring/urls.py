from __future__ import annotations

from django.urls import path

from expertpool.monitoring.views import seen
from expertpool.monitoring.views.regions import regions

app_name = "monitoring"
urlpatterns = [
    path("beat/", seen.beat, name="beat"),
    path("online/", seen.online, name="online"),
    path("hours/", seen.heat, name="heat"),
    path("hours/list/", seen.heat_hours, name="heat_hours"),
    path("visits/", seen.visits, name="visits"),
    *regions.urls("regions/"),
]
