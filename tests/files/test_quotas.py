"""What one row, and all together, may take; what is used is said."""

from __future__ import annotations

from threading import Thread

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import store
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.services import attach, receive, remove_attachment
from expertpool.files.settings import STORE_QUOTA, SUBJECT_QUOTA
from tests.factories.accounts import make_department
from tests.factories.siteconfig import configure
from tests.files.samples import PDF
from tests.fixtures import login

NOW = timezone.now()


def put(subject: Department, megabytes: int = 4) -> Attachment:
    file = SimpleUploadedFile("材料.pdf", PDF + bytes(megabytes * MEGABYTE))
    return attach(subject=subject, uploaded_file=file, actor=None, now=NOW)


def test_one_row_holds_so_much(subject: Department, client: Client, admin: User) -> None:
    configure(SUBJECT_QUOTA, 10)
    kept = [put(subject), put(subject)]
    file = SimpleUploadedFile("材料.pdf", PDF + bytes(4 * MEGABYTE))
    address = f"/files/of/accounts.department/{subject.pk}/"
    answer = login(client, admin).post(address, {"files": file})
    page = answer.content.decode().replace("\xa0", " ")
    assert answer.status_code == 422
    assert "已用 8.0 MB，合计最多 10.0 MB，这个文件 4.0 MB" in page
    assert "请先删除不需要的附件" in page
    assert len(list(store.below(""))) == 2
    put(make_department())  # another one has its own
    remove_attachment(attachment=kept[0], actor=None, now=NOW)
    put(subject)


def test_all_together_hold_so_much(subject: Department) -> None:
    configure(STORE_QUOTA, 1)
    put(subject)
    Attachment.objects.update(size=1024 * MEGABYTE - 1000)
    with pytest.raises(FileRefused, match=r"全部附件已用.*请联系系统管理员"):
        put(make_department())


def test_what_the_system_makes_itself_is_never_refused(subject: Department) -> None:
    configure(SUBJECT_QUOTA, 10)
    put(subject, 9)
    file = SimpleUploadedFile("抽取表.pdf", PDF + bytes(4 * MEGABYTE))
    made = receive(file, subject_type=Department, actor=None, now=NOW, ours=True)
    attach(subject=subject, uploaded_file=made, actor=None, now=NOW)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_pass_it() -> None:
    configure(SUBJECT_QUOTA, 10)
    subject, refused = make_department(), []

    def one() -> None:
        try:
            put(subject, 6)
        except FileRefused as refusal:
            refused.append(str(refusal))
        finally:
            connection.close()

    threads = [Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (Attachment.objects.count(), len(refused)) == (1, 2)
