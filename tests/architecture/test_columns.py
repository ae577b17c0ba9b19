"""The database holds what the models say of empty columns: a field may keep a migration from saying it."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import connection


@pytest.mark.django_db
def test_columns_may_be_empty_where_the_model_says_so() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, is_nullable = 'YES' FROM information_schema.columns"
            " WHERE table_schema = current_schema()"
        )
        nullable = {(table, column): empty for table, column, empty in cursor.fetchall()}
    differing = [
        str(field)
        for model in apps.get_models()
        if model._meta.managed
        for field in model._meta.local_concrete_fields
        if not field.generated and nullable[model._meta.db_table, field.column] != field.null
    ]
    assert not differing
