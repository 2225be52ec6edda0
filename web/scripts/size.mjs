// Adds up what the browser fetches to paint 工作台 after sign-in, compressed, and fails over the budget.
import { readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

const BUDGET = 200 * 1024;
const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const entries = [
  "index.html",
  "../locales/zh-CN/web.json",
  "../locales/zh-CN/domain.json",
  "../locales/zh-CN/clock.json",
];
const files = new Set();

function add(key) {
  const chunk = manifest[key];
  if (!chunk) throw new Error(`the build has no chunk ${key}`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const css of chunk.css ?? []) files.add(css);
  for (const needed of chunk.imports ?? []) add(needed);
}
for (const entry of entries) add(entry);

let gzip = 0;
let brotli = 0;
for (const file of [...files].sort()) {
  const bytes = readFileSync(`dist/${file}`);
  const zipped = gzipSync(bytes, { level: 9 }).length;
  gzip += zipped;
  brotli += brotliCompressSync(bytes).length;
  console.log(`${(zipped / 1024).toFixed(1).padStart(7)} KB  ${file}`);
}
console.log(
  `工作台 first paint: ${(gzip / 1024).toFixed(1)} KB gzip, ${(brotli / 1024).toFixed(1)} KB brotli, budget ${BUDGET / 1024} KB`,
);
if (gzip > BUDGET) {
  console.error("over the budget");
  process.exit(1);
}
