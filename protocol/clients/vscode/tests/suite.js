'use strict';

// The extension against a real kernel and its embedded world: node suite.js PROGRAM [FOLDER for pages]

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const Module = require('node:module');
const { test, before, after } = require('node:test');

const program = fs.realpathSync(process.argv[2]);
const pages = process.argv[3];
const root = path.dirname(__dirname);

const resolve = Module._resolveFilename;
Module._resolveFilename = function withMock(request, ...more) {
  return request === 'vscode' ? path.join(__dirname, 'vscode.js') : resolve.call(this, request, ...more);
};

const vscode = require('vscode');
const extension = require('../extension');
const { Connection } = require('../lib/connection');
const { answerEdit } = require('../lib/commands');

const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const { told, panels, diagnostics, configuration } = vscode.test;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lucarne-'));
// Kernels keep their jobs there.
process.env.XDG_STATE_HOME = path.join(folder, 'state');
const context = { subscriptions: [] };

const QUESTION = ['---', 'images:', '  map: map.png', '---', '@user', '![map]', 'Does the image show Bolivia?', ''].join('\n');

let count = 0;
let peer;

/** Opens a text in the active editor. */
function open(text) {
  told.length = 0;
  count += 1;
  return vscode.test.open(path.join(folder, `prompt-${count}.lucarne`), text);
}

function front(lines) { return QUESTION.replace('---\n', `---\n${lines}\n`); }

function run(name, ...values) { return vscode.commands.executeCommand(`lucarne.${name}`, ...values); }

/** The report as text. */
function report() {
  const body = /<body>([\s\S]*)<script/.exec(panels[0].webview.html)[1];
  return body.replace(/<[^>]*>/g, ' ').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replace(/\s+/g, ' ').trim();
}

/** What the page of the report draws, in the order of its places. */
function rooms() {
  return [...panels[0].webview.html.matchAll(/data-drawn="([^"]*)"/g)]
    .map(([, text]) => JSON.parse(text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))));
}

/** Keeps what the panel shows, for whoever wants to look at it. */
function keep(name) { if (pages) fs.writeFileSync(path.join(pages, `${name}.html`), panels[0].webview.html); }

async function until(what, condition) {
  const end = Date.now() + 60000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((done) => { setTimeout(done, 5); });
  }
}

/** Asks a kernel of the test's own. */
function ask(method, params) { return peer.request(method, params).answer; }

/** The coloured ranges of an editor as {text: step}, from its decorations. */
function colored(editor) {
  const found = {};
  for (const [type, options] of editor.decorations) {
    if (!type.options.light) continue;
    for (const range of options) {
      found[`${range.start.line}:${range.start.character}-${range.end.character}`] = type.options.light.backgroundColor;
    }
  }
  return found;
}

