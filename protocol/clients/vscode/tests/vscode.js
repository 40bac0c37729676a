'use strict';

// The part of the `vscode` module that the extension uses, with the behaviour that matters: documents have
// versions and tell their changes, positions are UTF-16, decorations are kept by editor and type.

class Position {
  constructor(line, character) {
    if (line < 0 || character < 0) throw new Error('illegal argument');
    Object.assign(this, { line, character });
  }

  compareTo(other) { return this.line - other.line || this.character - other.character; }

  isEqual(other) { return this.compareTo(other) === 0; }
}

class Range {
  constructor(...points) {
    const [one, other] = points.length === 4
      ? [new Position(points[0], points[1]), new Position(points[2], points[3])] : points;
    [this.start, this.end] = one.compareTo(other) <= 0 ? [one, other] : [other, one];
  }

  contains(position) { return this.start.compareTo(position) <= 0 && position.compareTo(this.end) <= 0; }

  get isEmpty() { return this.start.isEqual(this.end); }
}

class Emitter {
  constructor() {
    this.listeners = new Set();
    this.event = (listener) => {
      this.listeners.add(listener);
      return { dispose: () => this.listeners.delete(listener) };
    };
  }

  fire(value) { [...this.listeners].forEach((listener) => listener(value)); }
}

class Uri {
  constructor(scheme, fsPath) { Object.assign(this, { scheme, fsPath }); }

  static file(path) { return new Uri('file', path); }
  static joinPath(uri, ...parts) { return new Uri(uri.scheme, [uri.fsPath, ...parts].join('/')); }

  toString() { return `${this.scheme}://${this.fsPath}`; }
}

class CancellationTokenSource {
  constructor() {
    this.emitter = new Emitter();
    this.token = { isCancellationRequested: false, onCancellationRequested: this.emitter.event };
  }

  cancel() {
    if (this.token.isCancellationRequested) return;
    this.token.isCancellationRequested = true;
    this.emitter.fire();
  }
}

class MarkdownString {
  constructor(value = '') { this.value = value; }

  appendText(text) {
    this.value += text.replace(/[\\`*_{}[\]()#+\-.!~<>]/g, '\\$&');
    return this;
  }

  appendMarkdown(text) {
    this.value += text;
    return this;
  }
}

const events = Object.fromEntries(['changed', 'opened', 'closed', 'editors', 'configured'].map((name) => [name, new Emitter()]));

/** A text document; `edit` changes it as a user would. */
class Document {
  constructor(path, text) {
    Object.assign(this, { uri: Uri.file(path), languageId: 'lucarne', version: 1, isClosed: false, text });
    this.eol = 1;
  }

  get lines() { return this.text.split(/\r\n|\n/); }

  get lineCount() { return this.lines.length; }

  offsetAt({ line, character }) {
    const starts = [0];
    for (const match of this.text.matchAll(/\r\n|\n/g)) starts.push(match.index + match[0].length);
    return Math.min(starts[line] + character, this.text.length);
  }

  getText(range) {
    return range ? this.text.slice(this.offsetAt(range.start), this.offsetAt(range.end)) : this.text;
  }

  lineAt(line) {
    const text = this.lines[line];
    if (text === undefined) throw new Error('Illegal value for `line`');
    return { text, range: new Range(line, 0, line, text.length) };
  }

  edit(range, text) {
    this.text = this.text.slice(0, this.offsetAt(range.start)) + text + this.text.slice(this.offsetAt(range.end));
    this.version += 1;
    events.changed.fire({ document: this, contentChanges: [{ range, text }] });
  }
}

class Editor {
  constructor(document) {
    Object.assign(this, { document, decorations: new Map() });
    this.select(0, 0);
  }

  select(line, character) {
    const active = new Position(line, character);
    this.selection = { active, anchor: active };
  }

  setDecorations(type, options) {
    if (type.isDisposed) throw new Error('the decoration type is disposed of');
    this.decorations.set(type, options);
  }
}

const told = [];
const commands = new Map();
const configuration = new Map();
const panels = [];
const providers = { hover: [], lenses: [] };
const diagnostics = new Map();
const inputs = [];
const progresses = [];

const window = {
  activeTextEditor: undefined,
  activeColorTheme: { kind: 2 },
  visibleTextEditors: [],
  onDidChangeVisibleTextEditors: events.editors.event,
  showErrorMessage: async (text) => { told.push(text); },
  showWarningMessage: async (text) => { told.push(text); },
  showInformationMessage: async (text) => { told.push(text); },
  setStatusBarMessage: (text) => {
    told.push(text);
    return { dispose() {} };
  },
  showInputBox: async () => inputs.shift(),
  createTextEditorDecorationType: (options) => ({ options, isDisposed: false, dispose() { this.isDisposed = true; } }),
  async withProgress(options, body) {
    const source = new CancellationTokenSource();
    const progress = { options, source, reports: [] };
    progresses.push(progress);
    return body({ report: (value) => progress.reports.push(value) }, source.token);
  },
  createWebviewPanel(viewType, title, showOptions, options) {
    const disposed = new Emitter();
    const received = new Emitter();
    const panel = {
      viewType, title, options, received,
      webview: {
        html: '', onDidReceiveMessage: received.event, cspSource: 'https://panel.test',
        asWebviewUri: (uri) => `https://panel.test${uri.fsPath}`,
      },
      onDidDispose: disposed.event,
      dispose() {
        panels.splice(panels.indexOf(panel), 1);
        disposed.fire();
      },
    };
    panels.push(panel);
    return panel;
  },
};

