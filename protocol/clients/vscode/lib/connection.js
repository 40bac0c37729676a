'use strict';

const { spawn } = require('child_process');

/** The code of the answer to a request that was cancelled. */
const CANCELLED = -32800;

/** An error that the kernel answered. */
class KernelError extends Error {
  constructor({ code, message, data }) {
    super(data && data.hint ? `${message} (${data.hint})` : message);
    this.code = code;
    this.data = data;
  }
}

/** JSON-RPC 2.0 with Content-Length headers over a child's pipes. */
class Connection {
  /**
   * @param {string[]} command
   * @param {(sentence: string) => void} onEnd told once when the process is gone, before its open requests fail
   */
  constructor(command, onEnd) {
    this.pending = new Map();
    this.listeners = new Map();
    this.lastId = 0;
    this.rest = Buffer.alloc(0);
    this.onEnd = onEnd;
    this.child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.child.on('error', (error) => this.ended(`${command[0]} could not be started: ${error.message}`));
    this.child.on('close', (code, signal) => {
      this.ended(`lucarne ended (${signal ? `signal ${signal}` : `exit code ${code}`})`);
    });
    // A pipe that breaks is followed by the end.
    this.child.stdin.on('error', () => {});
    this.child.stdout.on('data', (chunk) => this.receive(chunk));
    this.log = '';
    this.child.stderr.on('data', (chunk) => { this.log = (this.log + chunk).slice(-4096); });
  }

  get pid() { return this.child.pid; }

  get isOpen() { return this.onEnd !== null; }

  send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', ...message }), 'utf8');
    this.child.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.child.stdin.write(body);
  }

  notify(method, params) { if (this.isOpen) this.send({ method, params }); }

  cancel(id) { this.notify('$/cancelRequest', { id }); }

  /**
   * Sends a request. `progress` gets what comes under its workDoneToken, `partial` its items as they are found.
   * @returns {{id: number, answer: Promise<any>}}
   */
  request(method, params = {}, { progress, partial } = {}) {
    const id = ++this.lastId;
    const asked = { ...params };
    const tokens = [];
    for (const [member, listener] of [['workDoneToken', progress], ['partialResultToken', partial]]) {
      if (!listener) continue;
      asked[member] = `vscode-${id}-${member}`;
      this.listeners.set(asked[member], listener);
      tokens.push(asked[member]);
    }
    const answer = new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new Error('lucarne does not run'));
      this.pending.set(id, { resolve, reject });
      this.send({ id, method, params: asked });
    }).finally(() => tokens.forEach((token) => this.listeners.delete(token)));
    return { id, answer };
  }

  receive(chunk) {
    this.rest = this.rest.length ? Buffer.concat([this.rest, chunk]) : chunk;
    for (;;) {
      const end = this.rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /content-length:\s*(\d+)/i.exec(this.rest.toString('latin1', 0, end));
      if (!length) return this.end(`the program wrote something that is not a message: ${this.rest.toString('latin1', 0, 80)}`);
      const start = end + 4;
      const stop = start + Number(length[1]);
      if (this.rest.length < stop) return;
      const body = this.rest.toString('utf8', start, stop);
      this.rest = this.rest.subarray(stop);
      let message;
      try {
        message = JSON.parse(body);
      } catch (error) {
        return this.end(`the program wrote something that is not JSON: ${error.message}`);
      }
      this.handle(message);
    }
  }

  handle(message) {
    if (message.method === '$/progress') {
      const listener = this.listeners.get(message.params.token);
      if (listener) listener(message.params.value);
    } else if (message.method !== undefined) {
      if (message.id !== undefined) {
        this.send({ id: message.id, error: { code: -32601, message: `no such method: ${message.method}` } });
      }
    } else if (message.id === null || message.id === undefined) {
      // What the kernel cannot read is answered without an id.
      this.fail(new KernelError(message.error || { message: 'the kernel could not read a request' }));
    } else {
      const waiting = this.pending.get(message.id);
      this.pending.delete(message.id);
      if (!waiting) return;
      if (message.error) waiting.reject(new KernelError(message.error));
      else waiting.resolve(message.result);
    }
  }

  fail(error) {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    waiting.forEach(({ reject }) => reject(error));
  }

  ended(sentence) {
    if (!this.isOpen) return;
    const tell = this.onEnd;
    this.onEnd = null;
    tell(sentence);
    this.fail(new Error(sentence));
  }

  end(sentence) {
    this.ended(sentence);
    this.child.kill();
  }

  /** Ends the process in good order; whoever waits for answers is told. */
  async close() {
    if (!this.isOpen) return;
    this.fail(new Error('lucarne was stopped'));
    const gone = new Promise((resolve) => this.child.once('close', resolve));
    const { answer } = this.request('shutdown');
    answer.catch(() => {});
    this.notify('exit');
    this.onEnd = null;
    const late = setTimeout(() => this.child.kill('SIGKILL'), 2000);
    await gone;
    clearTimeout(late);
  }
}

module.exports = { Connection, KernelError, CANCELLED };
