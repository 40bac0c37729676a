/** A window's session as one file: contexts and pictures as the kernel saves them, with the log as its entries. */

import { KernelError } from "./connection.js";

/**
 * What is open and what was asked, as a session's text.
 * @param {{session, log, address}} app
 */
export async function saved({ session, log }, options = {}) {
  const opened = await session.opened();
  const entries = [
    { window: { address: location.hash, contexts: opened } }, ...log.entries.filter(({ state }) => state !== "open")];
  const contexts = opened.map(({ found }) => found.context);
  const result = await session.kernel.session.save({ contexts, entries }, options);
  return JSON.stringify(result.session);
}

/**
 * Opens a session's contexts again, with its pictures and its log. The text may come from anywhere: the kernel checks
 * what it opens, and what no window has written is left out.
 * @returns {Promise<{count: number, requests: number, warnings: string[], address?: string}>}
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
  const { address, contexts: known } = entries[0]?.window ?? {};
  const opened = new Map(contexts.map((each) => [each.saved, each]));
  for (const { key, found } of Array.isArray(known) ? known : []) {
    const now = opened.get(found?.context);
    if (!now || !/^(prompt|answer) /.test(key)) continue;
    const { context, version, tokenCount, parts, images } = now;
    session.adopt(key, { ...found, context, version, tokenCount, parts, images });
    opened.delete(now.saved);
  }
  // Nothing here would ever ask about the others.
  for (const { context } of opened.values()) session.kernel.context.close({ context }).catch(() => {});
  const requests = log.restore(entries);
  return {
    count: contexts.length, requests, warnings,
    address: typeof address === "string" && address.startsWith("#/") ? address : undefined,
  };
}

function blob(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const type = bytes[0] === 0x89 ? "image/png" : bytes[0] === 0xff ? "image/jpeg" : bytes[0] === 0x47 ? "image/gif"
    : bytes[0] === 0x42 ? "image/bmp" : "image/webp";
  return new Blob([bytes], { type });
}
