from __future__ import annotations

from django.urls import path

from expertpool.core.views import bulk, exports, robots, saved_searches, site

app_name = "core"
urlpatterns = [
    path("watermark.svg", site.watermark, name="watermark"),
    path("logo.png", site.logo, name="logo"),
    path("robots.txt", robots.robots, name="robots"),
    path("sitemap.xml", robots.sitemap, name="sitemap"),
    path("health/", site.health, name="health"),
    path("health/live/", site.live, name="live"),
    path("health/ready/", site.ready, name="ready"),
    path("signed-in/", site.signed_in, name="signed_in"),
    path("search/", site.search, name="search"),
    path("searches/<slug:page>/new/", saved_searches.save, name="saved_add"),
    path("searches/<int:pk>/delete/", saved_searches.delete, name="saved_delete"),
    path("bulk/<int:pk>/", bulk.run_page, name="bulk_run"),
    path("bulk/<int:pk>/stop/", bulk.stop, name="bulk_stop"),
    path("bulk/<int:pk>/undo/", bulk.undo, name="bulk_undo"),
    path("exports/", exports.index, name="export_list"),
    path("exports/<int:pk>/", exports.detail, name="export_run"),
    path("exports/<int:pk>/file/", exports.download, name="export_file"),
    path("exports/new/<str:code>/", exports.start, name="export"),
]
