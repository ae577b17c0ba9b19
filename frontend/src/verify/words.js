// What stands in a record, in words.
export const ROLES = { system: "系统", operator: "经办人", supervisor: "监督人" };
export const STATES = {
  success: "抽取成功",
  success_supplement: "抽取成功（补抽）",
  unsatisfied: "不满足",
  void: "已作废",
};
export const REASONS = {
  declined: "拒绝",
  no_answer: "未答复",
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

export const own = (values, key) => Object.prototype.hasOwnProperty.call(values, key);
export const label = (labels, code) => (own(labels, code) ? labels[code] : code);
export const eights = (hex) => hex.match(/.{1,8}/g).join(" ");

export function moment(text) {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return at.toLocaleString("sv-SE", { timeZone: "Asia/Shanghai" });
}