const workspace = {
  textDocuments: [],
  workspaceFolders: undefined,
  onDidChangeTextDocument: events.changed.event,
  onDidOpenTextDocument: events.opened.event,
  onDidCloseTextDocument: events.closed.event,
  onDidChangeConfiguration: events.configured.event,
  getConfiguration: (section) => ({ get: (key) => configuration.get(`${section}.${key}`) }),
  async applyEdit(edit) {
    for (const { uri, range, text } of edit.edits) {
      workspace.textDocuments.find((document) => document.uri.toString() === uri.toString()).edit(range, text);
    }
    return true;
  },
};

class WorkspaceEdit {
  constructor() { this.edits = []; }

  replace(uri, range, text) { this.edits.push({ uri, range, text }); }
}

const test = {
  told, commands, configuration, panels, providers, diagnostics, inputs, progresses, events,
  /** Opens a document in the active editor. */
  open(path, text) {
    const document = new Document(path, text);
    const editor = new Editor(document);
    workspace.textDocuments.push(document);
    window.visibleTextEditors = [editor];
    window.activeTextEditor = editor;
    events.opened.fire(document);
    events.editors.fire(window.visibleTextEditors);
    return editor;
  },
  close(document) {
    workspace.textDocuments.splice(workspace.textDocuments.indexOf(document), 1);
    document.isClosed = true;
    events.closed.fire(document);
  },
};

module.exports = {
  test, Position, Range, Uri, MarkdownString, CancellationTokenSource, WorkspaceEdit, window, workspace,
  Hover: class { constructor(contents, range) { Object.assign(this, { contents, range }); } },
  CodeLens: class { constructor(range, command) { Object.assign(this, { range, command }); } },
  Diagnostic: class { constructor(range, message, severity) { Object.assign(this, { range, message, severity }); } },
  ThemeColor: class { constructor(id) { this.id = id; } },
  DiagnosticSeverity: { Error: 0, Warning: 1 },
  DecorationRangeBehavior: { ClosedClosed: 1 },
  ColorThemeKind: { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 },
  ProgressLocation: { Notification: 15 },
  ViewColumn: { Beside: -2 },
  commands: {
    registerCommand(name, handler) {
      if (commands.has(name)) throw new Error(`command ${name} is there already`);
      commands.set(name, handler);
      return { dispose: () => commands.delete(name) };
    },
    executeCommand: async (name, ...values) => commands.get(name)(...values),
  },
  languages: {
    createDiagnosticCollection: () => ({
      set: (uri, list) => diagnostics.set(uri.toString(), list),
      delete: (uri) => diagnostics.delete(uri.toString()),
      dispose() { diagnostics.clear(); },
    }),
    registerHoverProvider(selector, provider) {
      providers.hover.push(provider);
      return { dispose() {} };
    },
    registerCodeLensProvider(selector, provider) {
      providers.lenses.push(provider);
      return { dispose() {} };
    },
  },
};
