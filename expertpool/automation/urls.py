from __future__ import annotations

from django.urls import path

from expertpool.automation.views import firings, rules

app_name = "automation"
urlpatterns = [
    path("", rules.rule_list, name="list"),
    path("new/", rules.create, name="create"),
    path("rows/", rules.rows, name="rows"),
    path("trial/", rules.trial, name="trial"),
    path("<int:pk>/", rules.detail, name="detail"),
    path("<int:pk>/edit/", rules.edit, name="edit"),
    path("<int:pk>/move/", rules.move, name="move"),
    path("<int:pk>/switch/", rules.switch, name="switch"),
    path("firings/", firings.firing_list, name="firings"),
    path("firings/<int:pk>/", firings.firing, name="firing"),
    path("firings/<int:pk>/again/", firings.do_again, name="replay"),
    path("errands/", firings.errand_list, name="errands"),
    path("errands/<int:pk>/done/", firings.errand_done, name="errand_done"),
]
