// Takes pictures of the page: node dev/shots.mjs [base address] [folder] [name,name]
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [base = "http://127.0.0.1:5173", folder = "/tmp/shots", only = ""] = process.argv.slice(2);
const wanted = only.split(",").filter(Boolean);
const pages = [
  ["desk", "/"],
  ["records", "/c/col_1"],
  ["tasks", "/c/col_1/tasks"],
  ["board", "/c/col_1/board"],
  ["members", "/c/col_1/members"],
  ["levels", "/c/col_1/settings"],
  ["collaborations", "/collaborations"],
  ["task", "/tasks/tsk_2"],
  ["people", "/people"],
  ["person", "/people/per_2"],
  ["accounts", "/accounts"],
  ["account", "/accounts/acc_2"],
  ["settings", "/settings"],
];
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
for (const [name, path] of pages) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const [size, viewport] of [
    ["desktop", { width: 1440, height: 900 }],
    ["phone", { width: 390, height: 844 }],
  ]) {
    for (const scheme of ["light", "dark"]) {
      if (process.env.QUICK && (size === "phone") !== (scheme === "dark")) continue;
      const context = await browser.newContext({
        viewport,
        colorScheme: scheme,
        locale: process.env.LOCALE ?? "zh-CN",
        hasTouch: size === "phone",
        deviceScaleFactor: size === "phone" ? 2 : 1,
      });
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") console.log(name, message.text().slice(0, 400));
      });
      page.on("pageerror", (error) => console.log(name, String(error).slice(0, 400)));
      await page.goto(base + path);
      await page.waitForTimeout(900);
      await page.screenshot({ path: `${folder}/${name}-${size}-${scheme}.png` });
      await context.close();
    }
  }
}
await browser.close();
