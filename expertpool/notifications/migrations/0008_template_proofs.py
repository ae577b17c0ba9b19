import expertpool.core.fields
from django.db import migrations, models
from expertpool.core.crypto import proof

GUARD = """
CREATE FUNCTION notifications_template_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the version of a template never goes back (%)', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'notifications_template_goes_on';
END $$;
CREATE TRIGGER notifications_template_goes_on
    BEFORE UPDATE ON notifications_messagetemplate
    FOR EACH ROW WHEN (NEW.version < OLD.version OR NEW.id <> OLD.id)
    EXECUTE FUNCTION notifications_template_goes_on();
"""
UNDO = """
DROP TRIGGER notifications_template_goes_on ON notifications_messagetemplate;
DROP FUNCTION notifications_template_goes_on();
"""


def vouch(apps, schema_editor):
    """Templates as they stand get their proofs, as `notifications.queries.templates` has them."""
    templates = apps.get_model("notifications", "MessageTemplate").objects
    for row in templates.iterator():
        said = [row.occasion, row.channel, 0, row.subject, row.body, "", "", row.active, None]
        templates.filter(pk=row.pk).update(proof=proof("notifications.template", said))


class Migration(migrations.Migration):
    """Texts of the office have proofs by a key outside the database (docs/decisions/0124)."""

    dependencies = [("notifications", "0007_channel_health")]

    operations = [
        migrations.AddField(
            model_name="messagetemplate",
            name="since",
            field=models.DateTimeField(blank=True, null=True, verbose_name="开始使用时间"),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="subject_before",
            field=models.CharField(blank=True, max_length=200, verbose_name="原标题"),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="body_before",
            field=models.TextField(blank=True, verbose_name="原正文"),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="version",
            field=models.PositiveIntegerField(default=0, verbose_name="版本"),
        ),
        migrations.AddField(
            model_name="messagetemplate",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
            ),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop),
        migrations.RunSQL(GUARD, UNDO),
    ]
