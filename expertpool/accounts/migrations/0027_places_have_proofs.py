"""Where a department stands, who belongs to it and which ones a grant names say by a key outside the database that
this system wrote them (docs/decisions/0595)."""

import django.db.models.deletion
from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.mandates import vouch


def proof(label="凭证"):
    return expertpool.core.fields.BlindIndexField(blank=True, null=True, verbose_name=label)


def grant(to, related_name):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to=to
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0026_links_end_links")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[],
            state_operations=[
                migrations.CreateModel(
                    name="ChosenDepartment",
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
                        ("department", grant("accounts.department", "+")),
                        ("rolepermission", grant("accounts.rolepermission", "chosen")),
                    ],
                    options={
                        "verbose_name": "角色权限的指定部门",
                        "verbose_name_plural": "角色权限的指定部门",
                        "db_table": "accounts_rolepermission_departments",
                        "unique_together": {("rolepermission", "department")},
                    },
                ),
                migrations.AlterField(
                    "rolepermission",
                    "departments",
                    models.ManyToManyField(
                        blank=True,
                        related_name="+",
                        through="accounts.ChosenDepartment",
                        to="accounts.department",
                        verbose_name="指定部门",
                    ),
                ),
            ],
        ),
        migrations.AddField("chosendepartment", "proof", proof()),
        migrations.AddField("department", "proof", proof()),
        migrations.AddField("user", "place_proof", proof("部门凭证")),
        # What stands there now counts as put there by this system.
        vouch(
            "accounts",
            "ChosenDepartment",
            "rolepermission.role.code",
            "rolepermission.code",
            "department_id",
            together="rolepermission__role",
        ),
        vouch("accounts", "Department", "id", "parent_id", "path"),
        vouch("accounts", "User", "username", "department_id", column="place_proof"),
    ]
