from django.db import migrations, models

ERROR = "系统已升级，请重新上传这个文件。"


def end_those_that_wait(apps, schema_editor):
    """Columns were counted from the first that holds anything: what was chosen may be one off."""
    waiting = apps.get_model("core", "ImportRun").objects.filter(
        state__in=("uploaded", "mapping", "previewed")
    )
    waiting.update(state="failed", error=ERROR)


class Migration(migrations.Migration):
    dependencies = [("core", "0010_import_memory")]

    operations = [
        migrations.RemoveField(
            model_name="importrun",
            name="first_refused",
        ),
        migrations.AddField(
            model_name="importrun",
            name="checks",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="检查次数"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="left",
            field=models.JSONField(default=dict, verbose_name="留空原因"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="notes",
            field=models.JSONField(default=dict, verbose_name="处理"),
        ),
        migrations.AddField(
            model_name="importrun",
            name="sheet",
            field=models.CharField(blank=True, max_length=100, verbose_name="工作表"),
        ),
        migrations.RunPython(end_those_that_wait, migrations.RunPython.noop, elidable=True),
    ]
