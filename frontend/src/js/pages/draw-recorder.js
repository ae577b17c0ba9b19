// Recording the draw room: the browser asks what to record; what comes is sent while it goes on.
// What an earlier page did not get to send is sent when the room is opened again.
import { Refused, Upload } from "../recording/upload.js";
import { begin, unsaved } from "../recording/store.js";
import { inWords } from "../recording/words.js";

const TYPES = ["video/webm;codecs=vp9", "video/webm;codecs=vp8", "video/webm", "video/mp4"];
const EVERY = 1000; // milliseconds of recording to a piece: what a crash can lose
const BITS = 250_000; // a second: nearly two hours of a quiet screen stay below the limit

const root = document.querySelector("[data-recorder]");
if (root) start(root, root.dataset);

function start(root, { owner, url, largest, largestPart }) {
  const part = (name) => root.querySelector(`[data-${name}]`);
  const [startButton, stopButton, retryButton] = ["start", "stop", "retry"].map(part);
  let current = null; // what is recorded or sent: {upload, recorder, since}

  function show(text, { tone = "", recording = false, retry = false } = {}) {
    root.className = `room-recorder${tone && ` tone-${tone}`}`;
    part("state").textContent = text;
    startButton.hidden = Boolean(current);
    stopButton.hidden = !recording;
    retryButton.hidden = !retry;
  }

  /** Tell how it stands; called each second and at each change. */
  function tell() {
    if (!current) return;
    const { upload, recorder, since } = current;
    const recording = recorder?.state === "recording";
    const size = `已上传 ${megabytes(upload.sent)}`;
    const lead = recording ? `正在录制 ${clock(Date.now() - since)}，${size}` : `正在保存录屏，${size}`;
    const left = upload.trouble ? `；${upload.trouble}（待上传 ${megabytes(upload.waiting)}）` : "";
    show(lead + left, { tone: upload.trouble ? "amber" : "red", recording, retry: Boolean(upload.trouble) });
  }

  function prepare(address, pieces) {
    return new Upload({ owner, url: address, largestPart: Number(largestPart), changed: tell, pieces });
  }

  /** Run `work` as what this page is busy with, and say how it ended. */
  async function busy(address, pieces, work) {
    const upload = prepare(address, pieces);
    current = { upload };
    const timer = setInterval(tell, 1000);
    tell();
    let message, tone;
    try {
      const kept = await work(upload);
      [message, tone] = [
        `录屏已保存：${kept.name}，SHA-256 ${kept.sha256.slice(0, 12)}…${kept.note ?? ""}`,
        "green",
      ];
    } catch (error) {
      if (error instanceof Refused) await upload.forget();
      [message, tone] = [`录屏没有保存：${inWords(error)}。`, "red"];
    }
    clearInterval(timer);
    current = null;
    show(message, { tone });
  }

  async function record(stream) {
    const address = `${url}${crypto.randomUUID()}/`;
    // Another window of the same room leaves this recording alone while the lock is held.
    await navigator.locks.request(address, () =>
      busy(address, [], async (upload) => {
        await begin(owner, address);
        try {
          await film(stream, upload);
          return await upload.finish();
        } catch (error) {
          if (!(error instanceof Refused && upload.sent)) throw error;
          return { ...(await upload.keep()), note: `（其后的内容没有保存：${inWords(error)}）` };
        }
      }),
    );
  }

  /** Record until it is stopped, by the button, by the browser or by the limit. */
  function film(stream, upload) {
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(stream, { mimeType, videoBitsPerSecond: BITS });
    const stop = () => recorder.state === "recording" && recorder.stop();
    Object.assign(current, { recorder, stop, since: Date.now() });
    return new Promise((resolve, reject) => {
      recorder.addEventListener("dataavailable", ({ data }) => {
        upload.add(data);
        upload.send().catch(stop);
        if (upload.end + largestPart / 2 > largest) stop();
      });
      recorder.addEventListener("error", ({ error }) => reject(error));
      recorder.addEventListener("stop", resolve);
      for (const track of stream.getTracks()) track.addEventListener("ended", stop);
      recorder.start(EVERY);
      tell();
    }).finally(() => {
      for (const track of stream.getTracks()) track.stop();
    });
  }

  async function resume() {
    for (const [address, pieces] of await unsaved(owner)) {
      await navigator.locks.request(
        address,
        { ifAvailable: true },
        (lock) => lock && busy(address, pieces, (upload) => upload.finish()),
      );
    }
  }

  startButton.addEventListener("click", async () => {
    startButton.disabled = true;
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({
        video: { frameRate: 5 },
        audio: false,
        preferCurrentTab: true,
      });
      await record(stream);
    } catch (error) {
      show(`没有开始：${inWords(error)}。`, { tone: "amber" });
    }
    startButton.disabled = false;
  });
  stopButton.addEventListener("click", () => {
    current?.stop();
    current?.upload.retry();
  });
  retryButton.addEventListener("click", () => current?.upload.retry());
  window.addEventListener("beforeunload", (event) => current && event.preventDefault());

  if (!navigator.mediaDevices?.getDisplayMedia || !window.MediaRecorder || !navigator.locks) {
    startButton.disabled = true;
    show("此浏览器不能录屏：请用 Chrome、Edge 或 Firefox，并通过 HTTPS 或本机地址打开。", { tone: "amber" });
  } else {
    resume();
  }
}

function clock(milliseconds) {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const megabytes = (bytes) => `${(bytes / 1048576).toFixed(1)} MB`;
