"""What can be measured in a pool of any size."""

PARTS = (
    "draws",
    "pages",
    "narrow",
    "import",
    "record",
    "certificates",
    "admission",
    "assignment",
    "letters",
    "review",
)
SOAK = "soak"  # on demand only: it takes as long as it is told
