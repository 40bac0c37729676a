'use strict';

function feature(text) {
  if (!/^\d+$/.test(text)) throw new Error(`${text} is not a feature: expected a number, such as 123`);
  return Number(text);
}

/** `123 456` as indices. */
function features(text) { return text.split(/[\s,]+/).filter(Boolean).map(feature); }

/** `123=50 456=0` as clamps. */
function clamps(text) {
  return text.replace(/\s*=\s*/g, '=').split(/[\s,]+/).filter(Boolean).map((word) => {
    const [, index, value] = /^([^=]*)=([^=]+)$/.exec(word) || [];
    if (value === undefined || !Number.isFinite(Number(value))) {
      throw new Error(`${word}: expected feature=value, as 123=50`);
    }
    return { index: feature(index), value: Number(value) };
  });
}

module.exports = { features, clamps };
