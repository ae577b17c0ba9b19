from expertpool.workflow.registry import result_occasion

DECIDED = result_occasion("achievement.decided", "成果")
