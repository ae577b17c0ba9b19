/* How values may be written in a record, and the bytes that are hashed of them. */

export class Difference extends Error {}

export function need(holds, message) {
  if (!holds) throw new Difference(message);
}

/* --- Forms of values ------------------------------------------------------------------------- */

export const own = (value, key) => Object.prototype.hasOwnProperty.call(value, key);
export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
export const isCount = (value) => Number.isSafeInteger(value) && value > 0;

export function isAscii(text) {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/* A plain assignment to a group named __proto__ would vanish. */
export function define(object, key, value) {
  Object.defineProperty(object, key, { value, enumerable: true });
}

/* Chinese after Latin letters is set off by a space. */
function spaced(where, words) {
  return isAscii(where.slice(-1)) ? `${where} ${words}` : where + words;
}

export function checkKeys(value, where, names, more = false) {
  need(isObject(value), spaced(where, "必须是对象"));
  for (const name of names) need(own(value, name), spaced(where, `缺少 ${name}`));
  if (more) return;
  for (const name of Object.keys(value)) need(names.includes(name), spaced(where, `有多余的 ${name}`));
}

export function checkList(value, where) {
  need(Array.isArray(value), spaced(where, "必须是列表"));
}

export function checkText(value, where) {
  need(typeof value === "string" && value !== "", spaced(where, "必须是非空文本"));
}

export function checkKey(value, where) {
  const isKey = typeof value === "string" && value !== "" && isAscii(value);
  need(isKey, spaced(where, "必须是非空 ASCII 文本"));
}

export function checkHex(value, where, size = 0) {
  const digits = typeof value === "string" && /^(?:[0-9a-f][0-9a-f])+$/.test(value);
  const right = digits && (size === 0 || value.length === 2 * size);
  const form = size === 0 ? "非空的小写十六进制" : ` ${2 * size} 位小写十六进制`;
  need(right, spaced(where, `必须是${form}`));
}

export function checkValue(given, right, where) {
  const shown = typeof given === "string" ? given : "别的类型";
  need(given === right, spaced(where, `应为 ${right}，记录里是 ${shown}`));
}

/* Only what RFC 8785 needs no number formatting for: ASCII keys, no fractions. */
export function checkCanonical(value, where) {
  if (Array.isArray(value)) {
    for (const item of value) checkCanonical(item, where);
  } else if (isObject(value)) {
    for (const key of Object.keys(value)) {
      need(isAscii(key), `${where}的键必须是 ASCII 文本`);
      checkCanonical(value[key], where);
    }
  } else if (typeof value === "string") {
    need(isWellFormed(value), `${where}里有不完整的 Unicode 字符`);
  } else if (typeof value === "number") {
    need(Number.isInteger(value), `${where}里有不能规范化的数字`);
    need(Number.isSafeInteger(value), `${where}里有过大的整数`);
  } else {
    need(value === null || typeof value === "boolean", `${where}里有不能规范化的数字`);
  }
}

function isWellFormed(text) {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(i + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return false;
    i++;
  }
  return true;
}

export function isSame(given, right) {
  if (!isObject(given)) return false;
  const keys = Object.keys(right);
  return (
    Object.keys(given).length === keys.length &&
    keys.every((key) => own(given, key) && given[key] === right[key])
  );
}

/* --- Bytes ----------------------------------------------------------------------------------- */

const encoder = new TextEncoder();
export const TAG = encoder.encode("VDRAW-1");

/* RFC 8785: JSON.stringify writes strings and integers that way already; the keys must be sorted. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

export function canonicalBytes(value) {
  return encoder.encode(canonical(value));
}

export function join(...parts) {
  const out = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

export function compareBytes(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return 0;
}

export function fromHex(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes) {
  let hex = "";
  for (const byte of bytes) hex += HEX[byte];
  return hex;
}
