"""When a telephone and an authenticator last showed who somebody is says by a key outside the database
that it was so (docs/decisions/0173)."""

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import proof

# What each row says, in the order of its model's `ProofField`.
SAID = {
    "phone_proof": "username, phone_index, phone_verified_at",
    "app_proof": "username, app_step, app_set_up_at",
}


def vouch(apps, schema_editor):
    """Whatever stands there now counts as shown."""
    with schema_editor.connection.cursor() as cursor:
        for column, names in SAID.items():
            cursor.execute(f"SELECT id, {names} FROM accounts_user")  # noqa: S608 (from above)
            proofs = [(_proof(said), pk) for pk, *said in cursor.fetchall()]
            write = f"UPDATE accounts_user SET {column} = %s WHERE id = %s"  # noqa: S608
            cursor.executemany(write, proofs)


def _proof(said):
    return proof("accounts_user", [expertpool.core.fields._said(one) for one in said])


def _column(name):
    return expertpool.core.fields.BlindIndexField(verbose_name=name)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_one_index_for_a_person")]

    operations = [
        migrations.AddField("user", "phone_proof", _column("手机号验证凭证")),
        migrations.AddField("user", "app_proof", _column("验证器凭证")),
        migrations.RunPython(vouch, migrations.RunPython.noop),
    ]
