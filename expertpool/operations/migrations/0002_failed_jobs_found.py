from django.db import migrations


class Migration(migrations.Migration):
    """The queue keeps what was done, and finds its own rows without this; the page looks for the few
    that failed."""

    dependencies = [
        ("procrastinate", "0041_post_retry_failed_job"),
        ("operations", "0001_job_failures"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX operations_failed_jobs ON procrastinate_jobs (id)"
            " WHERE status = 'failed'",
            "DROP INDEX operations_failed_jobs",
        ),
    ]
