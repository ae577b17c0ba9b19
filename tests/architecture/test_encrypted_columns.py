"""An encrypted column is read by its row, which knows what the value is bound to."""

from __future__ import annotations

import ast
import re

import pytest
from django.apps import apps
from django.db import connection

from expertpool.core.fields import EncryptedField, encrypted_fields
from expertpool.core.rekeying import encrypted_columns
from tests.architecture.app_order import APPS_DIR

# Asking for columns instead of rows. Names that a plain column has somewhere, too, cannot be told
# apart here: there `core.fields.Sealed` refuses to be read.
READERS = {"values", "values_list"}


def plain_names() -> set[str]:
    return {
        field.name
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if not isinstance(field, EncryptedField)
    }


def test_no_encrypted_column_is_asked_for_without_its_row() -> None:
    names = {field.attname for field in encrypted_columns()} - plain_names()
    assert {"phone", "opening"} <= names
    found = [
        f"{path}:{node.lineno}"
        for path in APPS_DIR.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in READERS
        for word in node.args
        if isinstance(word, ast.Constant) and str(word.value).rpartition("__")[2] in names
    ]
    assert not found, "load the row and read its attribute: core.fields"


@pytest.mark.django_db
def test_the_database_keeps_what_values_are_bound_to() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, pg_get_triggerdef(t.oid) || p.prosrc FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgtype & 2 > 0 AND t.tgtype & 16 > 0"
        )
        guards: dict[str, str] = {}
        for table, text in cursor.fetchall():
            guards[table] = guards.get(table, "") + text
    for model in {field.model for field in encrypted_columns()}:
        text = guards.get(model._meta.db_table, "")
        if "final" in text:  # nothing of such a row changes
            continue
        bound = {name for field in encrypted_fields(model) for name in field.bound_to}
        missing = [name for name in sorted(bound) if f"old.{name}" not in text.lower()]
        assert not missing, f"{model.__name__}: a trigger has to keep {missing} (core_keep_binding)"


@pytest.mark.django_db
def test_what_keeps_an_encrypted_column_lets_its_key_be_changed() -> None:
    """Else `rotate-keys` ends at the first such row: a token made anew differs from the one before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, t.tgname, lower(pg_get_triggerdef(t.oid) || p.prosrc) FROM pg_trigger t"
            " JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND t.tgtype & 2 > 0 AND t.tgtype & 16 > 0"
        )
        guards = cursor.fetchall()
    found = [
        f"{name}: {field.attname}"
        for field in encrypted_columns()
        for table, name, text in guards
        if table == field.model._meta.db_table
        and re.search(rf"old\.{field.attname}\b", text)
        and f"core_same_token(old.{field.attname}," not in text
    ]
    assert not found, "compare tokens by core_same_token"
