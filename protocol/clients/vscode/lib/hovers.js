'use strict';

const vscode = require('vscode');
const report = require('./report');
const { signed, range } = require('./heat');

const SHOWN = 5;

function line(index, label, more) {
  const link = `[${index}](command:lucarne.explain?${encodeURIComponent(JSON.stringify([index]))})`;
  return { link, label, more };
}

/** What lies under the pointer: a token's score and strongest features, or the feature of a line under `steer:`. */
class Hovers {
  constructor({ kernel, prompts, heat }) { Object.assign(this, { kernel, prompts, heat }); }

  /** Asks only about what is open already: pointing at a word must not start work. */
  async provideHover(document, position, token) {
    const opened = this.prompts.current(document);
    if (!opened || !opened.sae) return null;
    try {
      const steered = /^\s+(\d+)\s*:/.exec(document.lineAt(position.line).text);
      const over = opened.tokens.find((one) => range(one.range).contains(position));
      if (over) return await this.ofToken(opened, document, over, position, token);
      return steered ? await this.ofFeature(opened, document, Number(steered[1]), position, token) : null;
    } catch {
      return null;
    }
  }

  async ask(method, params, token) {
    const { connection } = this.kernel;
    const { id, answer } = connection.request(method, params);
    token.onCancellationRequested(() => connection.cancel(id));
    return answer;
  }

  async ofToken(opened, document, over, position, token) {
    const { items } = await this.ask('feature/activations', {
      context: opened.context, version: opened.version, sae: opened.sae, topK: SHOWN,
      region: { span: { start: over.position, end: over.position + 1 } },
    }, token);
    const lines = [];
    for (const { feature, score } of items) {
      const info = await this.ask('feature/info', { feature, topK: 8 }, token);
      lines.push(line(feature.index, report.label(info), score.toFixed(1)));
    }
    const colored = this.heat.at(document, position);
    return this.hover(over.range, `${JSON.stringify(over.text)}${colored ? ` ${signed(colored.score, 4)}` : ''}`, lines);
  }

  async ofFeature(opened, document, index, position, token) {
    const info = await this.ask('feature/info', { feature: { sae: opened.sae, index }, topK: 8 }, token);
    const { text } = document.lineAt(position.line);
    const whole = { start: { line: position.line, character: 0 }, end: { line: position.line, character: text.length } };
    return this.hover(whole, null, [line(index, report.label(info), '')]);
  }

  hover(over, title, lines) {
    const content = new vscode.MarkdownString();
    content.isTrusted = { enabledCommands: ['lucarne.explain'] };
    if (title) content.appendText(title).appendMarkdown('\n\n');
    for (const { link, label, more } of lines) {
      content.appendMarkdown(`- ${link} `).appendText(`${more} ${label}`.trim()).appendMarkdown('\n');
    }
    return new vscode.Hover(content, range(over));
  }
}

/** The commands above the file's first line. */
class Lenses {
  provideCodeLenses() {
    const first = new vscode.Range(0, 0, 0, 0);
    return [['Generate', 'generate'], ['Attribute', 'attribute'], ['Steer…', 'steer'], ['Clear', 'clear']].map(
      ([title, command]) => new vscode.CodeLens(first, { title, command: `lucarne.${command}` }));
  }
}

module.exports = { Hovers, Lenses };
