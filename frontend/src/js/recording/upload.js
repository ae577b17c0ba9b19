// Sends the pieces of one recording in order, and asks at the end to keep it. What the network loses
// is sent again until it arrives; what the server refuses is final.
import { meta } from "../dom.js";
import * as store from "./store.js";

const PAUSES = [1, 2, 5, 10]; // seconds before another attempt; the last one from then on
const FINAL = [400, 404, 413];
const SIGNED_OUT = "登录已失效：请重新登录后打开本页，录屏会自动补传。";

export class Refused extends Error {}

export class Upload {
  /** `changed()` is called whenever `sent`, `waiting` or `trouble` changes. */
  constructor({ owner, url, largestPart, changed, pieces = [] }) {
    Object.assign(this, { owner, url, largestPart, changed, queue: [...pieces] });
    const last = pieces.at(-1);
    this.end = last ? last.offset + last.blob.size : 0; // where the next piece belongs
    this.sent = 0;
    this.trouble = "";
    this.running = null;
  }

  get waiting() {
    return this.queue.reduce((sum, { blob }) => sum + blob.size, 0);
  }

  /** Put `blob` behind what waits; `send` takes it along. */
  add(blob) {
    for (let at = 0; at < blob.size; at += this.largestPart) {
      const piece = { offset: this.end, blob: blob.slice(at, at + this.largestPart) };
      this.end += piece.blob.size;
      this.queue.push(piece);
      store.keep(this.owner, this.url, piece);
    }
  }

  /** Send what waits; rejects with Refused. */
  send() {
    this.running ??= this.drain().finally(() => (this.running = null));
    return this.running;
  }

  async drain() {
    while (this.queue.length) {
      const { offset, blob } = this.queue[0];
      this.sent = (await this.post(`?offset=${offset}`, blob)).size;
      this.queue.shift();
      store.drop(this.owner, this.url, offset);
      this.changed();
    }
  }

  /** Send what waits, then keep the recording; resolves to its name and SHA-256. */
  async finish() {
    await this.send();
    return this.keep();
  }

  /** Keep what has arrived. */
  async keep() {
    const kept = await this.post("finish/", null);
    await this.forget();
    return kept;
  }

  forget() {
    return store.forget(this.owner, this.url);
  }

  /** Try again now. */
  retry() {
    this.wake?.();
  }

  async post(path, body) {
    for (let attempt = 0; ; attempt += 1) {
      const headers = { "X-CSRFToken": meta("csrf-token"), "Content-Type": "application/octet-stream" };
      const answer = await fetch(this.url + path, {
        method: "POST",
        headers,
        body,
        redirect: "manual",
      }).catch(() => null);
      if (answer?.ok) {
        this.tell("");
        return answer.json();
      }
      if (answer?.status === 409) throw new Refused((await answer.json()).message);
      if (answer && FINAL.includes(answer.status)) throw new Refused(`服务器没有接受（${answer.status}）。`);
      const signedOut = answer?.type === "opaqueredirect" || answer?.status === 403;
      this.tell(signedOut ? SIGNED_OUT : "网络或服务器暂时不可用，已录的内容保存在本机，将自动重试。");
      await new Promise((resolve) => {
        this.wake = resolve;
        setTimeout(resolve, PAUSES[Math.min(attempt, PAUSES.length - 1)] * 1000);
      });
    }
  }

  tell(trouble) {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.changed();
  }
}
