// Passkeys (WebAuthn): the server says what to ask the browser for, the browser asks the device, the server checks.
import { csrfToken } from "../session.js";

const UNABLE =
  "这个浏览器现在不能使用通行密钥：须用 https 打开本系统，并用较新的浏览器。请改用验证器的数字或备用码。";
const STOPPED = "没有完成：取消了，或等得太久。可以再试一次，或改用验证器的数字、备用码。";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");

/** What the server says, with bytes where the browser wants them. */
function asked(options) {
  const listed = (known) => (known ?? []).map((one) => ({ ...one, id: toBytes(one.id) }));
  const ready = { ...options, challenge: toBytes(options.challenge) };
  if (options.user) ready.user = { ...options.user, id: toBytes(options.user.id) };
  if (options.excludeCredentials) ready.excludeCredentials = listed(options.excludeCredentials);
  if (options.allowCredentials) ready.allowCredentials = listed(options.allowCredentials);
  return { publicKey: ready };
}

/** What the device answered, as text. */
function told(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[name]) response[name] = toText(credential.response[name]);
  const transports = credential.response.getTransports?.();
  if (transports) response.transports = transports;
  return {
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.said);
  return content;
}

async function run(box) {
  const options = asked(await post(box.dataset.options, {}));
  let credential;
  try {
    credential = await navigator.credentials[box.dataset.passkey](options);
  } catch {
    throw new Error(STOPPED);
  }
  const name = box.querySelector("[data-passkey-name]")?.value ?? "";
  const password = box.querySelector("[data-passkey-password]")?.value ?? "";
  const { to } = await post(box.dataset.answer, { ...told(credential), name, password });
  location.assign(to);
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  const said = box.querySelector("[data-passkey-said]");
  const button = box.querySelector("[data-passkey-start]");
  button.addEventListener("click", async () => {
    if (!window.PublicKeyCredential) {
      said.textContent = UNABLE;
      return;
    }
    button.disabled = true;
    said.textContent = "请按浏览器的提示操作……";
    try {
      await run(box);
    } catch (error) {
      said.textContent = error.message || STOPPED;
      button.disabled = false;
    }
  });
}
