from django.db import migrations

from expertpool.core.crypto import proof

NOT_SAID = ("id", "project", "updated_at", "version")


def vouch_for_contents(apps, schema_editor):
    """Approvals that were proven get their proof over what the plan holds, as
    `draws.queries.plan_versions` has it; of a version that stands no more nobody asks."""
    Group = apps.get_model("draws", "ConditionGroup")
    versions = apps.get_model("draws", "PlanVersion")._default_manager.filter(approved=True)
    proofs = []
    for row in versions.select_related("plan"):
        plan, number = row.plan, row.number
        was = proof("draws.plan_version", [plan.project_id, number])
        if plan.version != number or bytes(row.approval_proof) != was:
            continue
        content = [
            {
                one.name: value
                for one in plan._meta.concrete_fields
                if one.name not in NOT_SAID
                and (value := one.value_from_object(plan)) != one.get_default()
            },
            [
                [
                    *(group.order, group.name, group.seats, group.standby_seats),
                    [[one.level, one.criteria] for one in group.levels.order_by("level")],
                ]
                for group in Group._default_manager.filter(plan=plan).order_by("order", "id")
            ],
        ]
        proofs.append((proof("draws.plan_content", [plan.project_id, number, content]), row.pk))
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE draws_planversion SET approval_proof = %s WHERE id = %s", proofs)


class Migration(migrations.Migration):
    """An approval of a plan covers what the plan holds, beside its words."""

    dependencies = [("draws", "0058_approvals_have_proofs")]

    operations = [
        migrations.RunPython(vouch_for_contents, migrations.RunPython.noop, elidable=True),
    ]
