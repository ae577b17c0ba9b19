"""What an assignment seals is encrypted like what a draw seals, and may be made anew when keys change
(docs/decisions/0351)."""

import uuid

from django.db import migrations

from expertpool.core.crypto import DecryptionError, Vault, binding

TABLE = "reviews_itemassignment"
COLUMNS = ("people", "nonce")
GUARD = """
DROP TRIGGER reviews_itemassignment_sealed_stays ON reviews_itemassignment;
CREATE TRIGGER reviews_itemassignment_sealed_stays BEFORE UPDATE ON reviews_itemassignment FOR EACH ROW
    WHEN (OLD.sealed_at IS NOT NULL AND ((
        OLD.per_item, OLD.per_expert, OLD.supervised, OLD.rule_content, OLD.items_content{old}
    ) IS DISTINCT FROM (
        NEW.per_item, NEW.per_expert, NEW.supervised, NEW.rule_content, NEW.items_content{new}
    ){tokens})) EXECUTE FUNCTION core_ends_stay();
"""
NOW = GUARD.format(
    old="",
    new="",
    tokens=" OR NOT core_same_token(OLD.people, NEW.people) OR NOT core_same_token(OLD.nonce, NEW.nonce)",
)
BEFORE = GUARD.format(old=", OLD.people, OLD.nonce", new=", NEW.people, NEW.nonce", tokens="")


def to_seals(apps, schema_editor):
    _move(schema_editor, Vault("FIELD_KEY"), Vault("SEAL_KEY"))


def to_fields(apps, schema_editor):
    _move(schema_editor, Vault("SEAL_KEY"), Vault("FIELD_KEY"))


def _move(schema_editor, one, other):
    """Encrypt by ``other`` what ``one`` opens; what does not open stays, and is named by `rotate-keys --check`."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET LOCAL expertpool.rekeying = 'on'")
        cursor.execute(f"SELECT id, uid, people, nonce FROM {TABLE}")  # noqa: S608
        for pk, uid, *tokens in cursor.fetchall():
            row = str(uid if isinstance(uid, uuid.UUID) else uuid.UUID(uid))
            for column, token in zip(COLUMNS, tokens, strict=True):
                where = binding(TABLE, column) + binding(row)
                try:
                    made = token and other.encrypt(one.decrypt(bytes(token), where), where)
                except DecryptionError:
                    continue
                cursor.execute(f"UPDATE {TABLE} SET {column} = %s WHERE id = %s", [made, pk])  # noqa: S608
        cursor.execute("SET LOCAL expertpool.rekeying = 'off'")


class Migration(migrations.Migration):
    dependencies = [("reviews", "0007_terms_have_proofs"), ("core", "0013_rekeying_is_said")]

    operations = [
        migrations.RunSQL(NOW, BEFORE),
        migrations.RunPython(to_seals, to_fields, elidable=False),
    ]
