// Pieces of a recording that the server does not have yet, kept by the browser: a reload, a crash or
// a broken line loses nothing. Best effort: without such a store the recording still runs.
const NAME = "recordings";
const PIECES = "pieces"; // {owner, url, offset, blob}; the one at -1 says that the recording exists

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () =>
      request.result.createObjectStore(PIECES, { keyPath: ["owner", "url", "offset"] });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function run(mode, work) {
  try {
    const database = await opened();
    const transaction = database.transaction(PIECES, mode);
    const request = work(transaction.objectStore(PIECES));
    return await new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    }).finally(() => database.close());
  } catch {
    return null;
  }
}

const all = (...start) => IDBKeyRange.bound(start, [...start, []]); // an array sorts behind text and numbers

export const begin = (owner, url) => run("readwrite", (pieces) => pieces.put({ owner, url, offset: -1 }));
export const keep = (owner, url, piece) => run("readwrite", (pieces) => pieces.put({ owner, url, ...piece }));
export const drop = (owner, url, offset) => run("readwrite", (pieces) => pieces.delete([owner, url, offset]));
export const forget = (owner, url) => run("readwrite", (pieces) => pieces.delete(all(owner, url)));

/** What `owner` has not saved to the end: [[url, [{offset, blob}, …in order]], …]. */
export async function unsaved(owner) {
  const found = new Map();
  for (const { url, offset, blob } of (await run("readonly", (pieces) => pieces.getAll(all(owner)))) ?? []) {
    if (!found.has(url)) found.set(url, []);
    if (blob) found.get(url).push({ offset, blob });
  }
  return [...found];
}
