'use strict';

const fs = require('fs/promises');
const vscode = require('vscode');
const { CANCELLED } = require('./connection');
const { Task, Stopped } = require('./kernel');
const { features: readFeatures, clamps: readClamps } = require('./arguments');
const { places } = require('./heat');
const report = require('./report');

const ROLE = /^@(system|user|assistant)$/;

/** Whether a token is only another spelling of a text. */
function spells(token, text) { return text !== undefined && token.trim().toLowerCase() === text.trim().toLowerCase(); }

/**
 * The pair that is compared: as given, as the front matter has it, or the model's own answer and its runner-up, the
 * likeliest token that does not spell the answer.
 */
async function findPair(task, opened, given = {}) {
  const answer = given.answer ?? opened.front.answer;
  const baseline = given.baseline ?? opened.front.baseline;
  const pair = { answer, baseline };
  const specs = { answer: answer !== undefined && { text: answer }, baseline: baseline !== undefined && { text: baseline } };
  if (!specs.answer || !specs.baseline) {
    const { items } = await task.ask('context/logits', { context: opened.context, topK: 32 });
    for (const { token, text } of items) {
      const missing = !specs.answer && !spells(text, pair.baseline) ? 'answer'
        : !specs.baseline && !spells(text, pair.answer) ? 'baseline' : null;
      if (missing) {
        pair[missing] = text;
        specs[missing] = { id: token };
      }
    }
  }
  return { ...pair, wire: { kind: 'logitDiff', ...specs } };
}

function autoencoder(opened) {
  if (!opened.sae) throw new Error('no autoencoder is loaded: name one in the front matter (sae: …)');
  return opened.sae;
}

/** Where an answer goes in the file, and as what: the assistant's turn, behind what the file has begun of it. */
function answerEdit(document, text) {
  const lines = document.getText().split(/\r\n|\r|\n/);
  const last = lines.map((line) => ROLE.exec(line)?.[1]).filter(Boolean).pop();
  let row = lines.length - 1;
  while (row > 0 && lines[row].trim() === '') row -= 1;
  const written = text.replace(/!\[[\w-]+\]/g, '!$&');
  const turn = written.replace(/^@/gm, '@@');
  const range = new vscode.Range(row, lines[row].length, lines.length - 1, lines[lines.length - 1].length);
  if (last !== 'assistant') return { range, text: `\n@assistant\n${turn}\n` };
  // Where the file has begun the answer, its first line goes on there.
  return { range, text: ROLE.test(lines[row]) ? `\n${turn}\n` : `${written.replace(/\n@/g, '\n@@')}\n` };
}

/** Bytes of a picture that the panel is given. */
const LARGEST = 32 << 20;
/** Types of pictures by how their bytes begin, in hexadecimal. */
const TYPES = { '89504e47': 'png', ffd8ff: 'jpeg', 52494646: 'webp', 47494638: 'gif', '424d': 'bmp' };

/** A picture's file as an address of data; null where it cannot be shown. */
async function source(file) {
  try {
    if ((await fs.stat(file)).size > LARGEST) return null;
    const bytes = await fs.readFile(file);
    const start = bytes.subarray(0, 4).toString('hex');
    const begun = Object.keys(TYPES).find((each) => start.startsWith(each));
    return begun ? `data:image/${TYPES[begun]};base64,${bytes.toString('base64')}` : null;
  } catch {
    return null;
  }
}

/** What pictures are drawn for. */
function background() {
  const { kind } = vscode.window.activeColorTheme;
  return kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight ? 'light' : 'dark';
}

/** What the extension's commands do. */
class Commands {
  constructor({ kernel, prompts, heat, settings }) {
    Object.assign(this, { kernel, prompts, heat, settings, panel: null });
    this.running = new Set();
  }

  /** Stops the tasks of a document, or all; tells how many there were. */
  stopTasks(why, document) {
    const stopped = [...this.running].filter((task) => !task.why && (!document || task.document === document));
    stopped.forEach((task) => task.stop(why));
    return stopped.length;
  }

  /** Runs a command's body for the prompt at hand, one at a time for a document; tells how it ended. */
  async run(name, body, document = vscode.window.activeTextEditor?.document) {
    if (document?.languageId !== 'lucarne') {
      vscode.window.showErrorMessage('Lucarne: this is not a prompt file (*.lucarne)');
      return;
    }
    this.stopTasks('another command was given', document);
    await this.work(name, document, body);
  }

