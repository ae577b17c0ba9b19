from django.urls import path

from expertpool.evaluations.views import forms, objections, office, own, sanctions

app_name = "evaluations"
urlpatterns = [
    path("evaluations/", office.evaluations, name="list"),
    path("evaluations/<int:pk>/", office.detail, name="detail"),
    path("evaluations/<int:pk>/extend/", office.extend_window, name="extend"),
    path("evaluations/ratings/", office.ratings, name="ratings"),
    path("evaluations/experts/<int:pk>/sanction/", sanctions.ask, name="sanction"),
    path("evaluations/measures/", office.measures, name="measures"),
    path("evaluations/objections/", objections.objections, name="objections"),
    path("evaluations/objections/<int:pk>/", objections.answer, name="answer"),
    path("evaluations/cautions/", objections.of_cautions, name="caution_objections"),
    path("evaluations/cautions/<int:pk>/", objections.answer_caution, name="caution_answer"),
    path("my/evaluations/", own.index, name="own"),
    path("my/evaluations/<int:pk>/<slug:target>/", own.rate, name="own_rate"),
    path("my/evaluations/ratings/<int:pk>/", own.rating, name="own_rating"),
    path("my/evaluations/cautions/<int:pk>/", own.caution, name="own_caution"),
    path("evaluations/forms/", forms.index, name="forms"),
    path("evaluations/forms/new/", forms.create, name="form_new"),
    path("evaluations/forms/<int:pk>/", forms.edit, name="form_edit"),
    path("evaluations/forms/<int:pk>/versions/", forms.versions, name="form_versions"),
]
