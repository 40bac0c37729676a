/** A log as a script of the Python client. */

const KEYWORDS = new Set(["from", "in", "is", "not", "or", "and", "for", "if", "class", "def", "with", "as"]);
const INTRODUCING = new Set(["context/open", "prompt/open"]);
/** Params that name what an answer introduced. A question may read just like a name. */
const NAMING = new Set(["context", "other", "index"]);

/**
 * Asks in Python what was asked here; names of contexts are those of the script's own answers.
 * @param {RequestLog} log @param pictures whose `base64(digest)` gives a picture's bytes
 */
export async function python(log, pictures) {
  const needed = new Map();
  const variables = new Map();
  const lines = [];
  for (const entry of log.entries) {
    if (entry.state !== "answered") continue;
    const write = literal((value) => {
      if (value?.digest !== undefined && Object.keys(value).length === 1) {
        if (!needed.has(value.digest)) needed.set(value.digest, `picture_${needed.size + 1}`);
        return `{"base64": ${needed.get(value.digest)}}`;
      }
      return undefined;
    });
    const call = entry.method.replaceAll("/", ".");
    const asked = Object.entries(entry.params ?? {})
      .map(([name, value]) => {
        const known = NAMING.has(name) ? variables.get(`${entry.connection} ${value}`) : undefined;
        return `${snake(name)}=${known ?? write(value)}`;
      }).join(", ");
    const name = `answer_${lines.length + 1}`;
    lines.push(`    ${name} = kernel.${call}(${asked})`);
    if (INTRODUCING.has(entry.method)) {
      variables.set(`${entry.connection} ${entry.names.context}`, `${name}.context`);
    }
    if (entry.method === "index/open") {
      variables.set(`${entry.connection} ${entry.names.index}`, `${name}.index`);
    }
  }
  const bytes = await Promise.all([...needed].map(async ([digest, name]) => (
    `${name} = ${JSON.stringify(await pictures.base64(digest) ?? "")}\n`)));
  return '"""What was asked in a window of Lucarne."""\n\nfrom lucarne import Kernel\n\n'
    + `${bytes.join("")}${bytes.length ? "\n" : ""}`
    + `with Kernel() as kernel:\n${lines.join("\n") || "    pass"}\n`;
}

function snake(name) {
  const found = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return KEYWORDS.has(found) ? `${found}_` : found;
}

/** Writes values as Python; `known` gives the text of what has a name there. */
function literal(known) {
  const write = (value) => {
    const name = known(value);
    if (name !== undefined) return name;
    if (value === null) return "None";
    if (typeof value === "boolean") return value ? "True" : "False";
    if (Array.isArray(value)) return `[${value.map(write).join(", ")}]`;
    if (typeof value !== "object") return JSON.stringify(value);
    return `{${Object.entries(value).map(([key, each]) => `${JSON.stringify(key)}: ${write(each)}`).join(", ")}}`;
  };
  return write;
}
