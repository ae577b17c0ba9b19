// What goes wrong with a recording, in words: the browser's own are English.
import { Refused } from "./upload.js";

const WORDS = {
  NotAllowedError: "未选择要录的窗口，或系统没有允许浏览器录屏",
  NotFoundError: "没有可以录制的画面",
  NotReadableError: "这个画面现在不能录制，请换一个窗口，或检查系统的录屏权限",
  AbortError: "系统中断了录屏，请重新开始",
  QuotaExceededError: "本机的存储空间不足，请清理后重新开始",
  InvalidStateError: "页面不在前台，请回到本页重新开始",
  NotSupportedError: "此浏览器不支持这种录屏，请换用 Chrome、Edge 或 Firefox",
  SecurityError: "浏览器的安全设置不允许录屏，请联系管理员",
};

/** Return why it failed; what the server says is Chinese already. */
export function inWords(error) {
  if (error instanceof Refused) return error.message.replace(/。$/, "");
  return WORDS[error?.name] ?? "浏览器出错，请刷新页面后重新开始";
}
