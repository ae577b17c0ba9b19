from django.urls import path

from expertpool.inspections.views import own, renewals, review, rounds

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
    path("inspections/of/<int:pk>/hand-in/", review.hand_in_for_, name="hand_in_for"),
    path("inspections/of/<int:pk>/reopen/", review.reopen_, name="reopen"),
    path("inspections/of/<int:pk>/lift/", review.lift_, name="lift"),
    path("renewals/", renewals.index, name="renewals"),
    path("renewals/renew/", renewals.renew_many, name="renew_many"),
    path("renewals/runs/<int:pk>/", renewals.run, name="renewal_run"),
    path("renewals/<int:pk>/", renewals.detail, name="renewal"),
    path("renewals/<int:pk>/decide/", renewals.decide, name="renewal_decide"),
    path("my/inspections/renewal/", renewals.ask, name="renewal_ask"),
    path("my/inspections/", own.index, name="own"),
    path("my/inspections/<int:pk>/", own.fill, name="fill"),
    path("my/inspections/<int:pk>/draft/", own.draft, name="draft"),
]
