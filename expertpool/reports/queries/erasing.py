"""What analyses of draws count stays when personal data are erased: numbers by number."""

from expertpool.experts.queries.erasing import Keeper

KEEPERS = (Keeper("reports", "曝光分析的统计", 80, ("reports.ExposureRow",), "只有编号和数字"),)
