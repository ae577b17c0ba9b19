"""That a notice went to an expert stays when his personal data are erased; the text is the office's."""

from expertpool.experts.queries.erasing import Keeper

KEEPERS = (Keeper("notices", "收到过哪些通知", 75, ("notices.Addressee",), "只有编号和发送情况"),)
