"""Units are a register: which are identified, which may be one, into which others were merged."""

import django.db.models.deletion
from django.db import migrations, models

NO_CORE = "(股份)?有限(责任)?公司|[()·,.-]"

# Aliases that are another unit's name or alias: they count as before, and are listed. Whoever was entered
# or edited in the register by a person is confirmed.
FOUND = """
UPDATE directory_unitalias one SET shared = true
WHERE EXISTS (
    SELECT FROM directory_unit unit
    WHERE unit.normalised_name = one.normalised_name AND unit.id <> one.unit_id
) OR EXISTS (
    SELECT FROM directory_unitalias other
    WHERE other.normalised_name = one.normalised_name AND other.unit_id <> one.unit_id
);
INSERT INTO directory_unitpair (first_id, second_id, likeness, apart)
SELECT DISTINCT least(one.unit_id, other.id), greatest(one.unit_id, other.id), 1, false
FROM directory_unitalias one
JOIN (
    SELECT id, normalised_name FROM directory_unit
    UNION SELECT unit_id, normalised_name FROM directory_unitalias
) other ON other.normalised_name = one.normalised_name AND other.id <> one.unit_id
WHERE one.shared;
UPDATE directory_unit SET confirmed = true
WHERE id::text IN (SELECT subject_id FROM audit_entry WHERE subject_type = 'directory.unit');
"""


def core_name():
    return models.GeneratedField(
        expression=models.Func(
            "normalised_name",
            models.Value(NO_CORE),
            models.Value(""),
            models.Value("g"),
            function="regexp_replace",
            output_field=models.CharField(max_length=200),
        ),
        output_field=models.CharField(max_length=200),
        db_persist=True,
        verbose_name="名称主干",
    )


def pair_of():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="directory.unit"
    )


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_one_list_of_reasons"), ("audit", "0002_chain")]

    operations = [
        migrations.AddField("unit", "core_name", core_name()),
        migrations.AddField("unitalias", "core_name", core_name()),
        migrations.AddField(
            "unit",
            "confirmed",
            models.BooleanField(default=False, editable=False, verbose_name="已核实"),
        ),
        migrations.AddField(
            "unit",
            "compared",
            models.BooleanField(default=False, editable=False, verbose_name="已比对"),
        ),
        migrations.AddField(
            "unitalias",
            "shared",
            models.BooleanField(default=False, editable=False, verbose_name="与另一单位相同"),
        ),
        migrations.CreateModel(
            name="FormerUnit",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200, verbose_name="原单位名称")),
                ("merged_at", models.DateTimeField(verbose_name="合并时间")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_units",
                        to="directory.unit",
                    ),
                ),
            ],
            options={"verbose_name": "已合并的单位", "verbose_name_plural": "已合并的单位"},
        ),
        migrations.CreateModel(
            name="UnitPair",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("likeness", models.FloatField(verbose_name="相似程度")),
                ("apart", models.BooleanField(default=False, verbose_name="不是同一家")),
                ("first", pair_of()),
                ("second", pair_of()),
            ],
            options={
                "verbose_name": "疑似重复的单位",
                "verbose_name_plural": "疑似重复的单位",
                "ordering": ["-likeness", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="directory_pair_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))),
                        name="directory_pair_ordered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FOUND, migrations.RunSQL.noop),
    ]
