from django.db import migrations, models

from expertpool.core.finality import stays

# Of an expert whose personal data were erased, a version loses what it said; that there was one stays.
ERASED = """
CREATE OR REPLACE FUNCTION experts_version_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND core_same_token(OLD.snapshot, NEW.snapshot)
       AND to_jsonb(OLD) - 'snapshot' = to_jsonb(NEW) - 'snapshot'
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.note = ''
       AND to_jsonb(OLD) - 'snapshot' - 'note' = to_jsonb(NEW) - 'snapshot' - 'note'
       AND EXISTS (SELECT FROM experts_expert WHERE id = OLD.expert_id AND erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '专家历史版本不能修改或删除';
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION experts_version_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND core_same_token(OLD.snapshot, NEW.snapshot)
       AND to_jsonb(OLD) - 'snapshot' = to_jsonb(NEW) - 'snapshot'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '专家历史版本不能修改或删除';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0024_savedsearch"), ("experts", "0044_unit_merges_in_histories")]

    operations = [
        migrations.AddField(
            "expert",
            "erased_at",
            models.DateTimeField("抹去个人信息的时间", null=True, blank=True, editable=False),
        ),
        migrations.AddField(
            "expert",
            "name_until",
            models.DateField("姓名依法保留至", null=True, blank=True, editable=False),
        ),
        migrations.AddConstraint(
            "expert",
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(
                    status="deleted",
                    phone_index__isnull=True,
                    email_index__isnull=True,
                    id_number_index__isnull=True,
                    birth_date__isnull=True,
                ),
                name="experts_erased_is_closed",
            ),
        ),
        migrations.RunSQL(ERASED, BEFORE),
        stays("experts_expert", "erased_at"),
    ]
