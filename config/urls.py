"""All URLs: each app's own list is mounted here."""

from django.urls import include, path

urlpatterns = [
    path("", include("expertpool.core.urls")),
    path("", include("expertpool.portal.urls")),
    path("", include("expertpool.accounts.urls")),
    path("audit/", include("expertpool.audit.urls")),
    path("files/", include("expertpool.files.urls")),
    path("directory/", include("expertpool.directory.urls")),
    path("", include("expertpool.notifications.urls")),
    path("experts/", include("expertpool.experts.urls")),
    path("projects/", include("expertpool.projects.urls")),
    path("", include("expertpool.draws.urls")),
]
