'use strict';

const vscode = require('vscode');
const { Kernel } = require('./lib/kernel');
const { Prompts } = require('./lib/prompts');
const { Heat } = require('./lib/heat');
const { Panel } = require('./lib/panel');
const { Commands } = require('./lib/commands');
const { Hovers, Lenses } = require('./lib/hovers');

/** How long a text must rest before it is checked, in ms. */
const REST = 300;

let kernel = null;

function settings() { return vscode.workspace.getConfiguration('lucarne'); }

function isPrompt(document) { return document.languageId === 'lucarne'; }

function watch(context, { prompts, heat, commands }) {
  const check = (document, wait) => {
    if (isPrompt(document) && settings().get('check')) prompts.checkSoon(document, wait);
  };
  context.subscriptions.push(
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (!isPrompt(document) || contentChanges.length === 0) return;
      commands.stopTasks('the text has changed since; ask again', document);
      heat.clear(document);
      check(document, REST);
    }),
    vscode.workspace.onDidOpenTextDocument((document) => check(document, 0)),
    vscode.workspace.onDidCloseTextDocument((document) => {
      if (!isPrompt(document)) return;
      commands.stopTasks('the file was closed', document);
      heat.clear(document);
      prompts.forget(document);
    }),
    vscode.window.onDidChangeVisibleTextEditors((editors) => {
      new Set(editors.map(({ document }) => document)).forEach((document) => heat.maps.has(document) && heat.paint(document));
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration('lucarne.command')) return;
      kernel.hasDied = false;
      kernel.close();
    }),
  );
  vscode.workspace.textDocuments.forEach((document) => check(document, 0));
}

function activate(context) {
  let commands = null;
  kernel = new Kernel(() => settings().get('command'), (sentence) => {
    // Commands at work tell it themselves.
    if (commands.running.size > 0) return;
    vscode.window.showWarningMessage(`Lucarne: ${sentence}; the next command starts it again`);
  });
  const prompts = new Prompts(kernel);
  const heat = new Heat();
  commands = new Commands({ kernel, prompts, heat, settings });
  commands.panel = new Panel((feature, document) => commands.explain(feature, document));
  const handlers = {
    generate: () => commands.generate(), generateIntoFile: () => commands.generate(true),
    attribute: (answer, baseline) => commands.attribute(answer, baseline), attributePair: () => commands.attributePair(),
    steer: (clamps) => commands.steer(clamps), explain: (feature) => commands.explain(feature),
    ablate: (features) => commands.ablate(features), stop: () => commands.stop(), status: () => commands.status(),
    clear: () => commands.clear(),
  };
  for (const [name, handler] of Object.entries(handlers)) {
    context.subscriptions.push(vscode.commands.registerCommand(`lucarne.${name}`, handler));
  }
  const selector = { language: 'lucarne' };
  context.subscriptions.push(
    vscode.languages.registerHoverProvider(selector, new Hovers({ kernel, prompts, heat })),
    vscode.languages.registerCodeLensProvider(selector, new Lenses()),
    prompts, heat, commands.panel,
  );
  watch(context, { prompts, heat, commands });
}

function deactivate() { return kernel ? kernel.close() : undefined; }

module.exports = { activate, deactivate };
