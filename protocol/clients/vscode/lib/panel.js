'use strict';

const crypto = require('crypto');
const vscode = require('vscode');
const { escape } = require('./report');

const STYLE = `
  body { font-family: var(--vscode-font-family); font-size: var(--vscode-font-size); padding: 0 1rem 1rem;
    color: var(--vscode-foreground); background: var(--vscode-editor-background); }
  h1 { font-size: 1.2em; } h2 { font-size: 1.05em; }
  pre, code, .text { font-family: var(--vscode-editor-font-family); font-size: var(--vscode-editor-font-size); }
  pre { white-space: pre-wrap; margin: 0; } .text { white-space: pre-wrap; }
  .sentence { margin: .15rem 0; } .sides { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; margin: 1rem 0; }
  .doubt { padding: .2rem .6rem; border-left: 3px solid var(--vscode-editorWarning-foreground, #e6a000); }
  .answer { font-size: 1.1em; }
  table { border-collapse: collapse; } th { text-align: left; font-weight: 600; }
  th, td { padding: .15rem .75rem .15rem 0; border-bottom: 1px solid var(--vscode-panel-border, transparent); }
  .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .bar { width: 8rem; height: .8em; vertical-align: middle; background: var(--vscode-editorWidget-background); }
  .supports { fill: #d6604d; } .opposes { fill: #4393c3; }
  button.feature { font: inherit; padding: 0; border: 0; cursor: pointer; background: none;
    color: var(--vscode-textLink-foreground); }
  button.feature:hover { text-decoration: underline; }
  button.feature:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
  mark { background: var(--vscode-editor-findMatchHighlightBackground); color: inherit; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; }
  dt { color: var(--vscode-descriptionForeground); } dd { margin: 0; }
  figure { margin: 1rem 0; } img { max-width: 100%; min-width: min(16rem, 100%); image-rendering: pixelated; }
  figcaption { color: var(--vscode-descriptionForeground); }
`;

const SCRIPT = `
  const kernel = acquireVsCodeApi();
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-feature]');
    if (button) kernel.postMessage({ explain: Number(button.dataset.feature) });
  });
`;

/** A page of a report: nothing from elsewhere is loaded, and only this page's own script runs. */
function page({ title, html }) {
  const nonce = crypto.randomBytes(16).toString('base64');
  const policy = `default-src 'none'; img-src data:; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}';`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<h1>${escape(title)}</h1>
${html}
<script nonce="${nonce}">${SCRIPT}</script>
</body>
</html>`;
}

/** The one panel beside the editor that shows reports. */
class Panel {
  /** @param {(feature: number, document) => void} explain told of a feature that was clicked */
  constructor(explain) {
    this.explain = explain;
    this.panel = null;
    this.document = null;
  }

  show(report, document) {
    this.document = document || this.document;
    if (!this.panel) {
      this.panel = vscode.window.createWebviewPanel(
        'lucarne.report', 'Lucarne', { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
        { enableScripts: true, localResourceRoots: [] });
      this.panel.onDidDispose(() => { this.panel = null; });
      this.panel.webview.onDidReceiveMessage((message) => {
        if (Number.isSafeInteger(message?.explain) && message.explain >= 0 && this.document) {
          this.explain(message.explain, this.document);
        }
      });
    }
    this.panel.webview.html = page(report);
  }

  dispose() { if (this.panel) this.panel.dispose(); }
}

module.exports = { Panel, page };
