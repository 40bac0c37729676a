'use strict';

const path = require('path');
const vscode = require('vscode');
const { escape } = require('./report');

/** What the page is made of; the pieces of the browser's window are copies (protocol/generator/panel.py). */
const MEDIA = vscode.Uri.file(path.join(__dirname, '..', 'media'));
const SHEETS = ['window/style/palette.css', 'window/style/tokens.css', 'window/style/components.css', 'panel.css'];

/** A page of a report: nothing is loaded but the extension's own files, and no script runs but those. */
function page({ title, html }, webview) {
  const address = (name) => webview.asWebviewUri(vscode.Uri.joinPath(MEDIA, ...name.split('/')));
  const source = webview.cspSource;
  const policy = `default-src 'none'; img-src data:; style-src ${source}; script-src ${source};`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
${SHEETS.map((name) => `<link rel="stylesheet" href="${address(name)}">`).join('\n')}
</head>
<body>
<h1>${escape(title)}</h1>
${html}
<script type="module" src="${address('panel.js')}"></script>
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
        { enableScripts: true, localResourceRoots: [MEDIA] });
      this.panel.onDidDispose(() => { this.panel = null; });
      this.panel.webview.onDidReceiveMessage((message) => {
        if (Number.isSafeInteger(message?.explain) && message.explain >= 0 && this.document) {
          this.explain(message.explain, this.document);
        }
      });
    }
    this.panel.webview.html = page(report, this.panel.webview);
  }

  dispose() { if (this.panel) this.panel.dispose(); }
}

module.exports = { Panel, page };