  async work(name, document, body) {
    const options = { location: vscode.ProgressLocation.Notification, title: `Lucarne: ${name}`, cancellable: true };
    await vscode.window.withProgress(options, async (progress, token) => {
      let done = 0;
      const task = new Task(this.kernel.ensure(), document, name, ({ message, percentage }) => {
        progress.report({ message, increment: percentage === undefined ? undefined : percentage - done });
        done = percentage ?? done;
      });
      token.onCancellationRequested(() => task.stop('stopped'));
      this.running.add(task);
      try {
        await body(task);
      } catch (error) {
        if (error instanceof Stopped || error.code === CANCELLED) {
          vscode.window.setStatusBarMessage(`Lucarne: ${error.message}`, 5000);
        } else {
          vscode.window.showErrorMessage(`Lucarne: ${error.message}`);
        }
      } finally {
        this.running.delete(task);
      }
    });
  }

  generate(isInserting = false) {
    return this.run('generate', async (task) => {
      const opened = await this.prompts.opened(task);
      const { document } = task;
      let written = '';
      const result = await task.ask('context/generate', {
        context: opened.context, version: opened.version, maxTokens: this.settings().get('maxTokens'),
      }, ({ tokens }) => {
        if (!tokens) return;
        written += tokens.map(({ text }) => text).join('');
        this.panel.show(report.answer('answer …', written), document);
      });
      this.panel.show(report.answer(result.finish === 'length' ? 'answer (cut off)' : 'answer', result.text), document);
      if (!isInserting) return;
      const edit = new vscode.WorkspaceEdit();
      const place = answerEdit(document, result.text);
      // The edit changes the text on purpose: the task is over.
      this.running.delete(task);
      edit.replace(document.uri, place.range, place.text);
      await vscode.workspace.applyEdit(edit);
    });
  }

  attribute(answer, baseline) {
    // From menus, commands get what was clicked.
    const given = typeof answer === 'string' ? { answer, baseline } : {};
    return this.run('attribute', async (task) => {
      const opened = await this.prompts.opened(task);
      const pair = await findPair(task, opened, given);
      const question = {
        context: opened.context, version: opened.version, sae: autoencoder(opened), target: pair.wire,
      };
      const byToken = await task.ask('attribution/compute', {
        ...question, aggregate: 'token', topK: opened.tokenCount,
        parts: { method: 'none' }, verify: 0,
      });
      const scores = new Map(byToken.items.map(({ position, score }) => [position, score]));
      this.heat.show(task.document, opened.tokens, scores, this.settings().get('marks'));
      const found = await task.ask('attribution/compute', {
        ...question, aggregate: 'feature', topK: this.settings().get('features'),
      });
      const shares = places(task.document, opened, found.byPart);
      this.heat.show(task.document, opened.tokens, scores, this.settings().get('marks'), shares);
      const labels = new Map();
      for (const { feature } of found.items) {
        labels.set(feature.index, report.label(await task.ask('feature/info', { feature, topK: 8 })));
      }
      const maps = report.heatMaps(await this.pictures(task, opened), scores);
      this.panel.show(report.attribution({ found, labels, maps }), task.document);
    });
  }

  /** The pictures of a prompt, each as an address of data where its file can be read, and the tokens that they became. */
  async pictures(task, opened) {
    const { images } = opened;
    if (!images.length) return { images, tokens: [], sources: [] };
    const { tokens } = await task.ask('context/tokens', { context: opened.context, version: opened.version });
    const files = new Map(opened.front.images.map((image) => [image.name, image.path]));
    const shown = opened.parts.filter(({ image }) => image !== undefined);
    const sources = await Promise.all(shown.map(({ image }) => source(files.get(image) ?? '')));
    return { images, tokens, sources };
  }

  async attributePair() {
    const answer = await vscode.window.showInputBox({ prompt: 'Answer, one token; mind the leading space' });
    if (answer === undefined) return;
    const baseline = await vscode.window.showInputBox({ prompt: 'Baseline; empty: the runner-up' });
    if (baseline === undefined) return;
    await this.attribute(answer, baseline === '' ? undefined : baseline);
  }

