from django.db import migrations, models

SENT = """
DROP TRIGGER fees_feeline_sent_stays ON fees_feeline;
CREATE TRIGGER fees_feeline_sent_stays BEFORE UPDATE ON fees_feeline FOR EACH ROW
    WHEN (OLD.sent_at IS NOT NULL AND (
        OLD.project_id, OLD.expert_id, OLD.invitation_id, OLD.rate_id, OLD.outcome, OLD.started_at, OLD.ended_at,
        OLD.break_minutes, OLD.is_holiday, OLD.is_leader, OLD.other, OLD.note, OLD.steps, OLD.gross, OLD.tax,
        OLD.travel, OLD.items{more_old}
    ) IS DISTINCT FROM (
        NEW.project_id, NEW.expert_id, NEW.invitation_id, NEW.rate_id, NEW.outcome, NEW.started_at, NEW.ended_at,
        NEW.break_minutes, NEW.is_holiday, NEW.is_leader, NEW.other, NEW.note, NEW.steps, NEW.gross, NEW.tax,
        NEW.travel, NEW.items{more_new}
    )) EXECUTE FUNCTION core_ends_stay();
"""


class Migration(migrations.Migration):
    dependencies = [("fees", "0008_codes_say_for_what")]

    operations = [
        migrations.AddField(
            model_name="feeline",
            name="days",
            field=models.JSONField(
                blank=True, db_default=[], default=list, verbose_name="按天的时间"
            ),
        ),
        migrations.RunSQL(
            SENT.format(more_old=", OLD.days", more_new=", NEW.days"),
            SENT.format(more_old="", more_new=""),
        ),
    ]
