'use strict';

const { Connection } = require('./connection');

/** The one process of all documents: started when first needed, again after its end. */
class Kernel {
  /**
   * @param {() => string[]} command the command line as it is configured now
   * @param {(sentence: string) => void} onDeath told when the process ends by itself
   */
  constructor(command, onDeath) {
    this.command = command;
    this.onDeath = onDeath;
    this.connection = null;
    /** Counts the processes: what is known of contexts holds for one of them. */
    this.generation = 0;
    /** Whether the last process ended by itself. */
    this.hasDied = false;
  }

  get isRunning() { return this.connection !== null && this.connection.isOpen; }

  ensure() {
    if (this.isRunning) return this.connection;
    this.generation += 1;
    this.hasDied = false;
    this.connection = new Connection(this.command(), (sentence) => {
      this.hasDied = true;
      this.onDeath(sentence);
    });
    this.connection.request('initialize', {
      processId: process.pid, clientInfo: { name: 'vscode' }, capabilities: {},
    }).answer.catch(() => {});
    this.connection.notify('initialized', {});
    return this.connection;
  }

  async close() {
    const { connection } = this;
    this.connection = null;
    if (connection) await connection.close();
  }
}

/** Why a task ended before its time. */
class Stopped extends Error {}

/** A command at work: asks one thing after another for one document, until it is stopped. */
class Task {
  constructor(connection, document, name, onProgress) {
    Object.assign(this, { connection, document, name, onProgress, why: null, id: null });
  }

  /** Asks the kernel and gives its answer; throws its error, or Stopped. */
  async ask(method, params, partial) {
    if (this.why) throw new Stopped(this.why);
    const { id, answer } = this.connection.request(method, params, {
      progress: this.onProgress,
      partial: partial && ((value) => { if (!this.why) partial(value); }),
    });
    this.id = id;
    try {
      const result = await answer;
      if (this.why) throw new Stopped(this.why);
      return result;
    } catch (error) {
      throw this.why ? new Stopped(this.why) : error;
    } finally {
      this.id = null;
    }
  }

  /** Ends the task; what the kernel still answers is dropped. */
  stop(why) {
    if (this.why) return;
    this.why = why;
    if (this.id !== null) this.connection.cancel(this.id);
  }
}

module.exports = { Kernel, Task, Stopped };
