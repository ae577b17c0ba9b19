from django.db import migrations, models

# Of before there was one text for all kinds: those of one kind would stand in its place.
BACK = "DELETE FROM notifications_messagetemplate WHERE project_kind <> ''"


class Migration(migrations.Migration):
    """A text for projects of one kind (docs/decisions/0536)."""

    dependencies = [("notifications", "0022_attempt_words")]

    operations = [
        migrations.AlterModelOptions(
            name="messagetemplate",
            options={
                "ordering": ["occasion", "channel", "project_kind"],
                "verbose_name": "通知模板",
                "verbose_name_plural": "通知模板",
            },
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="project_kind",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=50,
                verbose_name="适用项目类型",
            ),
        ),
        migrations.RemoveConstraint(
            model_name="messagetemplate", name="notifications_template_once"
        ),
        migrations.AddConstraint(
            model_name="messagetemplate",
            constraint=models.UniqueConstraint(
                fields=("occasion", "channel", "project_kind"), name="notifications_template_once"
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, BACK),
    ]