function processes() {
  return fs.readdirSync('/proc').filter((entry) => {
    try {
      return /^\d+$/.test(entry) && Number(fs.readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === process.pid
        && fs.readlinkSync(`/proc/${entry}/exe`) === program;
    } catch {
      return false;
    }
  }).map(Number).filter((pid) => pid !== peer.pid);
}

/** Keeps the extension's engine at work, beside what it does itself. */
async function block(editor) {
  const kernel = await extensionKernel();
  const opened = await kernel.request('prompt/open', { text: editor.document.getText(), directory: folder }).answer;
  const { id, answer } = kernel.request('attribution/compute', {
    context: opened.context, sae: opened.sae, method: 'ablation', topK: 4096,
    target: { kind: 'logitDiff', answer: { text: 'Yes' }, baseline: { text: 'No' } },
  });
  let done = false;
  const over = answer.catch(() => {}).finally(() => { done = true; });
  await until('the engine', async () => (await kernel.request('kernel/status').answer).queue.running);
  return async () => {
    assert.ok(!done, 'the engine was not kept at work');
    kernel.cancel(id);
    await over;
  };
}

/** The extension's own connection. */
async function extensionKernel() {
  await run('status');
  return vscode.test.providers.hover[0].kernel.connection;
}

before(() => {
  fs.copyFileSync(path.join(root, '../../../Sources/World/Resources/heldout/probe-bolivia-03.png'), path.join(folder, 'map.png'));
  for (const [key, { default: value }] of Object.entries(manifest.contributes.configuration.properties)) configuration.set(key, value);
  configuration.set('lucarne.command', [program, 'serve']);
  peer = new Connection([program, 'serve'], () => {});
  peer.request('initialize', { processId: process.pid, capabilities: {} }).answer.catch(() => {});
  extension.activate(context);
});

after(async () => {
  await extension.deactivate();
  context.subscriptions.forEach((item) => item.dispose());
  await peer.close();
  fs.rmSync(folder, { recursive: true });
});

test('registers the commands that it contributes, and no process before it is needed', () => {
  assert.deepEqual([...vscode.test.commands.keys()].sort(), manifest.contributes.commands.map(({ command }) => command).sort());
  assert.deepEqual(processes(), []);
});

test('reads its grammar and language configuration', () => {
  const grammar = JSON.parse(fs.readFileSync(path.join(root, manifest.contributes.grammars[0].path), 'utf8'));
  const rules = [...grammar.patterns, ...grammar.patterns[0].patterns];
  rules.flatMap(({ match, begin, end }) => [match, begin, end]).filter(Boolean)
    .forEach((pattern) => new RegExp(pattern.replace('\\A', '^')));
  JSON.parse(fs.readFileSync(path.join(root, manifest.contributes.languages[0].configuration), 'utf8'));
});

test('generates what the kernel generates', async () => {
  open(QUESTION);
  await run('generate');
  const opened = await ask('prompt/open', { text: QUESTION, directory: folder });
  const { text } = await ask('context/generate', { context: opened.context, maxTokens: 8 });
  assert.equal(text, 'Yes');
  assert.equal(report(), 'answer Yes');
});

test('writes the answer as a turn', async () => {
  const editor = open(QUESTION);
  await run('generateIntoFile');
  assert.equal(editor.document.getText(), `${QUESTION}@assistant\nYes\n`);
  const begun = open(`${QUESTION}@assistant\n\n`);
  await run('generateIntoFile');
  assert.equal(begun.document.getText(), `${QUESTION}@assistant\nYes\n`);
  const place = answerEdit({ getText: () => 'a\n@assistant\nIt is' }, ' ![so]\n@user');
  assert.equal(place.text, ' !![so]\n@@user\n');
  assert.equal(answerEdit({ getText: () => 'a' }, '@user').text, '\n@assistant\n@@user\n');
});

test('colours the tokens by the scores of the kernel', async () => {
  const editor = open(QUESTION);
  await run('attribute', 'Yes', 'No');
  const opened = await ask('prompt/open', { text: QUESTION, directory: folder });
  const { items } = await ask('attribution/compute', {
    context: opened.context, sae: opened.sae, method: 'heldNorms', aggregate: 'token', topK: 100000,
    target: { kind: 'logitDiff', answer: { text: 'Yes' }, baseline: { text: 'No' } },
  });
  const scores = new Map(items.map(({ position, score }) => [position, score]));
  const strongest = Math.max(...opened.tokens.map(({ position }) => Math.abs(scores.get(position))));
  const colors = {
    supports: ['#fddbc7', '#f4a582', '#d6604d', '#b2182b'], opposes: ['#d1e5f0', '#92c5de', '#4393c3', '#2166ac'],
  };
  const expected = {};
  for (const { position, range: { start, end }, text } of opened.tokens) {
    const share = scores.get(position) / strongest;
    assert.equal(editor.document.getText(new vscode.Range(start.line, start.character, end.line, end.character)), text);
    if (Math.abs(share) < 0.05) continue;
    const side = colors[share > 0 ? 'supports' : 'opposes'];
    expected[`${start.line}:${start.character}-${end.character}`] = side[Math.ceil(Math.abs(share) * 4) - 1];
  }
  assert.ok(Object.keys(expected).length > 2);
  assert.deepEqual(colored(editor), expected);
  const behind = [...editor.decorations].find(([type]) => !type.options.light)[1];
  assert.equal(behind.length, 3);
  const texts = new Map(behind.map(({ range, renderOptions }) => [range.start.line, renderOptions.after.contentText]));
  assert.match(texts.get(6), /^show \+0\.\d\d /);
  // The picture's share is what the target loses when its features go to zero, by ablation/run.
  const target = { kind: 'logitDiff', answer: { text: 'Yes' }, baseline: { text: 'No' } };
  const asked = { context: opened.context, sae: opened.sae };
  const active = await ask('feature/activations', { ...asked, region: { part: 'map' }, topK: 2048 });
  const { targets: [exact] } = await ask('ablation/run', {
    ...asked, targets: [target], splice: { errorTerm: 'keep' },
    interventions: active.items.map(({ feature }) => ({ op: 'zero', feature, at: [{ part: 'map' }] })),
  });
  const whole = await ask('attribution/compute', { ...asked, aggregate: 'feature', topK: 10, target });
  const share = Object.fromEntries(whole.byPart.map(({ part, score }) => [part, score]));
  assert.ok(Math.abs(exact.before - exact.after - share.map) < 1e-3);
  assert.equal(texts.get(5), `map +${share.map.toFixed(2)} ablated`);
  assert.equal(texts.get(4), `template +${share.template.toFixed(2)} ablated`);
  const said = report();
  const written = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
  assert.match(said, /^logit\("Yes"\) − logit\("No"\): \+3\.\d{3} .* supports .* 182 \+1\.\d{3} /);
  whole.explanation.sentences.forEach((sentence) => assert.ok(said.includes(sentence.replace(/ +/g, ' ')), sentence));
  whole.byPart.forEach(({ part, score }) => assert.ok(said.includes(`${part} ${written(score)}`), part));
  for (const name of ['start', 'target']) assert.ok(said.includes(`${name} ${written(whole.identity[name])}`), name);
  assert.equal(said.includes('Scores not reliable'), whole.verification.notReliable !== undefined);
  const opposes = said.indexOf(' opposes score');
  assert.ok(opposes > said.indexOf(' supports score') && !said.includes('nexplained'));
  whole.items.forEach(({ feature, score, measured }) => {
    const at = said.indexOf(` ${feature.index} ${written(score)} ${measured === undefined ? '' : `${written(measured)} `}`);
    assert.ok(at > 0 && (at > opposes) === ((measured ?? score) < 0), `${feature.index}`);
  });
  assert.ok(whole.items.filter(({ measured }) => measured !== undefined).length > 3);
  keep('attribution');
});

test('shows the heat map under a strict policy', () => {
  const { html } = panels[0].webview;
  const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(html);
  const { cspSource } = panels[0].webview;
  assert.equal(policy, `default-src 'none'; img-src data:; style-src ${cspSource}; script-src ${cspSource};`);
  const media = path.join(root, 'media');
  const loaded = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address);
  assert.ok(loaded.length > 3 && loaded.every((address) => address.startsWith(`${cspSource}${media}/`)));
  loaded.forEach((address) => assert.ok(fs.existsSync(address.slice(cspSource.length)), address));
  assert.ok(!/ style=| on\w+=|<script(?! type="module" src=)/.test(html));
  assert.equal(panels[0].options.enableScripts, true);
  assert.deepEqual(panels[0].options.localResourceRoots.map(({ fsPath }) => path.resolve(fsPath)), [media]);
});

