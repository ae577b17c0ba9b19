import uuid

from django.contrib.sessions.serializers import JSONSerializer
from django.core import signing
from django.db import migrations, models
from django.utils import timezone

import expertpool.core.fields
from expertpool.core.crypto import Vault, binding, blind_index

SALT = "django.contrib.sessions.SessionStore"
TABLES = (("accounts_user", "username"), ("accounts_usedpassword", "uid"))

TO_BYTES = "ALTER TABLE {table} ALTER password TYPE bytea USING convert_to(password, 'UTF8')"
TO_TEXT = (
    "ALTER TABLE {table} ALTER password TYPE varchar(128) USING convert_from(password, 'UTF8')"
)
KEEP = """
CREATE TRIGGER accounts_usedpassword_bound BEFORE UPDATE OF uid ON accounts_usedpassword
    FOR EACH ROW WHEN ((OLD.uid) IS DISTINCT FROM (NEW.uid))
    EXECUTE FUNCTION core_keep_binding()
"""
UID = """
ALTER TABLE accounts_usedpassword ADD uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
ALTER TABLE accounts_usedpassword ALTER uid DROP DEFAULT;
"""


def change_passwords(schema_editor, change):
    vault = Vault("FIELD_KEY")
    with schema_editor.connection.cursor() as cursor:
        for table, name in TABLES:
            cursor.execute(f"SELECT id, {name}, password FROM {table}")  # noqa: S608
            changed = [
                (change(vault, bytes(value), binding(table, "password") + binding(bound)), pk)
                for pk, bound, value in cursor.fetchall()
                if value
            ]
            cursor.executemany(f"UPDATE {table} SET password = %s WHERE id = %s", changed)  # noqa: S608
        # What was just written would keep the tables from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def encrypt(apps, schema_editor):
    change_passwords(schema_editor, Vault.encrypt)


def decrypt(apps, schema_editor):
    change_passwords(schema_editor, Vault.decrypt)


def key_sessions(apps, schema_editor):
    """Who is signed in stays so: rows are known by a keyed digest, what they hold is signed for it."""
    sessions = apps.get_model("sessions", "Session")._default_manager
    for old in list(sessions.all()):
        known = old.session_key
        old.delete()
        try:
            content = signing.loads(old.session_data, salt=SALT, serializer=JSONSerializer)
        except signing.BadSignature:
            continue
        if old.expire_date > timezone.now():
            sessions.create(
                session_key=blind_index("session", known).hex(),
                session_data=signing.dumps(
                    content,
                    salt=f"{SALT}:{known}",
                    serializer=JSONSerializer,
                    compress=True,
                ),
                expire_date=old.expire_date,
            )


class Migration(migrations.Migration):
    """Nobody signs in by reading or writing rows (docs/decisions/0084)."""

    dependencies = [
        ("accounts", "0010_keyed_tokens"),
        ("core", "0005_bound_tokens"),
        ("sessions", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(
            UID,
            "ALTER TABLE accounts_usedpassword DROP uid",
            state_operations=[
                migrations.AddField(
                    "usedpassword",
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                    ),
                )
            ],
        ),
        migrations.RunSQL(
            KEEP, "DROP TRIGGER accounts_usedpassword_bound ON accounts_usedpassword"
        ),
        *(
            migrations.RunSQL(
                TO_BYTES.format(table=table),
                TO_TEXT.format(table=table),
                state_operations=[
                    migrations.AlterField(
                        model_name=model,
                        name="password",
                        field=expertpool.core.fields.EncryptedTextField(
                            blank=True, default="", verbose_name="密码哈希"
                        ),
                    )
                ],
            )
            for model, table in (
                ("user", "accounts_user"),
                ("usedpassword", "accounts_usedpassword"),
            )
        ),
        migrations.RunPython(encrypt, decrypt),
        migrations.RunPython(key_sessions, migrations.RunPython.noop, elidable=True),
    ]
