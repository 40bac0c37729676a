/** A window's session as one file: contexts and pictures as the kernel saves them, with the log as its entries. */

import { KernelError } from "./connection.js";
import { conversationOf } from "./conversation_of.js";
import { isAnswered, isRequest, REQUESTS } from "./log.js";
import { CONTEXTS } from "./session.js";

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
    ...log.entries.filter(({ state }) => state !== "open").map((entry) => log.asOf(connection, entry))];
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
 * what it opens. What another client opened becomes a conversation of this window where windows could have asked it.
 * @returns {Promise<{count: number, requests: number, warnings: string[], address?: string, conversations: object[],
 *   again: {entries: object[], contexts: Map<string, string>, prompt: function(string): object}}>} `count` of contexts
 *   that the window keeps, `conversations` what other clients asked, `warnings` also about what was left out; `again`
 *   is what `replay` takes
 */
export async function open({ session, log, pictures }, text, options = {}) {
  const { file, surplus } = read(text);
  const { contexts, entries, warnings } = await session.kernel.session.open({ session: file }, options)
    .catch((error) => {
      // What can be read at any depth can be written at some depths alone.
      if (!(error instanceof RangeError)) throw error;
      throw new KernelError({ code: 0, message: "The file is not a session: its values are nested too deeply." });
    });
  const digests = new Map();
  for (const { sha256, base64 } of file.pictures) {
    await pictures.add(blob(base64)).then((digest) => digests.set(sha256, digest), () => {});
  }
  const { address, contexts: known, connection } = entries.find((each) => each?.window)?.window ?? {};
  const isKey = (key) => typeof key === "string" && /^(prompt|answer) /.test(key);
  const keys = new Map((Array.isArray(known) ? known : []).filter((each) => isKey(each?.key))
    .map(({ key, found }) => [found?.context, { key, found }]));
  const { names, conversations, reasons } = adopt(session, contexts, (name) => {
    if (keys.has(name)) return keys.get(name);
    const { conversation, reason } = conversationOf(file.contexts.find(({ context }) => context === name), digests);
    return { key: conversation && `prompt ${JSON.stringify(conversation)}`, conversation, reason };
  });
  session.keepLabels(entries.flatMap((each) => (Array.isArray(each?.labels) ? each.labels : [])));
  // Names of contexts are good on the connection alone on which the session was saved.
  const isOwn = (each) => connection === undefined || each.connection === connection;
  const requests = log.restore(entries, { isOwn, contexts: names, connection: session.connection.number });
  return {
    count: names.size, requests, conversations,
    warnings: [...warnings, ...[...reasons].map(([reason, count]) => (
      `${count} ${count === 1 ? "context is" : "contexts are"} left out: ${reason}.`)),
    ...(surplus > 0 ? [`${surplus} earlier requests are left out: a window keeps ${REQUESTS}.`] : [])],
    address: typeof address === "string" && address.startsWith("#/") ? address : undefined,
    again: {
      entries: entries.filter((each) => isAnswered(each) && isOwn(each)), contexts: names,
      prompt: (name) => promptOf(file, name),
    },
  };
}

/** A session's file with as many requests as a window keeps, and how many are left out. */
function read(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new KernelError({ code: 0, message: "The file is not a session: it is no JSON." });
  }
  if (!Array.isArray(file?.entries)) return { file, surplus: 0 };
  const surplus = file.entries.filter(isRequest).length - REQUESTS;
  let left = surplus;
  // What is no request is for others, but for the few entries that windows write.
  const entries = file.entries.filter((each) => (isRequest(each) ? (left -= 1) < 0 : each?.window || each?.labels));
  return { file: { ...file, entries }, surplus };
}

/**
 * Keeps what was opened again under the keys of what would ask for it, and closes what nothing here would ask about.
 * @param {object[]} contexts session/open's
 * @param {function(string): {key?: string, found?: object, conversation?: object, reason?: string}} keyOf
 */
function adopt(session, contexts, keyOf) {
  const [names, conversations, reasons] = [new Map(), [], new Map()];
  const [taken, offered] = [new Set(), new Set()];
  const first = contexts.length - CONTEXTS;
  for (const [number, { saved: name, context, version, tokenCount, parts, images }] of contexts.entries()) {
    const { key, found, conversation, reason } = number < first
      ? { reason: `a window keeps ${CONTEXTS} open` } : keyOf(name);
    // Its question can be asked here even where its context is another.
    if (conversation && !offered.has(key)) conversations.push(conversation);
    offered.add(key);
    const why = reason ?? (taken.has(key) ? "another asks the same" : undefined);
    if (why !== undefined) {
      reasons.set(why, (reasons.get(why) ?? 0) + 1);
      session.kernel.context.close({ context }).catch(() => {});
      continue;
    }
    taken.add(key);
    session.adopt(key, { ...found, context, version, tokenCount, parts, images });
    names.set(name, context);
  }
  return { names, conversations, reasons };
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