test('draws the heat map on the picture, a cell for each patch with its score', async () => {
  const drawn = rooms().find(({ kind }) => kind === 'heat');
  assert.equal(drawn.src, `data:image/png;base64,${fs.readFileSync(path.join(folder, 'map.png')).toString('base64')}`);
  const editor = vscode.window.activeTextEditor;
  const opened = await ask('prompt/open', { text: editor.document.getText(), directory: folder });
  const answered = await ask('attribution/compute', {
    context: opened.context, sae: opened.sae, target: { kind: 'logitDiff', answer: { text: 'Yes' }, baseline: { text: 'No' } },
    aggregate: 'token', topK: opened.tokenCount, parts: { method: 'none' }, verify: 0,
  });
  const expected = new Map(answered.items.map(({ position, score }) => [position, score]));
  const view = opened.images[0].views.at(-1);
  assert.equal(drawn.scores.length, view.rows * view.columns);
  assert.ok(drawn.scores.some(([, score]) => score !== 0));
  drawn.scores.forEach(([position, score]) => assert.ok(Math.abs(score - (expected.get(position) ?? 0)) < 1e-4, position));
});

test('explains the feature that is clicked', async () => {
  panels[0].received.fire({ explain: 929 });
  await until('the report', () => report().startsWith('feature 929'));
  assert.match(report(), /^feature 929 red \(colour\).*Exemplars/);
  keep('feature');
});

