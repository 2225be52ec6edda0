import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
const [out, width, ...names] = process.argv.slice(2);
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-gpu"] });
const p = await b.newPage({ viewport: { width: 1600, height: 400 } });
await p.setContent(`<body style="margin:4px;background:#888;display:flex;flex-wrap:wrap;gap:6px">${names.map(n=>`<img width=${width} src="data:image/png;base64,${readFileSync(`browser/shots/${n}.png`).toString("base64")}">`).join("")}</body>`);
await p.waitForTimeout(300);
await p.screenshot({ path: out, fullPage: true });
await b.close();
