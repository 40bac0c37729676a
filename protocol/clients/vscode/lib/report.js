'use strict';

const { signed } = require('./heat');

function escape(text) {
  return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function quoted(text) { return escape(JSON.stringify(text)); }

function words(effects, count) {
  return effects.slice(0, count).map(({ text }) => `<code>${quoted(text)}</code>`).join(' ');
}

/** What a feature is called: its explanation, or else the tokens that it raises. */
function label(info) {
  if (info.explanation) return info.explanation.text;
  const raised = info.logits.promoted.map(({ text }) => text)
    // Parts of letters say nothing.
    .filter((text) => !text.includes('\ufffd')).slice(0, 3).map((text) => JSON.stringify(text)).join(' ');
  return raised && `raises ${raised}`;
}

function button(index) {
  return `<button class="feature" data-feature="${index}" title="Explain feature ${index}">${index}</button>`;
}

/** Room for a piece of the browser's window, which the page draws (media/panel.js); until then it shows `html`. */
function place(kind, values, html = '') {
  return `<span data-drawn="${escape(JSON.stringify({ kind, ...values }))}">${html}</span>`;
}

/** A bar from the middle, to the right for what supports. */
function bar(score, most) { return place('bar', { value: score, most }); }

/**
 * The pictures of an attribution under their finest grids.
 * @param {{images: object[], tokens: object[], sources: (string|null)[]}} seen of prompt/open and context/tokens; an
 *   address of data for each picture
 * @param {Map<number, number>} scores by position
 */
function heatMaps({ images, tokens, sources }, scores) {
  return images.map((found, image) => {
    const view = found.views.at(-1);
    const own = tokens.filter((token) => token.image === image && token.view === view.name && token.box);
    return `<figure>${place('heat', {
      src: sources[image], width: found.width, height: found.height, view, image, label: `Heat map: ${found.part}`,
      tokens: own.map((token) => ({ position: token.position, box: token.box, image, view: view.name })),
      scores: own.map(({ position }) => [position, scores.get(position) || 0]),
    })}<figcaption>${escape(`Heat map: ${found.part}`)}</figcaption></figure>`;
  }).join('');
}

function pictures(renderings, text) {
  return (renderings || []).filter(({ mimeType }) => mimeType === 'image/png').map(({ base64, name }) => (
    `<figure><img src="data:image/png;base64,${escape(base64)}" alt="${escape(text)}">`
    + `<figcaption>${escape(name ? `${text}: ${name}` : text)}</figcaption></figure>`)).join('');
}

function answer(title, text) { return { title, html: `<pre class="answer">${escape(text)}</pre>` }; }

/** The features of one side, strongest first, beside what was measured of them. */
function side(name, items, most, measured, labels) {
  if (!items.length) return '';
  const rows = items.map((item) => {
    const { feature, score, activation } = item;
    const exact = item.measured ?? measured.get(feature.index);
    return `<tr><td>${button(feature.index)}</td><td class="number">${signed(score, 3)}</td><td>${bar(score, most)}</td>`
      + `<td class="number">${exact === undefined ? '' : signed(exact, 3)}</td>`
      + `<td class="number">${(activation || 0).toFixed(1)}</td><td>${escape(labels.get(feature.index) || '')}</td></tr>`;
  });
  return `<table><thead><tr><th>${name}</th><th class="number">score</th><th></th><th class="number">measured</th>`
    + `<th class="number">active</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** What the parts contribute, and the sums that they add up in. */
function parts({ byPart, identity }) {
  if (!identity) return '';
  const most = Math.max(...byPart.map(({ score }) => Math.abs(score)), 0);
  const row = (name, score, shown) => (
    `<tr><td>${escape(name)}</td><td class="number">${signed(score, 3)}</td><td>${shown}</td></tr>`);
  const { interaction, features, start, gap, target } = identity;
  const sums = Object.entries({ interaction, together: features, start, gap, target });
  return `<table class="parts"><thead><tr><th>parts, by ${escape(identity.method)}</th><th></th><th></th></tr></thead><tbody>`
    + byPart.map(({ part, score }) => row(part, score, bar(score, most))).join('')
    + `${sums.map(([name, value]) => row(name, value, '')).join('')}</tbody></table>`;
}

/** Sentences are the kernel's own. @param maps what `heatMaps` gives */
function attribution({ found, labels, maps }) {
  const { explanation, items, target, verification } = found;
  const most = Math.max(...items.map(({ score }) => Math.abs(score)), 0);
  const measured = new Map((verification ? verification.items : []).filter(({ feature }) => feature)
    .map(({ feature, measured: exact }) => [feature.index, exact]));
  // By what was measured where it was, else by the score.
  const effect = (item) => item.measured ?? measured.get(item.feature.index) ?? item.score;
  const sides = side('supports', items.filter((item) => effect(item) > 0), most, measured, labels)
    + side('opposes', items.filter((item) => effect(item) < 0), most, measured, labels);
  const doubts = verification && verification.notReliable;
  return {
    title: `${explanation.title}: ${signed(target.value, 3)}`,
    html: `${doubts ? `<p class="doubt">Scores not reliable: ${escape(doubts.join('; '))}</p>` : ''}`
      + explanation.sentences.map((sentence) => `<p class="sentence">${escape(sentence)}</p>`).join('')
      + `<div class="sides">${sides}</div>${parts(found)}${maps}`,
  };
}

function steering(clamps, result) {
  const outputs = result.outputs.map(({ name, text }) => `<dt>${escape(name)}</dt><dd><pre>${escape(text)}</pre></dd>`);
  const { positions, meanNorm, dropped } = result.receipt;
  return {
    title: `steered ${clamps.map(({ index, value }) => `${index}=${value}`).join(' ')}`,
    html: `<dl>${outputs.join('')}</dl><p>${positions} positions changed by ${meanNorm.toFixed(2)} on average`
      + `${dropped ? `; ${dropped} interventions were lost` : ''}</p>`,
  };
}

function ablation(pair, features, result) {
  const [values] = result.targets;
  const percent = (share) => `<td class="number">${(share * 100).toFixed(2)} %</td>`;
  const rows = result.topChanges.map(({ text, before, after }) => (
    `<tr><td><code>${quoted(text)}</code></td>${percent(before)}${percent(after)}</tr>`));
  return {
    title: `without ${features.join(' ')}`,
    html: `<p>${quoted(pair.answer)} against ${quoted(pair.baseline)}: ${signed(values.before, 3)}, without `
      + `${signed(values.after, 3)} (KL ${result.kl.toFixed(3)})</p>`
      + '<table><thead><tr><th>token</th><th class="number">before</th><th class="number">after</th></tr></thead>'
      + `<tbody>${rows.join('')}</tbody></table>`,
  };
}

function exemplar({ name, tokens, positions, image }) {
  if (!tokens) {
    const [rows, columns] = image.grid;
    return `<li>${escape(name)}: active at ${positions.length} of ${rows * columns} places</li>`;
  }
  const values = new Map(positions.map(({ position, value }) => [position, value]));
  const strip = tokens.map((text, number) => {
    const value = values.get(number) ?? 0;
    return { text, value, title: value.toFixed(1) };
  });
  return `<li>${escape(name)}: ${place('tokens', { tokens: strip, label: name }, escape(tokens.join('')))}</li>`;
}

/** @param examples the answer of feature/examples, or null where no index has any */
function feature(index, info, examples, renderings) {
  const { explanation, stats, logits, neighbours } = info;
  const said = explanation
    ? `<strong>${escape(explanation.text)}</strong>${explanation.author ? ` (${escape(explanation.author)})` : ''}`
      + `${explanation.score === undefined ? '' : `, score ${explanation.score.toFixed(2)}`}`
    : 'not explained';
  const active = stats.frequency === undefined ? ''
    : `<p>Active at ${(stats.frequency * 100).toFixed(2)} % of places, ${(stats.mean || 0).toFixed(1)} on average, `
      + `${(stats.max || 0).toFixed(1)} at most</p>`;
  const near = neighbours.slice(0, 5).map((other) => `${button(other.feature.index)} ${other.cosine.toFixed(2)}`);
  const items = examples && examples.items.length
    ? `<h2>Exemplars (${escape(examples.view)})</h2><ul>${examples.items.map(exemplar).join('')}</ul>` : '';
  return {
    title: `feature ${index}`,
    html: `<p>${said}</p>${active}<p>Raises ${words(logits.promoted, 8)}</p><p>Lowers ${words(logits.suppressed, 8)}</p>`
      + `<p>Neighbours ${near.join(', ')}</p>${items}${pictures(renderings, `Feature ${index}`)}`,
  };
}

function status(answered, pid) {
  const rows = [
    ...answered.models.map((model) => ['model', `${model.model}: ${model.architecture}, ${model.path}`]),
    ...answered.saes.map((sae) => ['features', `${sae.sae}: ${sae.latents} at ${sae.site}, ${sae.path}`]),
    ...answered.contexts.map((context) => ['context', `${context.context}: ${context.tokenCount} tokens`]),
    ['queue', `${answered.queue.running || 'idle'}, ${answered.queue.waiting} waiting`],
    ['memory', `${Math.ceil(answered.memory.used / 2 ** 20)} of ${Math.floor(answered.memory.limit / 2 ** 20)} MiB`],
  ];
  return {
    title: `lucarne: ${answered.health}, process ${pid}`,
    html: `<dl>${rows.map(([name, text]) => `<dt>${name}</dt><dd>${escape(text)}</dd>`).join('')}</dl>`,
  };
}

module.exports = { heatMaps, label, answer, attribution, steering, ablation, feature, status, escape };
