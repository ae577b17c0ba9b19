"""`python -m vdraw verify FILE`: check the record of a draw."""

import sys

from vdraw import verify


def main(argv: list[str]) -> int:
    """Run what ``argv`` asks for; return the exit code (2 for a word that does not exist)."""
    match argv:
        case ["verify", *files]:
            return verify.main(files)
        case _:
            verify.say("用法：python -m vdraw verify 记录.json")
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
