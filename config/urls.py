"""All URLs: each app's own list is mounted here."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from config import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("expertpool.core.urls")),
    path("", include("expertpool.portal.urls")),
    path("", include("expertpool.accounts.urls")),
    path("audit/", include("expertpool.audit.urls")),
    path("settings/", include("expertpool.siteconfig.urls")),
    path("networks/", include("expertpool.networks.urls")),
    path("monitoring/", include("expertpool.monitoring.urls")),
    path("files/", include("expertpool.files.urls")),
    path("directory/", include("expertpool.directory.urls")),
    path("", include("expertpool.notifications.urls")),
    path("", include("expertpool.telephone.urls")),
    path("papers/", include("expertpool.papers.urls")),
    path("api/v1/", api.urls),
    path("help/", include("expertpool.manuals.urls")),
    path("operations/", include("expertpool.operations.urls")),
    path("backups/", include("expertpool.backups.urls")),
    path("webhooks/", include("expertpool.webhooks.urls")),
    path("fields/", include("expertpool.customforms.urls")),
    path("rules/", include("expertpool.automation.urls")),
    path("", include("expertpool.identity.urls")),
    path("", include("expertpool.secondfactor.urls")),
    path("workflow/", include("expertpool.workflow.urls")),
    # Where they stood when they were part of draws: addresses that people keep stay good.
    path("draws/", include("expertpool.reports.urls")),
    path("experts/", include("expertpool.experts.urls")),
    path("", include("expertpool.changes.urls")),
    path("", include("expertpool.privacy.urls")),
    path("projects/", include("expertpool.projects.urls")),
    path("", include("expertpool.draws.urls")),
    path("", include("expertpool.joining.urls")),
    path("", include("expertpool.selfservice.urls")),
    path("", include("expertpool.certificates.urls")),
    path("", include("expertpool.achievements.urls")),
    path("", include("expertpool.notices.urls")),
    path("", include("expertpool.inspections.urls")),
    path("", include("expertpool.points.urls")),
    path("", include("expertpool.evaluations.urls")),
    path("", include("expertpool.fees.urls")),
    path("", include("expertpool.reviews.urls")),
    path("", include("expertpool.bundles.urls")),
]
if settings.DEV_PAGES:
    urlpatterns.append(path("styleguide/", include("expertpool.styleguide.urls")))

handler400 = "config.unfinished.answer_bad_request"
handler403 = "config.unfinished.answer_forbidden"
handler404 = "config.unfinished.answer_not_found"
handler500 = "config.unfinished.answer_failure"
