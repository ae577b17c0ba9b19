from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import blind_index

AT_ONCE = 5000


def vouch(apps, schema_editor):
    """Vouch for the accounts that experts have."""
    after = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT expert.id, expert.number, account.username FROM experts_expert AS expert"
                " JOIN accounts_user AS account ON account.id = expert.user_id"
                " WHERE expert.id > %s ORDER BY expert.id LIMIT %s",
                [after, AT_ONCE],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            proofs = [
                blind_index("expert.account", f"{number}:{username}")
                for _, number, username in rows
            ]
            cursor.execute(
                "UPDATE experts_expert AS row SET account_proof = made.proof"
                " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, proof) WHERE row.id = made.id",
                [[pk for pk, _, _ in rows], proofs],
            )


class Migration(migrations.Migration):
    """Whose account an expert has is vouched for by a key outside the database."""

    dependencies = [("experts", "0012_specialties_among_tokens"), ("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="expert",
            name="account_proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, editable=False, null=True, verbose_name="账号凭证"
            ),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
    ]
