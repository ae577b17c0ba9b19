from django.urls import path

from expertpool.points.views import office, own
from expertpool.points.views.rows import benefits, levels, rules

app_name = "points"
urlpatterns = [
    path("points/", office.accounts, name="list"),
    path("points/entries/", office.entries, name="entries"),
    path("points/experts/<int:pk>/correct/", office.correct, name="correct"),
    path("points/entries/<int:pk>/counter/", office.counter, name="counter"),
    path("points/requests/", office.requests, name="request_list"),
    path("points/requests/<int:pk>/answer/", office.answer, name="answer"),
    *rules.urls("points/rules/"),
    *levels.urls("points/levels/"),
    *benefits.urls("points/services/"),
    path("my/points/", own.points, name="own"),
    path("my/points/services/<int:pk>/", own.ask, name="ask"),
]
