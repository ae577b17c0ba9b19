from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from expertpool.core.views import exports, site, styleguide

app_name = "core"
urlpatterns: list[URLPattern] = [
    path("watermark.svg", site.watermark, name="watermark"),
    path("health/", site.health, name="health"),
    path("search/", site.search, name="search"),
    path("exports/", exports.index, name="export_list"),
    path("exports/<int:pk>/", exports.detail, name="export_run"),
    path("exports/<int:pk>/file/", exports.download, name="export_file"),
    path("exports/new/<str:code>/", exports.start, name="export"),
]

if settings.DEV_PAGES:
    urlpatterns += [
        path("styleguide/", styleguide.guide, name="styleguide"),
        path("styleguide/list/", styleguide.sample_list),
        path("styleguide/drawer/", styleguide.drawer),
        path("styleguide/done/", styleguide.done),
        path("styleguide/reveal/", styleguide.reveal),
        path("styleguide/search/", styleguide.search),
        path("styleguide/tree/", styleguide.tree),
        path("styleguide/people/", styleguide.people),
        path("styleguide/job/", styleguide.job),
        path("styleguide/<slug:name>/", styleguide.sample_page),
    ]
