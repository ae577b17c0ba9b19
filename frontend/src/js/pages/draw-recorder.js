// Recording the screen of a draw: the browser asks what to record; what comes is sent while it goes
// on, in order, so that a crash loses seconds, not the recording.
import { meta } from "../dom.js";
import { toast } from "../toast.js";

const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm", "video/mp4"];
const EVERY = 3000; // milliseconds of recording to a piece
const BITS = 250_000; // a second: two hours of a quiet screen stay below the limit
const RETRIES = 5;

const root = document.querySelector("[data-recorder]");
if (root) start(root);

function start({ dataset }) {
  const [begin, end, state] = ["start", "stop", "state"].map((name) => root.querySelector(`[data-${name}]`));
  const devices = navigator.mediaDevices;
  if (!devices?.getDisplayMedia || !window.MediaRecorder) {
    begin.disabled = true;
    state.textContent = "此浏览器不能录屏：请用 Chrome、Edge 或 Firefox，并通过 HTTPS 或本机地址打开。";
    return;
  }
  let recording = null;

  begin.addEventListener("click", async () => {
    begin.disabled = true;
    try {
      const stream = await devices.getDisplayMedia({ video: { frameRate: 5 }, audio: false });
      recording = new Recording(stream, dataset, show);
      end.disabled = false;
      await recording.done;
      toast({ level: "success", message: "录屏已保存为项目附件。" });
      state.textContent = "录屏已保存。";
      document.body.dispatchEvent(new Event("attachments:refresh"));
    } catch (error) {
      const refused = error.name === "NotAllowedError";
      state.textContent = refused ? "没有开始：未选择要录的窗口。" : `录屏没有保存：${error.message}`;
      if (!refused) toast({ level: "danger", message: state.textContent });
    }
    recording = null;
    begin.disabled = false;
    end.disabled = true;
  });
  end.addEventListener("click", () => recording?.stop());
  window.addEventListener("beforeunload", (event) => recording && event.preventDefault());

  function show({ seconds, sent, stopped }) {
    const minutes = `${Math.floor(seconds / 60)} 分 ${seconds % 60} 秒`;
    const size = `${(sent / 1048576).toFixed(1)} MB`;
    state.textContent = stopped ? `正在保存……已上传 ${size}` : `正在录制 ${minutes}，已上传 ${size}`;
  }
}

class Recording {
  constructor(stream, { url, largest, largestPart }, show) {
    Object.assign(this, { stream, show, sent: 0, waiting: [], sending: null, since: Date.now() });
    this.url = `${url}${crypto.randomUUID()}/`;
    [this.largest, this.largestPart] = [Number(largest) * 0.95, Number(largestPart)];
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: BITS });
    this.done = new Promise((resolve, reject) => {
      this.fail = (error) => {
        this.stop();
        reject(error);
      };
      this.recorder.addEventListener("stop", () => this.finish().then(resolve, reject));
    });
    this.recorder.addEventListener("dataavailable", (event) => this.take(event.data));
    this.recorder.addEventListener("error", (event) => this.fail(event.error));
    // The browser's own "stop sharing".
    for (const track of stream.getTracks()) track.addEventListener("ended", () => this.stop());
    this.clock = setInterval(() => this.tell(), 1000);
    this.recorder.start(EVERY);
    this.tell();
  }

  stop() {
    clearInterval(this.clock);
    if (this.recorder.state !== "inactive") this.recorder.stop();
    for (const track of this.stream.getTracks()) track.stop();
  }

  tell() {
    const seconds = Math.round((Date.now() - this.since) / 1000);
    this.show({ seconds, sent: this.sent, stopped: this.recorder.state === "inactive" });
  }

  take(piece) {
    if (!piece.size) return;
    for (let at = 0; at < piece.size; at += this.largestPart) this.waiting.push(piece.slice(at, at + this.largestPart));
    this.sending ??= this.send().catch(this.fail).finally(() => (this.sending = null));
    if (this.sent + piece.size > this.largest) this.stop();
  }

  async send() {
    while (this.waiting.length) {
      const { size } = await this.post(`?offset=${this.sent}`, this.waiting[0]);
      this.sent = size;
      this.waiting.shift();
    }
  }

  async finish() {
    this.tell();
    while (this.sending) await this.sending;
    if (this.waiting.length) throw new Error("还有内容没有上传，请检查网络后重新录制。");
    return this.post("finish/", null);
  }

  /** Sends once more after a while when the network fails; what the server refuses is final. */
  async post(path, body) {
    for (let attempt = 1; ; attempt += 1) {
      const headers = { "X-CSRFToken": meta("csrf-token"), "Content-Type": "application/octet-stream" };
      const answer = await fetch(this.url + path, { method: "POST", headers, body }).catch(() => null);
      if (answer?.ok) return answer.json();
      if (answer?.status === 409) throw new Error((await answer.json()).message);
      if (attempt === RETRIES || (answer && answer.status < 500)) throw new Error("网络或服务器暂时不可用。");
      await new Promise((resolve) => setTimeout(resolve, attempt * 1000));
    }
  }
}
