"""What foreign keys would let slip past the import contracts."""

from collections.abc import Iterator

from django.apps import apps
from django.conf import settings
from django.db.models import CASCADE, Field

from tests.architecture.app_order import ranks


def relations_across_apps() -> Iterator[tuple[str, Field, str, str]]:
    """Yield (name, field, app, app pointed at) of each relation of our models."""
    for model in apps.get_models():
        if not model.__module__.startswith("expertpool."):
            continue
        for field in (*model._meta.local_fields, *model._meta.local_many_to_many):
            if field.related_model:
                here, there = model._meta.app_label, field.related_model._meta.app_label
                if here != there:
                    yield f"{model._meta.label}.{field.name}", field, here, there


def test_no_relation_points_up() -> None:
    order = ranks()
    # The user is everybody's actor; below accounts it is named by the setting only.
    up = [
        name
        for name, field, here, there in relations_across_apps()
        if there in order
        and order[there] >= order[here]
        and field.related_model._meta.label != settings.AUTH_USER_MODEL
    ]
    assert up == []


def test_relations_to_other_apps_are_hidden_there() -> None:
    """An expert cannot reach draws by accident: no `expert.draw_set`."""
    seen = [
        name
        for name, field, _, there in relations_across_apps()
        if there in ranks() and not field.remote_field.hidden
    ]
    assert seen == []


# Messages are marked as deleted: no row of them goes.
KEPT = {"notifications.Attempt.message"}


def test_nothing_that_is_deleted_takes_along_what_the_application_may_not_delete() -> None:
    """Django deletes what hangs on a row with the right of the page, whose role has none: an error 500."""
    taken = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if "DELETE" in getattr(model, "never", ())
        for field in model._meta.local_fields
        if field.related_model
        and field.remote_field.on_delete is CASCADE
        and "DELETE" not in getattr(field.related_model, "never", ())
    }
    assert taken - KEPT == set()
