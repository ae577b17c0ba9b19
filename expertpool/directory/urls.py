from __future__ import annotations

from django.urls import URLPattern, path

from expertpool.directory.views import merging, relations, specialties, tables, units

app_name = "directory"
urlpatterns: list[URLPattern] = [
    # For pickers on every page: facts that are no secret, for all who have signed in.
    path("specialties.json", specialties.tree, name="specialty_tree"),
    path("divisions.json", tables.division_nodes, name="division_tree"),
    path("units.json", units.search, name="unit_search"),
    path("specialties/", specialties.index, name="specialty_list"),
    path("specialties/<slug:scheme>/new/", specialties.create, name="specialty_create"),
    path("specialties/<slug:scheme>/search/", specialties.search, name="specialty_search"),
    path("specialty/<int:pk>/", specialties.edit, name="specialty_edit"),
    path("specialty/<int:pk>/move/", specialties.move, name="specialty_move"),
    path("specialty/<int:pk>/delete/", specialties.delete, name="specialty_delete"),
    path("units/", units.index, name="unit_list"),
    path("units/new/", units.create, name="unit_create"),
    path("units/pairs/", units.pairs, name="unit_pairs"),
    path("units/pairs/<int:pk>/apart/", units.apart, name="unit_apart"),
    path("units/<int:pk>/merge/", merging.merge, name="unit_merge"),
    path("units/<int:pk>/confirm/", units.confirm, name="unit_confirm"),
    path("units/<int:pk>/", units.edit, name="unit_edit"),
    path("units/<int:pk>/delete/", units.delete, name="unit_delete"),
    path("units/<int:pk>/relations/", relations.index, name="unit_relations"),
    path("units/<int:pk>/relations/new/<slug:side>/", relations.create, name="relation_create"),
    path("units/<int:pk>/relations/<int:relation>/", relations.edit, name="relation_edit"),
    path(
        "units/<int:pk>/relations/<int:relation>/delete/", relations.delete, name="relation_delete"
    ),
    *tables.titles.urls("titles/"),
    *tables.divisions.urls("divisions/"),
    *tables.items.urls("dictionaries/"),
    *tables.schemes.urls("schemes/"),
]
