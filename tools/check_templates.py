"""Find what the strict Content-Security-Policy would block (inline styles, scripts, handlers),
comments that visitors would read, and lines that are too long to be read beside another.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RULES = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "<style> element": re.compile(r"<style\b", re.IGNORECASE),
    "inline <script>": re.compile(r"<script\b(?![^>]*\bsrc\s*=)[^>]*>", re.IGNORECASE),
    "event handler attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on attribute": re.compile(r"\bhx-on\b", re.IGNORECASE),
    # Ended by its line: what stands on the next is a text of the page, and so is a tag of two lines.
    "comment over several lines": re.compile(r"{#(?![^\n]*#})"),
    "tag over several lines": re.compile(r"{%(?![^\n]*%})"),
    "javascript: address": re.compile(r"[\"']javascript:", re.IGNORECASE),
}
LONGEST = 120  # characters of a line
COMMENTS = re.compile(r"{#[^\n]*?#}|{% comment %}(?s:.*?){% endcomment %}")


def findings(text: str) -> list[tuple[int, str]]:
    """Return (line, what) for each line of a template that is too long, and each thing in it that
    the policy would block or nobody should read.

    Data for scripts goes through the filter ``json_script``, which writes its own element.
    """
    long = [
        (number, f"{len(line)} characters, more than {LONGEST}")
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > LONGEST
    ]
    # Comments give way to as many lines, so that the numbers stay right.
    text = COMMENTS.sub(lambda match: "\n" * match[0].count("\n"), text)
    blocked = [
        (text.count("\n", 0, match.start()) + 1, what)
        for what, pattern in RULES.items()
        for match in pattern.finditer(text)
    ]
    return sorted(long + blocked)


def main() -> int:
    places = [
        f"{path.relative_to(ROOT)}:{line}: {what}"
        for path in sorted((ROOT / "expertpool").glob("**/templates/**/*.html"))
        for line, what in findings(path.read_text())
    ]
    print("\n".join(places))
    return bool(places)


if __name__ == "__main__":
    sys.exit(main())
