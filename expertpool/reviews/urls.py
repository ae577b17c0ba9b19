from django.urls import include, path

from expertpool.core.importing import import_urls
from expertpool.reviews.services.importing import ItemImporter
from expertpool.reviews.views import assignments, office, own, place, results, rules

app_name = "reviews"
urlpatterns = [
    path("reviews/", include(import_urls(ItemImporter))),
    path("reviews/", office.reviews, name="list"),
    path("reviews/<int:pk>/", office.detail, name="detail"),
    path("reviews/<int:pk>/board/", office.board, name="board"),
    path("reviews/<int:pk>/edit/", office.edit, name="edit"),
    path("reviews/<int:pk>/start/", office.start, name="start"),
    path("reviews/<int:pk>/stage/", office.stage, name="stage"),
    path("reviews/<int:pk>/remind/", office.remind, name="remind"),
    path("reviews/<int:pk>/end/", office.end, name="end"),
    path("reviews/<int:pk>/items/new/", office.item_new, name="item_new"),
    path("reviews/items/<int:pk>/", office.item_edit, name="item_edit"),
    path("reviews/items/<int:pk>/remove/", office.item_remove, name="item_remove"),
    path("reviews/items/<int:pk>/files/", office.item_files, name="item_files"),
    path("reviews/<int:pk>/materials/", office.materials, name="materials"),
    path("reviews/<int:pk>/join/", office.join, name="join"),
    path("reviews/people/<int:pk>/sign-in/", office.sign_in, name="sign_in"),
    path("reviews/people/<int:pk>/leave/", office.leave, name="leave"),
    path("reviews/projects/<int:pk>/new/", office.create, name="create"),
    path("reviews/<int:pk>/assignment/", assignments.assignment, name="assignment"),
    path("reviews/<int:pk>/assignment/edit/", assignments.assignment_edit, name="assignment_edit"),
    path("reviews/<int:pk>/assignment/seal/", assignments.assignment_seal, name="assignment_seal"),
    path(
        "reviews/<int:pk>/assignment/values/<slug:role>/",
        assignments.assignment_value,
        name="assignment_value",
    ),
    path(
        "reviews/<int:pk>/assignment/abandon/",
        assignments.assignment_abandon,
        name="assignment_abandon",
    ),
    path(
        "reviews/items/<int:pk>/experts/",
        assignments.assignment_choose,
        name="assignment_choose",
    ),
    path(
        "reviews/<int:pk>/assignment/hand-in/",
        assignments.assignment_hand_in,
        name="assignment_hand_in",
    ),
    path(
        "reviews/<int:pk>/assignment/confirm/",
        assignments.assignment_confirm,
        name="assignment_confirm",
    ),
    path(
        "reviews/<int:pk>/assignment/record/",
        assignments.assignment_record,
        name="assignment_record",
    ),
    path("reviews/<int:pk>/place/", place.place, name="place"),
    path("my/scoring/here/<int:pk>/<slug:code>/", place.here, name="own_here"),
    path("my/scoring/", own.index, name="own"),
    path("my/scoring/<int:pk>/", own.review, name="own_review"),
    path("my/scoring/<int:pk>/materials/<str:alias>/<int:at>/", own.material, name="own_material"),
    path("my/scoring/<int:pk>/save/", own.save, name="own_save"),
    path("my/scoring/<int:pk>/submit/", own.submit, name="own_submit"),
    path("my/scoring/<int:pk>/stage/", own.stage, name="own_stage"),
    path("reviews/<int:pk>/result/", results.result, name="result"),
    path("reviews/<int:pk>/result/<int:place>/", results.result_item, name="result_item"),
    path("reviews/<int:pk>/result/file/<str:form>/", results.result_file, name="result_file"),
    path("reviews/rules/", rules.index, name="rules"),
    path("reviews/rules/new/", rules.create, name="rule_new"),
    path("reviews/rules/<int:pk>/", rules.detail, name="rule"),
    path("reviews/rules/<int:pk>/edit/", rules.edit, name="rule_edit"),
    path("reviews/rules/<int:pk>/copy/", rules.copy, name="rule_copy"),
    path("reviews/rules/<int:pk>/trial/", rules.trial, name="rule_trial"),
]
