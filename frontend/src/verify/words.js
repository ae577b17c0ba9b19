// What stands in a record, in words.
export const ROLES = {
  system: "系统",
  operator: "经办人",
  supervisor: "监督人",
  expert: "专家",
  admin: "管理员",
  department: "部门用户",
  finance: "财务",
  auditor: "审计员",
};
export const STATES = {
  success: "抽取成功",
  success_supplement: "抽取成功（补抽）",
  unsatisfied: "不满足",
  void: "已作废",
};
export const ASSIGNED_STATES = {
  success: "全部分配",
  success_supplement: "全部分配（经补充）",
  unsatisfied: "有评审对象缺专家",
  void: "已作废",
};
export const REASONS = {
  declined: "拒绝",
  no_answer: "未答复",
  unreached: "未送达",
  leave: "请假",
  conflict: "冲突",
  replaced: "更换",
  on_leave: "长期请假",
  busy: "时间冲突",
  blacklisted: "黑名单",
  avoided: "回避",
  frozen: "冻结",
  expired: "聘期已过",
  removed: "已删除",
  ineligible: "不符合条件",
};

export const NOTES = {
  emergency: "转为应急抽取",
  emergency_ended: "取消应急抽取",
  early_release: "提前公开名单",
  all_present: "全体到场签到，公开名单",
  released: "到时公开名单",
  paused: "暂停抽取",
  resumed: "恢复抽取",
  deadline_moved: "改动答复截止",
  sent_at_once: "不等免打扰时段，立即发出邀请",
};
export const WAYS = {
  link: "链接",
  portal: "专家端",
  sms: "短信回复",
  operator: "经办人登记",
  voice: "电话按键",
  wechat: "微信回复",
  deadline: "到期",
  system: "系统",
  page: "在系统中办理",
};
export const REASON_CODES = {
  ordered: "定序后首次入席",
  own_answer: "专家本人答复",
  told: "专家告知经办人",
  listed: "按列明的原因更换",
  deadline: "答复时限已到",
  unavailable: "已不能参加",
  pool_changed: "封存后专家资料被改动",
  seat_free: "席位空出，按次序补抽",
  asked_again: "经办人要求再补抽一次",
  rescheduled: "改期",
  all_answered: "邀请都已有结果",
  panel_sits: "评审已开始",
  service_off: "系统停机，其间的时间不计入答复时限",
  all_present: "在席专家全部到场签到",
  reveal_time: "已到名单公开时间",
  opening_near: "评审临近",
  two_persons: "两人申请并确认",
  other: "其他，见登记的理由",
};

export const ABOUT_SHORT = "公开前的记录：只核对封存、定序和事件链；席位在完整记录公开后核对";

export const own = (values, key) => Object.prototype.hasOwnProperty.call(values, key);
/** What somebody is: an office names roles of its own, and older records have a name. */
export const roleIn = (role, otherwise) => (own(ROLES, role) ? ROLES[role] : otherwise);
export const label = (labels, code) => (own(labels, code) ? labels[code] : code);
/** A draw that completes the panel of another supplements from its first seat on. */
export const firstSeating = (rule) => (own(rule, "widens_seal") ? "补抽" : "首次入席");
export const eights = (hex) => hex.match(/.{1,8}/g).join(" ");

/** When the panel sits from now on: each time once. */
export const times = (meetings) =>
  [...new Set(meetings.map(({ opening_at: at }) => moment(at).slice(0, -3)))].join("、");

export function moment(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return at.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
}