test('hovers over a token with its score and features', async () => {
  const editor = open(QUESTION);
  const { token } = new vscode.CancellationTokenSource();
  const hover = () => vscode.test.providers.hover[0].provideHover(editor.document, new vscode.Position(6, 16), token);
  assert.equal(await hover(), null);
  await run('attribute', 'Yes', 'No');
  const { contents, range } = await hover();
  assert.equal(editor.document.getText(range), ' show');
  assert.match(contents.value, /show" \\?\+0/);
  const shown = [...contents.value.matchAll(/command:lucarne\.explain\?%5B(\d+)%5D/g)].map(([, index]) => Number(index));
  const opened = await ask('prompt/open', { text: QUESTION, directory: folder });
  const { position } = opened.tokens.find(({ text }) => text === ' show');
  const { items } = await ask('feature/activations', {
    context: opened.context, sae: opened.sae, topK: 5, region: { span: { start: position, end: position + 1 } },
  });
  assert.deepEqual(shown, items.map(({ feature }) => feature.index));
  assert.deepEqual(contents.isTrusted, { enabledCommands: ['lucarne.explain'] });
});

test('compares with the runner-up, or with what the front matter or the user names', async () => {
  open(QUESTION);
  await run('attribute');
  assert.match(report(), /^logit\("Yes"\) − logit\("No"\)/);
  open(front('answer: " Yes"'));
  await run('attribute');
  assert.match(report(), /^logit\(" Yes"\) − logit\("No"\)/);
  open(front('answer: "No"\nbaseline: "Yes"'));
  await run('attribute');
  assert.match(report(), /^logit\("No"\) − logit\("Yes"\)/);
  vscode.test.inputs.push('No', '');
  open(QUESTION);
  await run('attributePair');
  assert.match(report(), /^logit\("No"\) − logit\("Yes"\)/);
});

test('finds the tokens behind letters of two units', async () => {
  const editor = open('@user\nÄ 🐟🐟 fish: is there a red fish?\nIs it 🐟 blue?\n');
  await run('attribute', 'Yes', 'No');
  const { tokens } = vscode.test.providers.hover[0].heat.maps.get(editor.document);
  const whole = tokens.filter(({ text }) => !text.includes('\ufffd') && text.length > 1);
  assert.ok(whole.length >= 6);
  whole.forEach(({ range, text }) => assert.equal(editor.document.getText(range), text));
});

test('shows progress, and the answer as it comes', async () => {
  open(QUESTION);
  const request = Connection.prototype.request;
  const seen = [];
  // The world answers too soon to tell any of this itself.
  Connection.prototype.request = function told(method, params, listeners) {
    if (method === 'context/generate') {
      listeners.progress({ kind: 'begin', title: 'generation', percentage: 10 });
      listeners.progress({ kind: 'report', message: 'half', percentage: 50 });
      listeners.partial({ tokens: [{ text: 'Wh' }, { text: 'at' }] });
      listeners.partial({ tokens: [{ text: '?' }] });
      seen.push(report());
    }
    return request.call(this, method, params, listeners);
  };
  await run('generate').finally(() => { Connection.prototype.request = request; });
  assert.deepEqual(seen, ['answer … What?']);
  assert.deepEqual(vscode.test.progresses.pop().reports, [
    { message: undefined, increment: 10 }, { message: 'half', increment: 40 },
  ]);
  assert.equal(report(), 'answer Yes');
});

test('steers the answer', async () => {
  open(QUESTION);
  await run('steer', '182 = 0');
  assert.match(report(), /^steered 182=0 steered No plain Yes/);
  open(front('steer:\n  182: 0'));
  vscode.test.inputs.push('');
  await run('steer');
  assert.match(report(), /steered No plain Yes/);
});

test('refuses what is no feature', async () => {
  open(QUESTION);
  await run('steer', '18x=0');
  assert.match(told.pop(), /18x is not a feature/);
  await run('steer', '');
  assert.match(told.pop(), /nothing to steer/);
  await run('explain', 999999);
  assert.match(told.pop(), /999999/);
});

test('explains the feature at the cursor', async () => {
  const editor = open(QUESTION);
  editor.select(6, 10);
  await run('explain');
  assert.match(report(), /^feature \d+ /);
  open(front('steer:\n  929: 0')).select(2, 3);
  await run('explain');
  assert.match(report(), /^feature 929 /);
});

test('ablates a feature', async () => {
  open(QUESTION);
  await run('ablate', '182');
  assert.match(report(), /^without 182 "Yes" against "No": \+3\.\d+, without −2\.\d+/);
});

test('stops what waits, by command and from the progress', async () => {
  const editor = open(QUESTION);
  const release = await block(editor);
  const stopped = run('attribute');
  await run('stop');
  await stopped;
  assert.match(told.pop(), /stopped/);
  const again = run('attribute');
  vscode.test.progresses.pop().source.cancel();
  await again;
  assert.match(told.pop(), /stopped/);
  assert.deepEqual(colored(editor), {});
  await release();
  await run('stop');
  assert.match(told.pop(), /nothing runs/);
});

test('drops results of a text that has changed, and their colours', async () => {
  const editor = open(QUESTION);
  await run('attribute');
  assert.notDeepEqual(colored(editor), {});
  editor.document.edit(new vscode.Range(6, 20, 6, 27), 'Brazil');
  assert.deepEqual(colored(editor), {});
  const release = await block(editor);
  const asked = run('attribute');
  editor.document.edit(new vscode.Range(6, 20, 6, 26), 'Peru');
  await asked;
  assert.match(told.pop(), /changed/);
  assert.deepEqual(colored(editor), {});
  await release();
});

test('marks what is wrong with the front matter', async () => {
  const editor = open('---\n# a comment\ntemplte: none\n---\n@user\nIs there a fish?\n');
  const found = () => diagnostics.get(editor.document.uri.toString()) || [];
  await until('the diagnostics', () => found().length === 1);
  const [{ range, message, severity }] = found();
  assert.equal(editor.document.getText(range), 'templte');
  assert.match(message, /templte/);
  assert.equal(severity, vscode.DiagnosticSeverity.Error);
  await run('generate');
  assert.match(told.pop(), /line 3: /);
  editor.document.edit(range, 'template');
  await until('no diagnostics', () => found().length === 0);
});

test('tells an image that is not there', async () => {
  open('---\nimages:\n  gone: gone.png\n---\n@user\n![gone]\nIs there a fish?\n');
  await run('generate');
  assert.match(told.pop(), /gone/);
});

test('is for prompt files alone', async () => {
  const editor = open(QUESTION);
  editor.document.languageId = 'plaintext';
  await run('generate');
  assert.match(told.pop(), /not a prompt file/);
});

test("tells the process' death; the next command starts it again", async () => {
  const editor = open(QUESTION);
  await run('generate');
  const [first] = processes();
  process.kill(first, 'SIGKILL');
  await until('the end', () => told.some((text) => text.includes('lucarne ended (signal SIGKILL)')));
  editor.document.edit(new vscode.Range(7, 0, 7, 0), '\n');
  await new Promise((done) => { setTimeout(done, 500); });
  assert.deepEqual(processes(), [], 'an edit starts no dead program');
  await run('generate');
  assert.notEqual(processes()[0], first);
  assert.equal(report(), 'answer Yes');
  await block(editor);
  told.length = 0;
  const asked = run('attribute');
  process.kill(processes()[0], 'SIGKILL');
  await asked;
  assert.deepEqual(told, ['Lucarne: lucarne ended (signal SIGKILL)']);
  await run('status');
  assert.match(report(), /^lucarne: ok/);
});

test('says so where the program is missing, and takes another one', async () => {
  open(QUESTION);
  const change = (command) => {
    configuration.set('lucarne.command', command);
    vscode.test.events.configured.fire({ affectsConfiguration: (name) => name === 'lucarne.command' });
  };
  change(['lucarne-is-not-here', 'serve']);
  await run('generate');
  assert.match(told.pop(), /lucarne-is-not-here could not be started/);
  change([process.execPath, '-e', 'console.log("hello\\r\\n\\r\\n"); setTimeout(() => {}, 60000)']);
  await run('generate');
  assert.match(told.pop(), /not a message: hello/);
  change([program, 'serve']);
  await run('generate');
  assert.equal(report(), 'answer Yes');
});

test('closes the contexts of texts that are gone', async () => {
  vscode.workspace.textDocuments.slice().forEach((document) => vscode.test.close(document));
  const editor = open(QUESTION);
  for (let number = 1; number <= 4; number += 1) {
    editor.document.edit(new vscode.Range(6, 0, 6, 7), `Does it ${number}`);
    await run('generate');
  }
  const connection = await extensionKernel();
  const contexts = async () => (await connection.request('kernel/status').answer).contexts.length;
  assert.equal(await contexts(), 1);
  vscode.test.close(editor.document);
  await until('the context', async () => await contexts() === 0);
});

test('clears colours and report', async () => {
  const editor = open(QUESTION);
  await run('attribute');
  await run('clear');
  assert.deepEqual(colored(editor), {});
  assert.equal(panels.length, 0);
});

test('ends the process when it is deactivated', async () => {
  assert.equal(processes().length, 1);
  await extension.deactivate();
  assert.deepEqual(processes(), []);
});
