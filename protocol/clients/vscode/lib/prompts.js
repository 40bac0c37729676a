'use strict';

const path = require('path');
const os = require('os');
const vscode = require('vscode');
const { range } = require('./heat');

/** What the kernel is asked about a document's text. */
function params(document) {
  const folder = document.uri.scheme === 'file'
    ? path.dirname(document.uri.fsPath)
    : (vscode.workspace.workspaceFolders || [])[0]?.uri.fsPath ?? os.homedir();
  return { text: document.getText(), directory: folder };
}

/** Documents as prompts: their diagnostics, and the contexts that the kernel holds open for them. */
class Prompts {
  constructor(kernel) {
    this.kernel = kernel;
    this.diagnostics = vscode.languages.createDiagnosticCollection('lucarne');
    /** By document: what prompt/open answered last, the document's version and the process' number. */
    this.open = new Map();
    this.timers = new Map();
  }

  diagnose(document, found) {
    this.diagnostics.set(document.uri, found.map((item) => {
      const severity = item.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
      const diagnostic = new vscode.Diagnostic(range(item.range), item.message, severity);
      diagnostic.source = 'lucarne';
      return diagnostic;
    }));
  }

  /** Opens the task's document. Throws where the file has errors. */
  async opened(task) {
    const { document } = task;
    const { version } = document;
    const result = await task.ask('prompt/open', params(document));
    this.diagnose(document, result.diagnostics);
    if (!result.context) {
      const first = result.diagnostics[0];
      throw new Error(first ? `line ${first.range.start.line + 1}: ${first.message}` : 'the file is not a prompt');
    }
    const held = this.open.get(document);
    const now = { result, version, generation: this.kernel.generation };
    this.open.delete(document);
    if (held && held.result.context !== result.context) this.close(held);
    this.open.set(document, now);
    return result;
  }

  /** The last answer about the document, if it still is about this text and this process. */
  current(document) {
    const held = this.open.get(document);
    const isCurrent = held && held.version === document.version && held.generation === this.kernel.generation
      && this.kernel.isRunning;
    return isCurrent ? held.result : null;
  }

  /** Closes a context in the kernel, unless another document of the same text has it. */
  close({ result, generation }) {
    const isShared = [...this.open.values()].some((other) => other.generation === generation
      && other.result.context === result.context);
    if (isShared || generation !== this.kernel.generation || !this.kernel.isRunning) return;
    this.kernel.connection.request('context/close', { context: result.context }).answer.catch(() => {});
  }

  forget(document) {
    clearTimeout(this.timers.get(document));
    this.timers.delete(document);
    this.diagnostics.delete(document.uri);
    const held = this.open.get(document);
    this.open.delete(document);
    if (held) this.close(held);
  }

  /** Asks what is wrong with the text once it has rested. */
  checkSoon(document, wait) {
    clearTimeout(this.timers.get(document));
    this.timers.set(document, setTimeout(() => this.check(document), wait));
  }

  async check(document) {
    this.timers.delete(document);
    // What has died is started again by commands alone, lest it die with every letter that is typed.
    if (this.kernel.hasDied) return;
    const { version } = document;
    try {
      const { answer } = this.kernel.ensure().request('prompt/check', params(document));
      const { diagnostics } = await answer;
      if (document.version === version && !document.isClosed) this.diagnose(document, diagnostics);
    } catch {
      // The next command tells what is wrong with the kernel.
    }
  }

  dispose() {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.diagnostics.dispose();
  }
}

module.exports = { Prompts };
