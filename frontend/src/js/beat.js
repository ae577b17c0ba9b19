// An open page says each so many seconds that it is open. Several pages of one browser say it once: whichever comes first
// notes when, and nothing else.
import { csrfToken } from "./session.js";

const NOTED = "beat";

export function startBeat() {
  const shell = document.querySelector("[data-beat]");
  if (!shell) return;
  const every = Number(shell.dataset.beatSeconds) * 1000;
  let ended = false;
  const beat = async () => {
    // A little sooner than it is due: timers of other pages are not as exact.
    if (ended || Date.now() - noted() < every * 0.8) return;
    note(Date.now());
    try {
      const answer = await fetch(shell.dataset.beat, {
        method: "POST",
        redirect: "manual",
        headers: {
          "X-CSRFToken": csrfToken(),
          "X-Unattended": "1",
          "X-Account": document.querySelector("[data-account]").dataset.account,
        },
      });
      // Whoever has been signed out is told when he goes on; no page asks for ever.
      ended = answer.type === "opaqueredirect" || answer.status === 403;
    } catch {
      // Without a network the next one is tried all the same.
    }
  };
  beat();
  setInterval(beat, every);
}

function noted() {
  try {
    return Number(localStorage.getItem(NOTED)) || 0;
  } catch {
    return 0;
  }
}

function note(moment) {
  try {
    localStorage.setItem(NOTED, moment);
  } catch {
    // Then each page says it for itself.
  }
}
