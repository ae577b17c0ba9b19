from datetime import UTC

from django.db import migrations, models

from expertpool.core.crypto import proof

NOT_SAID = ("id", "project", "updated_at", "version")


def vouch_for_projects(apps, schema_editor):
    """Versions that wait, or whose approval was proven, are for the projects that are drawn by their plan
    now; as `draws.queries.plan_versions` has it."""
    versions = apps.get_model("draws", "PlanVersion")._default_manager
    rows = versions.filter(number=models.F("plan__version"), submitted_at__isnull=False)
    for row in rows.select_related("plan__project"):
        row.covers = _covers(apps, row.plan.project)
        said = [row.plan.project_id, row.number, _content(apps, row.plan)]
        if bytes(row.approval_proof) == proof("draws.plan_content", said):
            row.approval_proof = proof("draws.plan_content", [*said, row.covers])
        row.save(update_fields=["covers", "approval_proof"])


def _covers(apps, project):
    rows = apps.get_model("projects", "Project")._default_manager.order_by("pk")
    found = rows.filter(batch=project.batch_id) if project.batch_id else rows.filter(pk=project.pk)
    return [
        [one.pk, one.decided_at.astimezone(UTC).isoformat() if one.decided_at else ""]
        for one in found
    ]


def _content(apps, plan):
    groups = apps.get_model("draws", "ConditionGroup")._default_manager.filter(plan=plan)
    return [
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
            for group in groups.order_by("order", "id")
        ],
    ]


class Migration(migrations.Migration):
    """An approval of a plan names the projects that it is for (docs/decisions/0163)."""

    dependencies = [("draws", "0062_draws_never_ordered"), ("projects", "0012_status_proofs")]

    operations = [
        migrations.AddField(
            model_name="planversion",
            name="covers",
            field=models.JSONField(default=list, verbose_name="提交时的项目"),
        ),
        migrations.RunPython(vouch_for_projects, migrations.RunPython.noop, elidable=True),
    ]
