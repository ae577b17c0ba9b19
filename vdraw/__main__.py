"""`python -m vdraw verify FILE`: check the record of a draw."""

import sys

from vdraw import verify

CALLED = "python -m vdraw verify"


def main(argv: list[str]) -> int:
    """Run what ``argv`` asks for; return the exit code (2 for a word that does not exist)."""
    match argv:
        case ["verify", *files]:
            return verify.main(files, CALLED)
        case _:
            return verify.main([], CALLED)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
