'use strict';

// The panel's page for a report, to be looked at in a browser: reads {kind, values, origin} from standard input,
// where the extension's files are served at the origin, and writes the page.

const path = require('node:path');
const Module = require('node:module');

const resolve = Module._resolveFilename;
Module._resolveFilename = function withMock(request, ...more) {
  return request === 'vscode' ? path.join(__dirname, 'vscode.js') : resolve.call(this, request, ...more);
};

const { page } = require('../lib/panel');
const report = require('../lib/report');

const root = path.dirname(__dirname);
let text = '';
process.stdin.on('data', (part) => { text += part; });
process.stdin.on('end', () => {
  const { kind, values, origin } = JSON.parse(text);
  const made = kind === 'attribution'
    ? report.attribution({
      found: values.found, labels: new Map(values.labels),
      maps: report.heatMaps(values.seen, new Map(values.scores)),
    })
    : report.feature(values.index, values.info, values.examples, []);
  const webview = {
    cspSource: origin,
    asWebviewUri: (uri) => `${origin}/${path.relative(root, uri.fsPath).split(path.sep).join('/')}`,
  };
  process.stdout.write(page(made, webview));
});
