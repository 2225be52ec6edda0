// Walks through the page against the stand-in server and fails where it does not behave: node dev/walk.mjs [base]
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const base = process.argv[2] ?? "http://127.0.0.1:5173";
mkdirSync("/tmp/shots", { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-background-networking"],
});
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "zh-CN" });
const page = await context.newPage();
page.setDefaultTimeout(6000);
const complaints = [];
page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
page.on("pageerror", (error) => complaints.push(String(error)));
const shot = (name) => page.screenshot({ path: `/tmp/shots/walk-${name}.png` });
await fetch(`${base}/api/v1/reset`);
const step = async (name, run) => {
  try {
    await run();
    console.log("ok  ", name);
  } catch (error) {
    console.log("FAIL", name, String(error).slice(0, 600));
    await shot(`fail-${name.replace(/\W+/g, "-")}`);
    process.exitCode = 1;
  }
};

await step("desk: decline needs reason and proposal", async () => {
  await page.goto(base);
  await page.getByRole("button", { name: "暂不承接" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "提交" }).click();
  await dialog.getByText("请至少提出一项建议").waitFor();
  await dialog.getByLabel("原因").fill("这周排不开");
  await dialog.getByLabel("改到什么时候").fill("9点");
  await dialog.getByText("你说的是哪一个").waitFor();
  await shot("decline");
  await dialog.getByRole("button", { name: "下午 9点" }).click();
  await dialog.getByRole("button", { name: "提交" }).click();
  await page.getByText("已告知发起人").waitFor();
  await dialog.waitFor({ state: "detached" });
});
await step("desk: agree", async () => {
  await page.getByRole("button", { name: "同意建议" }).first().click();
  await page.getByText("已同意建议").waitFor();
});
await step("desk: progress line", async () => {
  await page.getByLabel("「整理客户访谈纪要」的进展").fill("第四份已确认 80%");
  await page.keyboard.press("Enter");
  await page.getByText("的进展已记录").waitFor();
});

