/** Pictures that were dropped, pasted or chosen: kept in the browser by the digest of their bytes. */

import { declaredSize } from "./picture_size.js";

const KEPT = 100;
const SHOWN = 48;
/** Pixels that are unpacked here, as many as the kernel takes. */
const PIXELS = 64_000_000;

export class PictureStore {
  constructor() {
    this.blobs = new Map();
    this.urls = new Map();
    this.stored = new Set();
    this.database = open().catch(() => null);
  }

  /**
   * Keeps a picture.
   * @param {Blob} blob PNG, JPEG, WebP, GIF or BMP
   * @returns {Promise<string>} its digest
   * @throws {Error} where the browser cannot show it, or would need too much memory to
   */
  async add(blob) {
    const { width, height } = await declaredSize(blob) ?? { width: 0, height: 0 };
    if (width * height > PIXELS) {
      throw new Error(`${blob.name ?? "What was given"} has ${width} × ${height} pixels, `
        + `expected ${PIXELS / 1e6} megapixels at most.`);
    }
    try {
      (await createImageBitmap(blob)).close();
    } catch {
      throw new Error(`${blob.name ?? "What was given"} is no picture that can be shown here.`);
    }
    const digest = await digestOf(await blob.arrayBuffer());
    const kept = new Blob([blob], { type: blob.type });
    this.blobs.set(digest, kept);
    const database = await this.database;
    if (database) {
      await keep(database, { digest, blob: kept, at: Date.now() })
        .then(() => this.stored.add(digest), () => {});
    }
    return digest;
  }

  /** @returns {Promise<Blob|null>} null where it is not kept in this browser */
  async blob(digest) {
    if (this.blobs.has(digest)) return this.blobs.get(digest);
    const database = await this.database;
    const found = database && await answer(store(database, "readonly").get(digest)).catch(() => null);
    if (!found) return null;
    this.blobs.set(digest, found.blob);
    this.stored.add(digest);
    return found.blob;
  }

  /** An address for <img>; those shown longest ago are given back. */
  async url(digest) {
    if (this.urls.has(digest)) {
      const url = this.urls.get(digest);
      this.urls.delete(digest);
      this.urls.set(digest, url);
      return url;
    }
    const blob = await this.blob(digest);
    if (!blob) return null;
    if (this.urls.has(digest)) return this.urls.get(digest);
    const url = URL.createObjectURL(blob);
    this.urls.set(digest, url);
    while (this.urls.size > SHOWN) {
      const [oldest, address] = this.urls.entries().next().value;
      URL.revokeObjectURL(address);
      this.urls.delete(oldest);
      // What the browser could not keep is nowhere else.
      if (this.stored.has(oldest)) this.blobs.delete(oldest);
    }
    return url;
  }

  async base64(digest) {
    const blob = await this.blob(digest);
    if (!blob) return null;
    const reader = new FileReader();
    const read = new Promise((resolve, reject) => { reader.onload = resolve; reader.onerror = () => reject(reader.error); });
    reader.readAsDataURL(blob);
    await read;
    return reader.result.slice(reader.result.indexOf(",") + 1);
  }
}

/** Half of SHA-256 where the page is served securely or from this machine, else a weaker sum. */
async function digestOf(buffer) {
  if (crypto.subtle) {
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", buffer)).subarray(0, 16);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (const byte of new Uint8Array(buffer)) {
    high = Math.imul(high ^ byte, 2654435761);
    low = Math.imul(low ^ byte, 1597334677);
  }
  return `${(high >>> 0).toString(16)}${(low >>> 0).toString(16)}-${buffer.byteLength}`;
}

function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open() {
  const request = indexedDB.open("lucarne", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("pictures", { keyPath: "digest" }).createIndex("at", "at");
  };
  return answer(request);
}

function store(database, mode) { return database.transaction("pictures", mode).objectStore("pictures"); }

/** Rejects where there is no room, which a browser may notice as late as at the end. */
async function keep(database, record) {
  const pictures = store(database, "readwrite");
  const { transaction } = pictures;
  const isDone = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  isDone.catch(() => {});
  await answer(pictures.put(record));
  const surplus = await answer(pictures.count()) - KEPT;
  if (surplus > 0) {
    const oldest = await answer(pictures.index("at").getAllKeys(null, surplus));
    oldest.forEach((digest) => pictures.delete(digest));
  }
  await isDone;
}