  /** Reads what a command is given, or asks for it; null where that is no use. */
  async input(given, parse, options) {
    const text = typeof given === 'string' ? given : await vscode.window.showInputBox(options);
    if (text === undefined) return null;
    try {
      return parse(text);
    } catch (error) {
      vscode.window.showErrorMessage(`Lucarne: ${error.message}`);
      return null;
    }
  }

  async steer(given) {
    const asked = await this.input(given, readClamps, {
      prompt: 'Features held at values; empty: steer: of the front matter', placeHolder: '123=50 456=0',
    });
    if (!asked) return;
    await this.run('steer', async (task) => {
      const opened = await this.prompts.opened(task);
      const clamps = asked.length ? asked : opened.front.steer;
      if (!clamps.length) throw new Error('nothing to steer: 123=50, or steer: in the front matter');
      const sae = autoencoder(opened);
      const result = await task.ask('steering/generate', {
        context: opened.context, version: opened.version, sae, maxTokens: this.settings().get('maxTokens'),
        compareWith: ['plain'],
        interventions: clamps.map(({ index, value }) => ({ op: 'clamp', feature: { sae, index }, value, generated: true })),
      });
      this.panel.show(report.steering(clamps, result), task.document);
    });
  }

  /** The feature of a line under `steer:` at the cursor, or else the cursor's place. */
  atCursor() {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return {};
    const position = editor.selection.active;
    const steered = /^\s+(\d+)\s*:/.exec(editor.document.lineAt(position.line).text);
    return steered ? { index: Number(steered[1]) } : { position };
  }

  /** The feature named, or the strongest one of the token at a position. */
  async feature(task, opened, { index, position }) {
    if (index !== undefined) return index;
    const token = position && opened.tokens.find(({ range }) => new vscode.Range(
      range.start.line, range.start.character, range.end.line, range.end.character).contains(position));
    if (!token) throw new Error('no feature here: give its number, or go to a token');
    const { items } = await task.ask('feature/activations', {
      context: opened.context, version: opened.version, sae: autoencoder(opened), topK: 1,
      region: { span: { start: token.position, end: token.position + 1 } },
    });
    if (!items.length) throw new Error('no feature is active at this token');
    return items[0].feature.index;
  }

  explain(given, document) {
    const at = Number.isSafeInteger(given) ? { index: given } : this.atCursor();
    return this.run('explain', async (task) => {
      const opened = await this.prompts.opened(task);
      const feature = { sae: autoencoder(opened), index: await this.feature(task, opened, at) };
      const info = await task.ask('feature/info', { feature });
      // Only with an index are there examples.
      const examples = info.stats.frequency === undefined ? null
        : await task.ask('feature/examples', { feature, topK: 5 });
      // Texts are no pictures.
      const drawn = examples && examples.items.length && examples.view !== 'text'
        ? await task.ask('feature/render', { feature, view: examples.view, montage: { background: background() } }) : null;
      this.panel.show(report.feature(feature.index, info, examples, drawn && drawn.renderings), task.document);
    }, document?.languageId ? document : undefined);
  }

  async ablate(given) {
    const at = this.atCursor();
    const asked = await this.input(given, readFeatures, {
      prompt: 'Features to leave out; empty: the one at the cursor', placeHolder: '123 456',
    });
    if (!asked) return;
    await this.run('ablate', async (task) => {
      const opened = await this.prompts.opened(task);
      const features = asked.length ? asked : [await this.feature(task, opened, at)];
      const sae = autoencoder(opened);
      const pair = await findPair(task, opened);
      const result = await task.ask('ablation/run', {
        context: opened.context, version: opened.version, sae, targets: [pair.wire],
        interventions: features.map((index) => ({ op: 'zero', feature: { sae, index } })),
      });
      this.panel.show(report.ablation(pair, features, result), task.document);
    });
  }

  stop() {
    if (this.stopTasks('stopped') === 0) vscode.window.setStatusBarMessage('Lucarne: nothing runs', 5000);
  }

  status() {
    return this.work('status', null, async (task) => {
      const answered = await task.ask('kernel/status');
      this.panel.show(report.status(answered, this.kernel.connection.pid));
    });
  }

  clear() {
    const document = vscode.window.activeTextEditor?.document;
    if (document) this.heat.clear(document);
    this.panel.dispose();
  }
}

module.exports = { Commands, answerEdit };
