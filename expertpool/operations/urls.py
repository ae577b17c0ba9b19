from __future__ import annotations

from django.urls import path

from expertpool.operations.views import alerts, jobs, page

app_name = "operations"
urlpatterns = [
    path("", page.index, name="index"),
    path("bundle/", page.bundle, name="bundle"),
    path("alerts/", alerts.alert_list, name="alerts"),
    path("alerts/<int:pk>/acknowledge/", alerts.acknowledge, name="acknowledge"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:pk>/retry/", jobs.retry, name="retry"),
    path("jobs/<int:pk>/dismiss/", jobs.dismiss, name="dismiss"),
]
