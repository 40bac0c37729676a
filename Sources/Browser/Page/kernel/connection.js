/** One client of the kernel: JSON-RPC 2.0 over a web socket, a message each. */

import { reports } from "./methods.js";

const CANCELLED = -32800;
/** Waits before the next attempt to connect, in milliseconds. */
const PATIENCE = [250, 500, 1000, 2000, 4000, 8000];

/** What the kernel refused, or why there is no answer. */
export class KernelError extends Error {
  constructor({ code, message, data }) {
    super(message);
    this.name = "KernelError";
    this.code = code;
    this.kind = data?.kind;
    this.hint = data?.hint;
    this.data = data;
  }

  get isCancelled() { return this.code === CANCELLED; }
}

const lost = (message) => new KernelError({ code: 0, message, data: { kind: "connectionLost" } });
const cancelled = () => new KernelError({ code: CANCELLED, message: "cancelled" });

/**
 * Connects again by itself; tells `open`, `lost` and `notification` as events. The detail of `lost` has `wait`, the
 * milliseconds until the next attempt, `failures`, how many there were since the last session, and the server's
 * `reason`.
 */
export class Connection extends EventTarget {
  /** @param {string} address of the socket @param {{name: string, version: string}} clientInfo */
  constructor(address, clientInfo) {
    super();
    this.address = address;
    this.clientInfo = clientInfo;
    this.number = 0;
    this.failures = 0;
    this.last = 0;
    this.pending = new Map();
    this.listeners = new Map();
    this.server = null;
    this.state = "connecting";
    this.waiting = [];
    this.connect();
  }

  connect() {
    clearTimeout(this.timer);
    this.state = "connecting";
    this.socket = new WebSocket(this.address);
    const socket = this.socket;
    socket.onopen = async () => {
      try {
        this.server = await this.send("initialize", { clientInfo: this.clientInfo }, {});
      } catch (error) {
        this.refusal = error;
        socket.close();
        return;
      }
      this.failures = 0;
      this.number += 1;
      this.state = "open";
      this.dispatchEvent(new Event("open"));
      this.waiting.splice(0).forEach((each) => each());
    };
    socket.onmessage = ({ data }) => this.read(data);
    socket.onclose = ({ reason }) => { if (socket === this.socket) this.close(reason); };
  }

  /** @param {string} reason what the server said, if anything */
  close(reason) {
    const words = reason ? `The connection ended: ${reason}.` : "The connection to the kernel is lost.";
    const error = this.refusal || lost(words);
    this.refusal = null;
    this.state = "lost";
    this.listeners.clear();
    const open = [...this.pending.values()];
    this.pending.clear();
    const wait = PATIENCE[Math.min(this.failures, PATIENCE.length - 1)];
    this.failures += 1;
    this.dispatchEvent(new CustomEvent("lost", { detail: { wait, failures: this.failures, reason } }));
    open.forEach(({ reject }) => reject(error));
    this.timer = setTimeout(() => this.connect(), wait);
  }

  read(text) {
    const message = JSON.parse(text);
    if (message.method === "$/progress") {
      this.listeners.get(message.params.token)?.(message.params.value);
    } else if (message.method !== undefined) {
      this.dispatchEvent(new CustomEvent("notification", { detail: message }));
    } else {
      const waiting = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (!waiting) return;
      if (message.error) waiting.reject(new KernelError(message.error));
      else waiting.resolve(message.result);
    }
  }

  /** Resolves when there is a session, at once where there is one. */
  opened(signal) {
    if (this.state === "open") return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.waiting.push(resolve);
      signal?.addEventListener("abort", () => reject(cancelled()), { once: true });
    });
  }

  /**
   * Asks once there is a connection.
   * @param {{signal?: AbortSignal, onProgress?: function(object), onParts?: function(object)}} options
   *   `onProgress` gets values of $/progress, `onParts` partial results; what came in parts is in the
   *   answer, too.
   * @returns {Promise<object>} the result; rejects with a KernelError
   */
  async request(method, params = {}, options = {}) {
    if (options.signal?.aborted) throw cancelled();
    await this.opened(options.signal);
    return this.send(method, params, options);
  }

  async send(method, params, { signal, onProgress, onParts }) {
    const id = ++this.last;
    const asked = { ...params };
    const parts = reports[method]?.parts;
    const collected = [];
    const listen = (name, listener) => {
      const token = `${name}${id}`;
      this.listeners.set(token, listener);
      return token;
    };
    if (onProgress && reports[method]?.progress) asked.workDoneToken = listen("w", onProgress);
    if (onParts && parts) {
      asked.partialResultToken = listen("p", (value) => { collected.push(value); onParts(value); });
    }
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: asked }, whole);
    const most = this.server?.limits?.maxMessageBytes;
    if (most && longerThan(text, most)) {
      throw new KernelError({
        code: 0, message: `This would be a message of ${Math.ceil(text.length / 2 ** 20)} MiB.`,
        data: {
          kind: "tooLarge", hint: `The kernel reads ${Math.floor(most / 2 ** 20)} MiB: make the pictures smaller.`,
        },
      });
    }
    return new Promise((resolve, reject) => {
      const finish = (settle) => (value) => {
        this.listeners.delete(asked.workDoneToken);
        this.listeners.delete(asked.partialResultToken);
        signal?.removeEventListener("abort", stop);
        settle(value);
      };
      const stop = () => this.notify("$/cancelRequest", { id });
      signal?.addEventListener("abort", stop, { once: true });
      this.pending.set(id, {
        resolve: finish((result) => resolve(joined(result, parts, collected))), reject: finish(reject),
      });
      this.socket.send(text);
    });
  }

  notify(method, params) {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    this.socket.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }
}

/** The answer with what came before it: lists add up in order, of steering by the output's name. */
function joined(result, parts, collected) {
  if (!collected.length) return result;
  if (collected[0].name === undefined) {
    return { ...result, [parts]: [...collected.flatMap((each) => each[parts]), ...(result[parts] ?? [])] };
  }
  const outputs = result.outputs.map((output) => ({
    ...output,
    [parts]: [
      ...collected.filter(({ name }) => name === output.name).flatMap((each) => each[parts]),
      ...output[parts],
    ],
  }));
  return { ...result, outputs };
}

/** Half of a character outside the first plane is none in UTF-8: it becomes U+FFFD. */
function whole(_, value) { return typeof value === "string" ? value.toWellFormed?.() ?? value : value; }

/** Whether a text has more bytes of UTF-8 than so many. */
function longerThan(text, most) {
  // A unit of UTF-16 takes three at most.
  return text.length > most || (text.length > most / 3 && new Blob([text]).size > most);
}
