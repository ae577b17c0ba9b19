"""Rights, who has them and since when there is an account say by a key outside the database that they
were given here (docs/decisions/0136)."""

import django.db.models.deletion
import expertpool.core.fields
from django.conf import settings
from django.db import migrations, models

from expertpool.core.crypto import proof

# What each row says, in the order of its model's `ProofField`.
SAID = {
    ("accounts_rolepermission", "proof"): """
        SELECT given.id, role.code, given.code, given.scope
        FROM accounts_rolepermission given JOIN accounts_role role ON role.id = role_id""",
    ("accounts_rolefield", "proof"): """
        SELECT given.id, role.code, given.field, given.level
        FROM accounts_rolefield given JOIN accounts_role role ON role.id = role_id""",
    ("accounts_user_roles", "proof"): """
        SELECT given.id, person.username, role.code
        FROM accounts_user_roles given JOIN accounts_role role ON role.id = role_id
        JOIN accounts_user person ON person.id = user_id""",
    ("accounts_user", "created_proof"): "SELECT id, username, created_at FROM accounts_user",
}


def vouch(apps, schema_editor):
    """Whatever stands there now counts as given here."""
    with schema_editor.connection.cursor() as cursor:
        for (table, column), rows in SAID.items():
            cursor.execute(rows)
            proofs = [
                (proof(table, [expertpool.core.fields._said(one) for one in said]), pk)
                for pk, *said in cursor.fetchall()
            ]
            write = f"UPDATE {table} SET {column} = %s WHERE id = %s"  # noqa: S608 (from above)
            cursor.executemany(write, proofs)


PROOF = expertpool.core.fields.BlindIndexField(verbose_name="凭证")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_digests_in_every_row")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[],
            state_operations=[
                migrations.CreateModel(
                    name="HeldRole",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="held",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "role",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="held",
                                to="accounts.role",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "用户角色",
                        "verbose_name_plural": "用户角色",
                        "db_table": "accounts_user_roles",
                        "unique_together": {("user", "role")},
                    },
                ),
                migrations.AlterField(
                    "user",
                    "roles",
                    models.ManyToManyField(
                        blank=True,
                        related_name="users",
                        through="accounts.HeldRole",
                        to="accounts.role",
                        verbose_name="角色",
                    ),
                ),
            ],
        ),
        migrations.AddField("heldrole", "proof", PROOF),
        migrations.AddField("rolepermission", "proof", PROOF.clone()),
        migrations.AddField("rolefield", "proof", PROOF.clone()),
        migrations.AddField(
            "user",
            "created_proof",
            expertpool.core.fields.BlindIndexField(verbose_name="创建时间凭证"),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop),
    ]
