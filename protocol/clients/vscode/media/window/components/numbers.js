/** Numbers and tokens as people read them. */

/** With its sign and a true minus; what rounds to nothing has none. */
export function signed(value, digits = 2) {
  const size = Math.abs(value).toFixed(digits);
  if (Number(size) === 0) return size;
  return `${value < 0 ? "−" : "+"}${size}`;
}

/** Three significant digits. */
export function short(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  const text = size >= 1000 ? Math.round(size).toLocaleString("en") : size < 0.001 ? size.toExponential(1)
    : String(Number(size.toPrecision(3)));
  return `${value < 0 ? "−" : ""}${text}`;
}

export function percent(share) {
  const value = share * 100;
  if (value !== 0 && value < 0.01) return "< 0.01 %";
  return `${value < 1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

export function bytes(count) {
  const units = ["bytes", "KiB", "MiB", "GiB"];
  let step = 0;
  while (count >= 1024 && step < 3) { count /= 1024; step += 1; }
  return `${step === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[step]}`;
}

/** So many of what `word` is one of. */
export function counted(count, word) { return `${count} ${word}${count === 1 ? "" : "s"}`; }

export function duration(seconds) {
  if (seconds < 90) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** What a token is shown as: blanks are part of it. */
export function visible(text) {
  return text.replaceAll("\n", "↵").replaceAll("\t", "⇥").replace(CONTROL, named).replace(/^ | $/g, "␣");
}

/** Characters that are seen by no one, and others that turn a line around. */
export const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/g;

/** Such a character by its number, ⟨7⟩. */
export const named = (letter) => `⟨${letter.codePointAt(0).toString(16).toUpperCase()}⟩`;
