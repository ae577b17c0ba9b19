from django.urls import path

from expertpool.inspections.views import own, review, rounds

app_name = "inspections"
urlpatterns = [
    path("inspections/", rounds.index, name="list"),
    path("inspections/new/", rounds.create, name="create"),
    path("inspections/<int:pk>/", rounds.detail, name="round"),
    path("inspections/<int:pk>/edit/", rounds.edit, name="edit"),
    path("inspections/<int:pk>/open/", rounds.open_, name="open"),
    path("inspections/<int:pk>/close/", rounds.close, name="close"),
    path("inspections/<int:pk>/remove/", rounds.remove, name="remove"),
    path("inspections/<int:pk>/remind/", rounds.remind, name="remind"),
    path("inspections/<int:pk>/pass/", review.pass_many, name="pass_many"),
    path("inspections/<int:pk>/return/", review.return_many, name="return_many"),
    path("inspections/of/<int:pk>/", review.detail, name="detail"),
    path("inspections/of/<int:pk>/decide/", review.decide, name="decide"),
    path("inspections/of/<int:pk>/reopen/", review.reopen_, name="reopen"),
    path("inspections/of/<int:pk>/lift/", review.lift_, name="lift"),
    path("my/inspections/", own.index, name="own"),
    path("my/inspections/<int:pk>/", own.fill, name="fill"),
    path("my/inspections/<int:pk>/draft/", own.draft, name="draft"),
]
