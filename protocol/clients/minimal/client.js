// A client from scratch: node client.js PICTURE QUESTION COMMAND…
const { spawn } = require("node:child_process");

const [picture, question, program, ...options] = process.argv.slice(2);
const kernel = spawn(program, options, { stdio: ["pipe", "pipe", "inherit"] });
const waiting = new Map();
let last = 0;
let unread = Buffer.alloc(0);

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  kernel.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
  kernel.stdin.write(body);
}

function ask(method, params = {}) {
  last += 1;
  send({ id: last, method, params });
  return new Promise((resolve, reject) => waiting.set(last, { resolve, reject }));
}

kernel.stdout.on("data", (bytes) => {
  unread = Buffer.concat([unread, bytes]);
  for (let end; (end = unread.indexOf("\r\n\r\n")) >= 0; ) {
    const length = Number(/content-length: *(\d+)/i.exec(unread.toString("latin1", 0, end))[1]);
    if (unread.length < end + 4 + length) return;
    const { id, result, error } = JSON.parse(unread.subarray(end + 4, end + 4 + length));
    unread = unread.subarray(end + 4 + length);
    const { resolve, reject } = waiting.get(id) ?? {}; // None: a notification, such as $/progress.
    waiting.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  }
});
kernel.on("exit", (code) => process.exit(waiting.size > 0 ? 1 : (process.exitCode ?? code)));

(async () => {
  await ask("initialize", { clientInfo: { name: "minimal" }, capabilities: {} });
  const { context } = await ask("context/open", { parts: [{ id: "picture", image: { path: picture } }, { text: question }] });
  console.log((await ask("context/generate", { context, maxTokens: 16 })).text);
  const target = { kind: "logitDiff", answer: { text: "Yes" }, baseline: { text: "No" } };
  const { sae } = (await ask("kernel/status")).saes[0];
  const found = await ask("attribution/compute", { context, sae, target, method: "gradient", aggregate: "feature", topK: 1 });
  console.log(found.items[0].feature.index);
  await ask("shutdown");
  send({ method: "exit" });
})().catch((error) => { console.error(error.message); process.exitCode = 1; kernel.stdin.end(); });
