"""Storing files that belong to something, and removing them."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import IO, Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction

from expertpool.audit.models import Entry
from expertpool.audit.queries import is_told
from expertpool.audit.services import in_words, record
from expertpool.core.crypto import new_key
from expertpool.core.fields import is_vouched
from expertpool.core.storing import store
from expertpool.core.visibility import told
from expertpool.core.waiting import remove_unclaimed, remove_unnamed
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import FOLDER, SEALED, Attachment
from expertpool.files.queries import LED, attachments_of, is_evidence, stored, subject_of
from expertpool.files.queries.content import digest_of, sealed
from expertpool.files.registry import file_subject
from expertpool.files.services.layout import FOLDER as LAID_OUT
from expertpool.files.services.layout import layout_name
from expertpool.files.services.quotas import refuse_full_subject
from expertpool.files.services.receiving import Received, receive
from expertpool.files.validators import FileType

RECORDED = ("size", "sha256")
COPIED = ("name", *RECORDED, "kind", "content_type", "held")
LONGEST_NAME = 120


def attach(
    *,
    subject: models.Model,
    uploaded_file: UploadedFile | Received,
    kind: str = "",
    as_evidence: bool = False,
    actor: AbstractBaseUser | None,
    now: datetime,
) -> Attachment:
    """Store ``uploaded_file`` as a file of ``subject``; ``kind`` sorts the files of one subject.

    Of a subject with ``choices`` one without a kind is of their first. The caller has checked the right; within a transaction of its own it gives what it got by `receive`
    before. Refuses (FileRefused) what `receive` does, a kind of evidence unless a service vouches for it
    (``as_evidence``), a kind that is none of the subject's choices, and every file of a subject that is closed; a name that contradicts the
    content gets the right ending. If the transaction fails the stored bytes stay without a row;
    `remove_orphans` deletes them.
    """
    kind = kind or next(iter(file_subject(subject._meta.label_lower).choices), "")
    if not isinstance(uploaded_file, Received):
        _refuse_kind(subject, kind, as_evidence=as_evidence)
        uploaded_file = receive(uploaded_file, subject_type=type(subject), actor=actor, now=now)
    with transaction.atomic():
        # Locks what can be closed: nobody archives it before the file is stored.
        _refuse_closed(subject._meta.label_lower, str(subject.pk))
        _refuse_kind(subject, kind, as_evidence=as_evidence)
        if not uploaded_file.ours:
            refuse_full_subject(subject, uploaded_file.file.size or 0, actor=actor)
        return _store(subject, uploaded_file, kind, actor, now)


def _store(
    subject: models.Model,
    received: Received,
    kind: str,
    actor: AbstractBaseUser | None,
    now: datetime,
) -> Attachment:
    file = received.file
    attachment = Attachment(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        kind=kind,
        name=clean_file_name(file.name or "", received.type),
        content_type=received.type.content_type,
        size=file.size or 0,
        sha256=digest_of(file),
        held=received.held,
        created_at=now,
        created_by_id=actor.pk if actor else None,
    )
    keep(attachment, file)
    attachment.full_clean(exclude=["created_by", "uid"])
    attachment.save()
    chosen = file_subject(attachment.subject_type).choices.get(kind)
    after = _recorded(attachment) | ({"范围": chosen} if chosen else {})
    record("file.attach", actor=actor, subject=subject, after=after, now=now)
    return attachment


def _recorded(attachment: Attachment) -> dict[str, object]:
    """Return what the log says of a file: how it is called, too, though its row keeps that encrypted."""
    return {"文件名": attachment.name, **in_words(attachment, *RECORDED)}


@transaction.atomic
def remove_attachment(
    *,
    attachment: Attachment,
    actor: AbstractBaseUser | None,
    now: datetime,
    note: str = "",
    even_closed: bool = False,
) -> None:
    """Remove a file; its bytes are deleted once the transaction is committed. What an expert removes of his own record
    stays for others until they may be told (`removed_at`, docs/decisions/0197).

    Refuses (FileRefused) evidence and files of a closed subject, unless the caller answers for
    it (``even_closed``).
    """
    if not even_closed:
        _refuse_closed(attachment.subject_type, attachment.subject_id)
        if is_evidence(attachment):
            label = file_subject(attachment.subject_type).evidence[attachment.kind]
            raise FileRefused(f"「{attachment.name}」是{label}，作为依据保存，不能这样删除。")
    act = record(
        "file.remove",
        actor=actor,
        subject=subject_of(attachment),
        before=_recorded(attachment),
        note=note,
        now=now,
    )
    if _stays_for_others(attachment, act):
        Attachment.objects.filter(pk=attachment.pk).update(removed_at=now)
        return
    names = str(attachment.file.name), layout_name(attachment)
    attachment.delete()
    # Only then: rolled back, the row is there again and needs its bytes.
    for name in names:
        transaction.on_commit(partial(store.delete, name))


@transaction.atomic
def remove_all_attachments(
    *, subject: models.Model, actor: AbstractBaseUser | None, now: datetime, note: str = ""
) -> None:
    """Remove every file of ``subject``, evidence too and though it is closed: the caller answers for it."""
    for attachment in list(attachments_of(subject)):
        remove_attachment(attachment=attachment, actor=actor, now=now, note=note, even_closed=True)


def _stays_for_others(attachment: Attachment, act: Entry) -> bool:
    own = file_subject(attachment.subject_type).by_day(attachment.subject_id)
    known = told(Attachment.objects.filter(pk=attachment.pk))
    return act.actor_id in own and not is_told(act) and known.exists()


@transaction.atomic
def move_attachment(
    *,
    attachment: Attachment,
    to: models.Model,
    kind: str,
    actor: AbstractBaseUser | None,
    now: datetime,
) -> None:
    """Let a file belong to another row from now on, as one of its ``kind``; its bytes stay where they are.
    Logged there.

    Refuses (FileRefused) one that was not attached here to what it belongs to.
    """
    # As it is now: it may just have been encrypted, under another name.
    attachment = Attachment.objects.select_for_update(of=("self",)).get(pk=attachment.pk)
    if not is_vouched(attachment):
        raise FileRefused(LED.format(attachment.name))
    attachment.subject_type, attachment.subject_id = to._meta.label_lower, str(to.pk)
    attachment.kind = kind
    attachment.save(update_fields=["subject_type", "subject_id", "kind", "proof"])
    record("file.attach", actor=actor, subject=to, after=_recorded(attachment), now=now)


@transaction.atomic
def choose_kind(
    *, attachment: Attachment, kind: str, actor: AbstractBaseUser, now: datetime
) -> Attachment:
    """Let a file be of another of the kinds among which its subject lets choose: who may see it, say. Logged.

    Refuses (FileRefused) evidence, what is none of these kinds, the files of a closed subject, and one that was
    not attached here to what it belongs to.
    """
    policy = file_subject(attachment.subject_type)
    _refuse_closed(attachment.subject_type, attachment.subject_id)
    attachment = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if not is_vouched(attachment):
        raise FileRefused(LED.format(attachment.name))
    if kind not in policy.choices or attachment.kind not in policy.choices:
        raise FileRefused(f"「{attachment.name}」不能这样改。")
    before, attachment.kind = attachment.kind, kind
    attachment.save(update_fields=["kind", "proof"])
    record(
        "file.kind",
        actor=actor,
        subject=subject_of(attachment),
        before={"范围": policy.choices[before]},
        after={"范围": policy.choices[kind]},
        note=attachment.name,
        now=now,
    )
    return attachment


@transaction.atomic
def copy_attachment(
    *, attachment: Attachment, to: models.Model, actor: AbstractBaseUser | None, now: datetime
) -> Attachment:
    """Give ``to`` a file of its own with the same name, kind and bytes, as far as those were scanned. Logged there.

    Refuses (FileRefused) one that was not attached here to what it belongs to, and what ``to`` has no room for.
    """
    if not is_vouched(attachment):
        raise FileRefused(LED.format(attachment.name))
    refuse_full_subject(to, attachment.size, actor=actor)
    copy = Attachment(
        subject_type=to._meta.label_lower,
        subject_id=str(to.pk),
        created_at=now,
        created_by_id=actor.pk if actor else None,
        **{one: getattr(attachment, one) for one in COPIED},
    )
    with stored(attachment) as content:
        keep(copy, content)
    copy.full_clean(exclude=["created_by", "uid"])
    copy.save()
    record("file.attach", actor=actor, subject=to, after=_recorded(copy), now=now)
    return copy


def keep(attachment: Attachment, plain: IO[bytes] | Any) -> None:
    """Store ``plain``, encrypted under a key of its own, as the file of a row that is not saved yet."""
    attachment.file_key = new_key()
    # Under a random name: what was typed may be a path, or the name of another file.
    name = f"{uuid.uuid4().hex}{SEALED}"
    attachment.file.save(name, sealed(attachment, plain), save=False)


def note_download(*, attachment: Attachment, actor: AbstractBaseUser | None, now: datetime) -> None:
    """Record that ``actor`` downloads a file; None: whoever has a personal link."""
    subject = subject_of(attachment)
    record("file.download", actor=actor, subject=subject, note=attachment.name, now=now)


@transaction.atomic
def note_preview(*, attachment: Attachment, actor: AbstractBaseUser, now: datetime) -> None:
    """Record that ``actor`` looks at a file."""
    subject = subject_of(attachment)
    record("file.preview", actor=actor, subject=subject, note=attachment.name, now=now)


def remove_orphans(*, now: datetime) -> int:
    """Delete stored bytes older than a day that no row names, and what was laid out before; return how many.

    They come from transactions that failed after the bytes were written, and from processes that
    ended between a commit and the deletion after it.
    """
    removed = remove_unnamed(LAID_OUT, (), now=now)
    return removed + remove_unclaimed(FOLDER, _named, now=now)


def _named(names: Sequence[str]) -> set[str]:
    return set(Attachment.objects.filter(file__in=names).values_list("file", flat=True))


def clean_file_name(name: str, kind: FileType) -> str:
    """Return ``name`` without folders and control characters, ended as its content says."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Some of these turn the direction of writing, and would hide the real ending.
    text = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    text = re.sub(r'[<>:"|?*]', "_", text).strip(" .") or "附件"
    stem, dot, ending = text.rpartition(".")
    if f".{ending.lower()}" in kind.extensions and stem:
        return f"{stem[:LONGEST_NAME]}.{ending.lower()}"
    # A longer one is no ending but part of the name.
    stem = stem if dot and stem and len(ending) <= 5 else text
    return f"{stem[:LONGEST_NAME]}{kind.extensions[0]}"


def _refuse_kind(subject: models.Model, kind: str, *, as_evidence: bool) -> None:
    policy = file_subject(subject._meta.label_lower)
    if kind in policy.evidence:
        if not as_evidence:
            raise FileRefused(f"「{policy.evidence[kind]}」由系统生成，不能上传。")
    elif policy.choices and kind not in policy.choices:
        raise FileRefused(f"请选择谁能看到：{'、'.join(policy.choices.values())}。")


def _refuse_closed(subject_type: str, subject_id: str) -> None:
    if reason := file_subject(subject_type).closed(subject_id):
        raise FileRefused(reason)
