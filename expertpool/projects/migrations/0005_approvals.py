"""Projects that wait for their approval get one that runs, with the one step there was."""

from django.db import migrations

SUBJECT = "projects.project"


def start_approvals(apps, schema_editor):
    Project = apps.get_model("projects", "Project")
    FlowVersion = apps.get_model("workflow", "FlowVersion")
    FlowStep = apps.get_model("workflow", "FlowStep")
    Approval = apps.get_model("workflow", "Approval")
    step = None
    for project in Project.objects.filter(status="pending").order_by("pk"):
        if step is None:
            version = FlowVersion.objects.create(
                subject=SUBJECT, number=1, created_at=project.submitted_at
            )
            step = FlowStep.objects.create(
                version=version, order=1, name="审核", condition={"all": []}
            )
        Approval.objects.create(
            subject_type=SUBJECT,
            subject_id=project.pk,
            version=step.version,
            step=step,
            started_at=project.submitted_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0004_follow_up_and_archive"),
        ("workflow", "0001_initial"),
    ]
    operations = [migrations.RunPython(start_approvals, migrations.RunPython.noop)]
