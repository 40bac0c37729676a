/** What a session asked, for people who want to ask it again. */

/** Requests that are kept. */
export const REQUESTS = 2000;
/** Methods whose answers are kept, to be read in an export and to be compared when they are asked again. */
const ANSWERED = new Set([
  "context/generate", "context/tokens", "attribution/compute", "attribution/compare", "ablation/run", "steering/generate",
]);
/** Params and names that are contexts'. */
export const CONTEXTS = new Set(["context", "other"]);
/** Characters of answers, as JSON; beyond them the oldest are forgotten. */
const ANSWERS = 16 << 20;

/** Requests in the order of asking; the oldest are forgotten. Pictures are kept by their digests. */
export class RequestLog extends EventTarget {
  constructor() {
    super();
    this.entries = [];
    this.forgotten = 0;
    /** How long each kept answer is. */
    this.lengths = new Map();
    this.length = 0;
    /** What is open again of sessions' files, by what stands for their connections here. */
    this.reopened = new Map();
  }

  /** @param {number} connection counted from 1: names of contexts begin anew with each */
  add(connection, method, params) {
    const entry = { connection, method, params: withoutBytes(params), at: Date.now(), state: "open" };
    this.entries.push(entry);
    if (this.entries.length > REQUESTS) { this.drop(this.entries.shift()); this.forgotten += 1; }
    this.dispatchEvent(new Event("change"));
    return entry;
  }

  answered(entry, result) {
    Object.assign(entry, { state: "answered", milliseconds: Date.now() - entry.at });
    for (const name of ["context", "index", "job", "version", "sae", "model"]) {
      if (result?.[name] !== undefined) entry.names = { ...entry.names, [name]: result[name] };
    }
    // Activations one by one are many, and nobody reads them.
    if (ANSWERED.has(entry.method) && entry.params?.aggregate !== "none") this.keep(entry, result);
    this.dispatchEvent(new Event("change"));
  }

  keep(entry, result) {
    entry.result = result;
    const length = JSON.stringify(result).length;
    this.lengths.set(entry, length);
    this.length += length;
    for (const oldest of this.lengths.keys()) {
      if (this.length <= ANSWERS) break;
      this.drop(oldest);
    }
  }

  drop(entry) {
    this.length -= this.lengths.get(entry) ?? 0;
    this.lengths.delete(entry);
    delete entry.result;
  }

  failed(entry, error) {
    const state = error.isCancelled ? "cancelled" : "failed";
    Object.assign(entry, { state, milliseconds: Date.now() - entry.at, message: error.message });
    this.dispatchEvent(new Event("change"));
  }

  /**
   * Puts what another window asked before what this one did; what is no request is left out.
   * @param {{isOwn: function(object): boolean, contexts: Map<string, string>, connection: number}} reopened which
   *   entries are about the file's contexts, what these are called now, and on which connection
   */
  restore(entries, reopened) {
    const own = `opened ${this.reopened.size + 1}`;
    this.reopened.set(own, reopened);
    const earlier = entries.filter(isRequest).map((given) => {
      const { method, params, at, state = "answered", milliseconds, message, names } = given;
      const connection = reopened.isOwn(given) ? own : `${own} from ${JSON.stringify(given.connection)}`;
      const entry = { connection, method, params, at, state, milliseconds, message, names: names ?? {} };
      if (isAnswered(given)) this.keep(entry, given.result);
      return entry;
    });
    const all = [...earlier, ...this.entries];
    all.slice(0, -REQUESTS).forEach((entry) => this.drop(entry));
    this.entries = all.slice(-REQUESTS);
    this.dispatchEvent(new Event("change"));
    return earlier.length;
  }

  /** An entry for a file: what an opened file asked about contexts that are open again is asked about those. */
  asOf(connection, entry) {
    const reopened = this.reopened.get(entry.connection);
    if (reopened?.connection !== connection) return entry;
    const renamed = (members) => Object.fromEntries(Object.entries(members ?? {})
      .map(([name, value]) => [name, CONTEXTS.has(name) ? reopened.contexts.get(value) : value]));
    const [params, names] = [renamed(entry.params), renamed(entry.names)];
    // A context that is open no more has no name on this connection.
    const isOpen = ![params, names].some((each) => [...CONTEXTS].some((name) => name in each && !each[name]));
    return isOpen ? { ...entry, connection, params, names } : entry;
  }

  /** What was answered on the newest connection, ready for `lucarne serve < FILE`. */
  async lines(pictures) {
    const newest = this.entries.at(-1)?.connection;
    const lines = [{ jsonrpc: "2.0", id: 1, method: "initialize", params: { clientInfo: { name: "repeated" } } }];
    for (const { connection, state, method, params } of this.entries) {
      if (connection !== newest || state !== "answered") continue;
      lines.push({ jsonrpc: "2.0", id: lines.length + 1, method, params: await withBytes(params, pictures) });
    }
    return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  }
}

const isObject = (each) => typeof each === "object" && each !== null && !Array.isArray(each);

/** Whether a value is an entry of a log whose answer was kept. */
export function isAnswered(value) {
  return isRequest(value) && (value.state ?? "answered") === "answered" && ANSWERED.has(value.method)
    && isObject(value.result);
}

/** Whether a value, which may come from anywhere, is an entry of a log; other clients write no times. */
export function isRequest(value) {
  return isObject(value) && typeof value.method === "string" && isObject(value.params ?? {})
    && ["answered", "failed", "cancelled", undefined].includes(value.state)
    && (value.milliseconds === undefined || Number.isFinite(value.milliseconds))
    && isObject(value.names ?? {}) && ["string", "undefined"].includes(typeof value.message);
}

/** A copy in which a picture's bytes are its digest. */
function withoutBytes(value) {
  if (Array.isArray(value)) return value.map(withoutBytes);
  if (value === null || typeof value !== "object") return value;
  if (value.digest !== undefined && value.base64 !== undefined) return { digest: value.digest };
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutBytes(each)]));
}

async function withBytes(value, pictures) {
  if (Array.isArray(value)) return Promise.all(value.map((each) => withBytes(each, pictures)));
  if (value === null || typeof value !== "object") return value;
  if (value.digest !== undefined && Object.keys(value).length === 1) {
    return { base64: await pictures.base64(value.digest) };
  }
  const members = await Promise.all(
    Object.entries(value).map(async ([name, each]) => [name, await withBytes(each, pictures)]));
  return Object.fromEntries(members);
}