const active = () => page.evaluate(() => document.querySelector('[role="gridcell"][aria-selected="true"]')?.id ?? "");
await step("grid: arrows, type, enter, undo", async () => {
  await page.goto(`${base}/c/col_1`);
  await page.getByRole("grid").waitFor();
  const first = page.locator('[role="gridcell"]').first();
  await first.click();
  const id = await active();
  await page.keyboard.type("新主题");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(300);
  assert.equal(await page.locator(`#${id}`).textContent(), "新主题");
  assert.notEqual(await active(), id, "Enter goes down");
  await page.keyboard.press("ArrowUp");
  assert.equal(await active(), id);
  await page.keyboard.press("Control+z");
  await page.waitForTimeout(400);
  assert.notEqual(await page.locator(`#${id}`).textContent(), "新主题");
});
await step("grid: escape keeps the old words", async () => {
  const id = await active();
  const before = await page.locator(`#${id}`).textContent();
  await page.keyboard.press("F2");
  await page.keyboard.type("……");
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(`#${id}`).textContent(), before);
});
await step("grid: owner by keyboard", async () => {
  for (let each = 0; each < 4; each++) await page.keyboard.press("ArrowRight");
  assert.match(await active(), /owner$/);
  const id = await active();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.waitForTimeout(200);
  await page.keyboard.type("周岚");
  await page.waitForTimeout(150);
  await page.keyboard.press("ArrowDown");
  await shot("owner");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(400);
  assert.match(await page.locator(`#${id}`).textContent(), /周岚/);
  assert.equal(await active(), id, "the cell is still active");
});
await step("grid: time in words", async () => {
  await page.keyboard.press("ArrowRight");
  assert.match(await active(), /due$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.waitForTimeout(150);
  await page.keyboard.type("明天17:00");
  await page.waitForTimeout(600);
  await shot("due");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});
await step("grid: vague follow-up is caught and mended", async () => {
  await page.keyboard.press("End");
  assert.match(await active(), /follow_up$/);
  const id = await active();
  await page.keyboard.press("Delete");
  await page.waitForTimeout(300);
  await page.keyboard.type("需尽快确认");
  await page.locator(".cell-wording").waitFor();
  await shot("vague");
  await page.keyboard.press("Enter");
  await page.getByText("保留原样的理由").waitFor();
  await page.locator(".wording-suggestion").first().click();
  await page.waitForTimeout(350);
  await page.keyboard.press("Enter");
  await page.waitForTimeout(400);
  assert.match(await page.locator(`#${id}`).textContent(), /市场经理今日17:00前/);
});
await step("grid: several participants", async () => {
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowRight");
  const id = await active();
  assert.match(id, /participants$/);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await page.waitForTimeout(150);
  await page.keyboard.type("客户王总");
  await page.waitForTimeout(150);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(400);
  await shot("participants");
  await page.keyboard.press("Escape");
  await page.waitForTimeout(300);
  assert.match(await page.locator(`#${id}`).textContent(), /客户王总|\+1/);
});
await step("grid: conflict shows the newest", async () => {
  await page.keyboard.press("Home");
  const id = await active();
  const record = id.split("-")[0];
  await page.evaluate(async (record) => {
    const row = await (await fetch(`/api/v1/records/${record}`)).json();
    await fetch(`/api/v1/records/${record}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ version: row.version, summary: "别人写的" }),
    });
  }, record);
  await page.waitForTimeout(600);
  assert.match(await page.locator(`#${record}-summary`).textContent(), /别人写的/, "shown live");
});
await step("record panel", async () => {
  await page.keyboard.press(" ");
  await page.getByRole("dialog").waitFor();
  await page.waitForTimeout(500);
  await shot("panel");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});
await step("board: drag to 阻塞 asks why", async () => {
  await page.goto(`${base}/c/col_1/board`);
  const card = page.locator(".board-card", { hasText: "接口字段对齐" });
  await card.waitFor();
  const target = page.getByRole("region", { name: "阻塞" });
  await card.dragTo(target, { sourcePosition: { x: 40, y: 60 } });
  const dialog = page.getByRole("dialog");
  await dialog.waitFor();
  await dialog.getByLabel("原因").fill("等客户给字段");
  await shot("block");
  await dialog.getByRole("button", { name: "标记阻塞" }).click();
  await target.getByText("接口字段对齐").waitFor();
});
await step("board: impossible drop explains itself", async () => {
  await page
    .locator(".board-card", { hasText: "主视觉定稿" })
    .dragTo(page.getByRole("region", { name: "阻塞" }), { sourcePosition: { x: 40, y: 50 } });
  await page.getByText("先把任务重新打开").first().waitFor();
});
await step("board: keyboard", async () => {
  await page.getByRole("button", { name: "移动「主视觉定稿同步销售」" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menuitem", { name: "进行中" }).click();
  await page.getByRole("region", { name: "进行中" }).getByText("主视觉定稿").waitFor();
});
await step("palette", async () => {
  await page.keyboard.press("Control+k");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.type("支付");
  await page.waitForTimeout(400);
  await shot("palette");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForTimeout(400);
  assert.match(page.url(), /\/(c|tasks)\//);
});
await step("members: remove and undo", async () => {
  await page.goto(`${base}/c/col_1/members`);
  await page.getByRole("button", { name: "移除吴桐" }).click();
  await page.getByRole("button", { name: "撤销" }).click();
  await page.getByRole("button", { name: "移除吴桐" }).waitFor();
});
await step("new task", async () => {
  await page.goto(`${base}/c/col_1/tasks`);
  await page.getByRole("button", { name: "新建任务" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("要做什么").fill("写上线公告");
  await dialog.getByRole("button", { name: /^负责人/ }).click();
  await page.keyboard.type("孙晴");
  await page.waitForTimeout(200);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await shot("new-task");
  await dialog.getByRole("button", { name: "交给负责人" }).click();
  await page.getByText("等待承接").first().waitFor();
});
if (complaints.length > 0) console.log("console:", [...new Set(complaints)].join("\n").slice(0, 3000));
await browser.close();
