from __future__ import annotations

from django.urls import path

from expertpool.operations.views import jobs, page

app_name = "operations"
urlpatterns = [
    path("", page.index, name="index"),
    path("jobs/", jobs.job_list, name="jobs"),
    path("jobs/<int:pk>/retry/", jobs.retry, name="retry"),
    path("jobs/<int:pk>/dismiss/", jobs.dismiss, name="dismiss"),
]
