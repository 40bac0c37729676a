'use strict';

const vscode = require('vscode');

/** Steps of either colour, and the share of the strongest score below which there is none. */
const STEPS = 4;
const LEAST = 0.05;

/** Background and letters, by step: red supports the answer, blue opposes it. */
const PALETTES = {
  light: {
    supports: [['#fddbc7', '#000000'], ['#f4a582', '#000000'], ['#d6604d', '#000000'], ['#b2182b', '#ffffff']],
    opposes: [['#d1e5f0', '#000000'], ['#92c5de', '#000000'], ['#4393c3', '#000000'], ['#2166ac', '#ffffff']],
  },
  dark: {
    supports: [['#45211b', '#f2f2f2'], ['#7a2a20', '#f2f2f2'], ['#a3352b', '#f2f2f2'], ['#d6604d', '#000000']],
    opposes: [['#1a2f45', '#f2f2f2'], ['#1f4a73', '#f2f2f2'], ['#2a6ca6', '#f2f2f2'], ['#4393c3', '#000000']],
  },
};

/** The step of a score against the strongest, from -4 to 4. */
function step(score, strongest) {
  const share = strongest > 0 ? Math.abs(score) / strongest : 0;
  if (share < LEAST) return 0;
  return Math.sign(score) * Math.min(Math.ceil(share * STEPS), STEPS);
}

function range({ start, end }) {
  return new vscode.Range(start.line, start.character, end.line, end.character);
}

/** A number with its sign; what rounds to nothing has none. */
function signed(score, digits) {
  const size = Math.abs(score).toFixed(digits);
  if (Number(size) === 0) return size;
  return `${score < 0 ? '−' : '+'}${size}`;
}

/**
 * Where the measured share of a part is written: a picture's behind its line, the template's behind the first turn's.
 * @returns {{line: number, name: string, score: number}[]}
 */
function places(document, opened, byPart) {
  const lines = new Map(opened.parts.filter(({ image }) => image).map(({ part, range: { start } }) => [part, start.line]));
  const turn = document.getText().split(/\r\n|\r|\n/).findIndex((line) => /^@[a-z]+$/.test(line));
  if (turn >= 0) lines.set('template', turn);
  return byPart.filter(({ part }) => lines.has(part)).map(({ part, score }) => ({ line: lines.get(part), name: part, score }));
}

/** The heat maps of documents. */
class Heat {
  constructor() {
    /** By document: the tokens with their scores, ranges and steps. */
    this.maps = new Map();
    this.types = new Map();
    for (const side of ['supports', 'opposes']) {
      for (let number = 1; number <= STEPS; number += 1) {
        const colors = (theme) => {
          const [backgroundColor, color] = PALETTES[theme][side][number - 1];
          return { backgroundColor, color };
        };
        this.types.set(side === 'supports' ? number : -number, vscode.window.createTextEditorDecorationType({
          light: colors('light'), dark: colors('dark'), rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
        }));
      }
    }
    this.scores = vscode.window.createTextEditorDecorationType({
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  }

  /**
   * Colours the tokens of prompt/open.
   * @param {Map<number, number>} scores by position
   * @param {number} marks scores behind a line
   * @param parts what is written behind the lines of pictures and of the first turn, by `places`
   */
  show(document, tokens, scores, marks, parts = []) {
    const strongest = tokens.reduce((most, { position }) => Math.max(most, Math.abs(scores.get(position) || 0)), 0);
    const map = tokens.map((token) => {
      const score = scores.get(token.position) || 0;
      return { ...token, score, step: step(score, strongest), range: range(token.range) };
    });
    this.maps.set(document, { tokens: map, marks, parts });
    this.paint(document);
  }

  clear(document) {
    if (this.maps.delete(document)) this.paint(document);
  }

  /** The coloured token at a position of the document. */
  at(document, position) {
    const map = this.maps.get(document);
    return map && map.tokens.find((token) => token.range.contains(position) && !token.range.end.isEqual(position));
  }

  /** Sets the decorations of every editor that shows the document. */
  paint(document) {
    const { tokens, marks, parts } = this.maps.get(document) || { tokens: [], marks: 0, parts: [] };
    const behind = this.behind(document, tokens, marks, parts);
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document !== document) continue;
      for (const [number, type] of this.types) {
        editor.setDecorations(type, tokens.filter((token) => token.step === number).map((token) => token.range));
      }
      editor.setDecorations(this.scores, behind);
    }
  }

  behind(document, tokens, marks, parts) {
    const lines = new Map();
    for (const token of tokens) {
      if (token.step === 0) continue;
      const { line } = token.range.start;
      lines.set(line, [...(lines.get(line) || []), token]);
    }
    const texts = [...lines].map(([line, marked]) => {
      const strongest = marked.sort((one, other) => Math.abs(other.score) - Math.abs(one.score)).slice(0, marks);
      return [line, strongest.map(({ text: word, score }) => `${word.trim()} ${signed(score, 2)}`).join('   ')];
    });
    const shares = parts.map(({ line, name, score }) => [line, `${name} ${signed(score, 2)} ablated`]);
    return [...texts, ...shares].map(([line, text]) => {
      const end = document.lineAt(line).range.end;
      return {
        range: new vscode.Range(end, end),
        renderOptions: {
          after: { contentText: text, margin: '0 0 0 3em', color: new vscode.ThemeColor('editorCodeLens.foreground') },
        },
      };
    });
  }

  dispose() {
    for (const type of this.types.values()) type.dispose();
    this.scores.dispose();
  }
}

module.exports = { Heat, places, range, step, signed };
