"""Small files of every kind."""

from __future__ import annotations

import io
import zipfile


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


def ole(stream_name: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + stream_name.encode("utf-16-le")


PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
ACCEPTED = {
    "application/pdf": PDF,
    "image/png": b"\x89PNG\r\n\x1a\n" + bytes(20),
    "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(20),
    "image/gif": b"GIF89a" + bytes(20),
    "image/webp": b"RIFF\x10\x00\x00\x00WEBPVP8 " + bytes(20),
    "audio/wav": b"RIFF\x10\x00\x00\x00WAVEfmt " + bytes(20),
    "audio/mpeg": b"ID3\x04" + bytes(20),
    "video/mp4": b"\x00\x00\x00\x20ftypisom" + bytes(20),
    "video/webm": b"\x1a\x45\xdf\xa3" + bytes(20),
    "application/msword": ole("WordDocument"),
    "application/vnd.ms-excel": ole("Workbook"),
    "application/zip": zipped("a.txt"),
    "application/ofd": zipped("OFD.xml", "Doc_0/Document.xml"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": zipped(
        "[Content_Types].xml", "word/document.xml"
    ),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": zipped(
        "[Content_Types].xml", "xl/workbook.xml"
    ),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": zipped(
        "[Content_Types].xml", "ppt/presentation.xml"
    ),
    "text/plain": "评审通知：请于 9:00 到场。".encode(),
}
REFUSED = {
    "Windows program": b"MZ\x90\x00" + bytes(60),
    "Linux program": b"\x7fELF\x02\x01\x01" + bytes(60),
    "web page": b"<!DOCTYPE html><script>alert(1)</script>",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "SVG behind a byte order mark": b"\xef\xbb\xbf\n<svg/>",
    "shell script": b"#!/bin/sh\nrm -rf /\n",
    "Word with macros": zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "Excel 97 with macros": ole("Workbook") + "_VBA_PROJECT".encode("utf-16-le"),
    "Windows installer": ole("!Property"),
    "Java program": zipped("META-INF/MANIFEST.MF", "Main.class"),
    "Android program": zipped("AndroidManifest.xml", "classes.dex"),
    "broken zip": b"PK\x03\x04" + bytes(30),
    "noise": bytes(range(256)),
}
