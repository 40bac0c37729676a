/** A window's session as one file: contexts and pictures as the kernel saves them, with the log as its entries. */

import { KernelError } from "./connection.js";
import { isAnswered } from "./log.js";

/**
 * What is open and what was asked, as a session.
 * @param {{session, log}} app
 * @returns {Promise<object>} a SavedSession of the protocol
 */
export async function saved({ session, log }, options = {}) {
  const opened = await session.opened();
  const { number: connection } = session.connection;
  const entries = [
    { window: { address: location.hash, contexts: opened, connection } }, { labels: session.named() },
    ...log.entries.filter(({ state }) => state !== "open")];
  const contexts = opened.map(({ found }) => found.context);
  const result = await session.kernel.session.save({ contexts, entries }, options);
  return result.session;
}

/**
 * What is open and what was asked, to be read: a page, or a notebook.
 * @param {"html"|"ipynb"} format
 * @returns {Promise<{text: string, warnings: string[]}>}
 */
export async function exported(app, format, options = {}) {
  return app.session.kernel.session.export({ session: await saved(app, options), format }, options);
}

/**
 * Opens a session's contexts again, with its pictures and its log. The text may come from anywhere: the kernel checks
 * what it opens, and what no window has written is left out.
 * @returns {Promise<{count: number, requests: number, warnings: string[], address?: string,
 *   again: {entries: object[], contexts: Map<string, string>, prompt: function(string): object}}>} `again` is what
 *   `replay` takes
 */
export async function open({ session, log, pictures }, text, options = {}) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new KernelError({ code: 0, message: "The file is not a session: it is no JSON." });
  }
  const { contexts, entries, warnings } = await session.kernel.session.open({ session: file }, options);
  for (const { base64 } of file.pictures) await pictures.add(blob(base64)).catch(() => {});
  const { address, contexts: known, connection } = entries.find((each) => each?.window)?.window ?? {};
  const opened = new Map(contexts.map((each) => [each.saved, each]));
  const names = new Map(contexts.map(({ saved: before, context }) => [before, context]));
  for (const { key, found } of Array.isArray(known) ? known : []) {
    const now = opened.get(found?.context);
    if (!now || !/^(prompt|answer) /.test(key)) continue;
    const { context, version, tokenCount, parts, images } = now;
    session.adopt(key, { ...found, context, version, tokenCount, parts, images });
    opened.delete(now.saved);
  }
  // Nothing here would ever ask about the others.
  for (const { saved: before, context } of opened.values()) {
    names.delete(before);
    session.kernel.context.close({ context }).catch(() => {});
  }
  // Names of contexts are good on the connection alone on which the session was saved.
  const own = entries.filter((each) => isAnswered(each) && (connection === undefined || each.connection === connection));
  return {
    count: contexts.length, requests: log.restore(entries), warnings,
    address: typeof address === "string" && address.startsWith("#/") ? address : undefined,
    again: { entries: own, contexts: names, prompt: (name) => promptOf(file, name) },
  };
}

/** What a context of a session was opened with, as params of context/open. */
function promptOf({ contexts, pictures }, name) {
  const { parts, chat } = contexts.find(({ context }) => context === name);
  const files = new Map(pictures.map(({ sha256, base64 }) => [sha256, base64]));
  return {
    chat, parts: parts.map(({ id, role, text, picture, reading }) => (text !== undefined ? { id, role, text }
      : { id, role, image: { base64: files.get(picture), ...(reading ? { reading } : {}) } })),
  };
}

function blob(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const type = bytes[0] === 0x89 ? "image/png" : bytes[0] === 0xff ? "image/jpeg" : bytes[0] === 0x47 ? "image/gif"
    : bytes[0] === 0x42 ? "image/bmp" : "image/webp";
  return new Blob([bytes], { type });
}
