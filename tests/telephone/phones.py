"""Telephones that the project did not write: SIPp, whose scenario does what the last two digits of the number say."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

RINGING = "180 Ringing"
SDP = """v=0
o=phone 1 1 IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio {port} RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
"""
SAME = "[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n"

# By the last two digits: whether it rings, how it ends or which keys it presses (seconds, key).
REFUSE = {
    "20": "486 Busy Here",
    "22": "603 Decline",
    "23": "480 Temporarily Unavailable\nReason: Q.850;cause=20",
    "24": "404 Not Found",
    "25": "503 Service Unavailable",
    "26": "403 Forbidden",
    "29": "600 Busy Everywhere",
}
PRESS = {
    "01": ((1.0, "1"), (1.0, "1")),
    "02": ((1.0, "2"), (1.0, "2")),
    "03": ((1.0, "3"), (2.5, "1"), (1.0, "1")),
    "10": (),
    "32": (),
}
SILENT = ("21", "27")  # rings, or does not even that
GONE = "11"  # hangs up soon after it has answered
AT_ONCE = "28"  # answers without ringing, and presses 1 twice
EARLY = "31"  # the carrier speaks before anybody answers: busy in the end


SPOKEN_TO = (*PRESS, GONE, AT_ONCE, EARLY)  # what they are told goes to the test


def scenario(
    folder: Path, capture: Mapping[str, int], alike: Mapping[str, str] | None = None
) -> str:
    """Return the scenario; what is said to a number of ``capture`` goes to the port there. What ends as a key of ``alike``
    does as the number there."""
    does = {**(alike or {})}
    sdp = {one: SDP.format(port=capture.get(one, "[media_port]")) for one in SPOKEN_TO}
    numbers = [*REFUSE, *PRESS, *SILENT, GONE, AT_ONCE, EARLY, *does]
    find = "".join(
        f'<strcmp assign_to="c{one}" variable="digits" value="{one}"/>'
        f'<test assign_to="is{one}" variable="c{one}" compare="equal" value="0"/>'
        for one in numbers
    )
    known = "all,digits,seq,from,to,contact," + ",".join(f"c{one},is{one}" for one in numbers)
    parts = [
        f"""<recv request="INVITE"><action>
        <ereg regexp="sip:[0-9]*([0-9][0-9])@" search_in="msg" check_it="true" assign_to="all,digits"/>
        <ereg regexp="[0-9]+ INVITE" search_in="hdr" header="CSeq:" check_it="true" assign_to="seq"/>
        <ereg regexp=".*" search_in="hdr" header="From:" assign_to="from"/>
        <ereg regexp=".*" search_in="hdr" header="To:" assign_to="to"/>
        <ereg regexp="sip:[^>]*" search_in="hdr" header="Contact:" assign_to="contact"/>
        {find}</action></recv>
        <send>{_message("100 Trying")}</send>
        """,
        *(f'<nop next="{does.get(one, one)}" test="is{one}"/>' for one in numbers),
    ]
    for number, words in REFUSE.items():
        parts += [_label(number), _send(RINGING) if number in ("20", "22") else ""]
        parts += [_final(number, _send(words), then="end")]
    for number, keys in {**PRESS, AT_ONCE: ((1.0, "1"), (1.0, "1"))}.items():
        ring = "" if number == AT_ONCE else _send(RINGING)
        parts += [_label(number), ring, _final(number, _send("200 OK", sdp[number]))]
        for at, (seconds, key) in enumerate(keys):
            parts += [
                f'<pause milliseconds="{int(seconds * 1000)}"/>',
                f'<nop><action><exec play_pcap_audio="{_pressed(folder, key, at)}"/></action></nop>',
            ]
        parts += ['<recv request="BYE"/>', _send("200 OK"), '<nop next="end"/>']
    parts += [_label(GONE), _send(RINGING), _final(GONE, _send("200 OK", sdp[GONE]))]
    parts += [
        '<pause milliseconds="600"/>',
        _bye(),
        '<recv response="200" next="end"/>',
    ]
    parts += [_label(EARLY), _send("183 Session Progress", sdp[EARLY])]
    parts += [
        '<pause milliseconds="1500"/>',
        _final(EARLY, _send("486 Busy Here"), then="end"),
    ]
    for number in SILENT:
        parts += [_label(number)]
        if number == "21":
            parts += [_send(RINGING), '<recv request="CANCEL"/>', _send("200 OK")]
            parts += [_send("487 Request Terminated", sequence="[$seq]"), '<recv request="ACK"/>']
        else:
            parts += ['<pause milliseconds="6000"/>']
        parts += ['<nop next="end"/>']
    parts += [_label("end"), '<pause milliseconds="200"/>']
    return (
        '<?xml version="1.0" encoding="UTF-8"?><scenario name="phones">'
        + "\n".join(parts)
        + f'<Reference variables="{known}"/></scenario>'
    )


def _pressed(folder: Path, key: str, at: int) -> Path:
    """Return a file of the packets of a key (RFC 4733, payload type 101), each press with a time of its own."""
    path = folder / f"key-{key}-{at}.pcap"
    out = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    for number in range(9):
        last = number >= 6  # the end is told three times
        event = struct.pack("!BBH", int(key), (0x80 if last else 0) | 10, min(number + 1, 7) * 160)
        head = struct.pack(
            "!BBHII", 0x80, 101 | (0x80 if not number else 0), at * 100 + number, at * 16000, 7
        )
        sound = head + event
        udp = struct.pack("!HHHH", 6000, 6000, 8 + len(sound), 0) + sound
        ip = struct.pack(
            "!BBHHHBBHII", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, 0x7F000001, 0x7F000001
        )
        frame = bytes(12) + b"\x08\x00" + ip + udp
        out += struct.pack("<IIII", 0, number * 20_000, len(frame), len(frame)) + frame
    path.write_bytes(out)
    return path


def _label(name: str) -> str:
    return f'<label id="{name}"/>'


def _send(words: str, body: str = "", sequence: str = "") -> str:
    return f"<send>{_message(words, body, sequence)}</send>"


def _final(number: str, send: str, then: str = "") -> str:
    """Send how it ends until it was heard (RFC 3261, 13.3.1.4). Whoever has no answer within half a second asks again
    (17.1.1.2), which SIPp takes for another question; of many calls at one moment there are many of both."""
    again = f"{number}-again"
    after = f' next="{then}"' if then else ""
    asked = f'<recv request="INVITE" optional="true" next="{again}"/>'
    send = send.replace("<send>", '<send retrans="500">')
    return f'{_label(again)}{send}{asked}<recv request="ACK"{after}/>'


def _message(words: str, body: str = "", sequence: str = "") -> str:
    same = SAME + (f"CSeq: {sequence}\n" if sequence else "[last_CSeq:]\n")
    kind = "Content-Type: application/sdp\n" if body else ""
    contact = "Contact: <sip:phone@[local_ip]:[local_port];transport=[transport]>\n"
    text = f"SIP/2.0 {words}\n{same}{contact}{kind}Content-Length: [len]\n\n{body}"
    return f"<![CDATA[\n{text}\n]]>"


def _bye() -> str:
    text = (
        "BYE [$contact] SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        "From:[$to];tag=[call_number]\nTo:[$from]\n[last_Call-ID:]\n"
        "CSeq: 2 BYE\nMax-Forwards: 70\nContent-Length: 0\n"
    )
    return f'<send retrans="500"><![CDATA[\n{text}\n]]></send>'


@contextmanager
def phones(
    folder: Path,
    *,
    port: int,
    capture: Mapping[str, int],
    calls: int,
    seconds: int,
    alike: Mapping[str, str] | None = None,
) -> Iterator[None]:
    """Let SIPp take ``calls`` calls at ``port``; what it is told arrives as `scenario` says."""
    path = folder / "phones.xml"
    path.write_text(scenario(folder, capture, alike))
    command = ["sipp", "-sf", str(path), "-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", str(port)]
    command += ["-m", str(calls), "-timeout", str(seconds), "-nostdin", "-aa", "-trace_err"]
    log = (folder / "sipp.log").open("w")
    with log, subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as sipp:
        try:
            yield
        finally:
            sipp.terminate()
            sipp.wait(10)
