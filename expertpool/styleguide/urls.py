from django.urls import path

from expertpool.styleguide.views import pages

app_name = "styleguide"
urlpatterns = [
    path("", pages.guide, name="guide"),
    path("list/", pages.sample_list, name="list"),
    path("drawer/", pages.drawer, name="drawer"),
    path("done/", pages.done, name="done"),
    path("reveal/", pages.reveal, name="reveal"),
    path("search/", pages.search, name="search"),
    path("tree/", pages.tree, name="tree"),
    path("people/", pages.people, name="people"),
    path("job/", pages.job, name="job"),
    path("<slug:name>/", pages.sample_page, name="page"),
]
