"""What can be measured in a pool of any size."""

PARTS = (
    "draws",
    "pages",
    "narrow",
    "import",
    "record",
    "certificates",
    "statistics",
    "admission",
    "assignment",
    "letters",
    "review",
    "campaign",
    "chain",
)
# On demand only: the first takes as long as it is told, the others start workers (one kills them).
SOAK = "soak"
DELIVERY = "delivery"
URGENT = "urgent"
BACKUP = "backup"  # by itself: in homes of its own
