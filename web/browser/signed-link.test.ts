// The pages behind signed links, in a browser that runs no scripts.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { spoken, waitForText } from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
let owner: Visitor;
let assistant: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  owner = await visitor(browser, {
    javaScriptEnabled: false,
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    deviceScaleFactor: 2,
    expected: [/^(410|422) (GET|POST) \/l\//],
  });
  assistant = await visitor(browser);
  await assistant.page.goto(world.link);
});
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});
picturesOfFailures(() => ({ owner }));

/** Asks 李强 for something and gives the link in his message. */
async function asked(name: string): Promise<string> {
  await spoken(world, "dingtalk", "product_v2", "wangxiao", `@环 任务 ${name} @研发组长 周五12:00前`);
  const message = await waitForText(world, "feishu", "liqiang", name);
  const [link] = /http:[^"\s]+\/l\/[\w-]+/.exec(message) ?? [];
  if (!link) throw new Error(`no signed link in ${message}`);
  return link;
}

test("d2_accepting_needs_no_script", async () => {
  await owner.page.goto(await asked("核对导出字段清单"));
  await owner.page.getByRole("heading", { name: /核对导出字段清单/ }).waitFor();
  await owner.shot("link-offered");
  await owner.page.getByRole("button", { name: "承接", exact: true }).click();
  await owner.page.getByText("进行中").waitFor();
  await owner.shot("link-accepted");
});

test("d2_declining_needs_a_reason_and_no_script", async () => {
  await owner.page.goto(await asked("估算导出的工作量"));
  await owner.page.getByText("暂不承接…").click();
  await owner.shot("link-declining");
  const form = owner.page.locator("form", { has: owner.page.locator('input[value="decline"]') });
  await form.locator('[name="reason"]').fill("本周排期已满");
  // A proposal is missing: nothing happens, and what was typed stays.
  await form.getByRole("button", { name: "提交" }).click();
  await owner.page.getByRole("alert").waitFor();
  await owner.shot("link-incomplete");
  expect(await form.locator('[name="reason"]').inputValue()).toBe("本周排期已满");
  await form.locator('[name="words"]').fill("先交付 CSV 导出");
  await form.getByRole("button", { name: "提交" }).click();
  await owner.page.getByText("正在等待发起人答复").waitFor();
  await owner.page.getByText("先交付 CSV 导出").waitFor();
  await owner.shot("link-declined");
});

// Twelve nights with all their reminders and reports.
const NIGHTS = 120_000;

test("a_link_that_is_too_old_or_forged_says_so_and_shows_nothing", { timeout: NIGHTS }, async () => {
  const link = await asked("整理导出的旧接口");
  for (let day = 0; day < 12; day++) {
    const answer = await assistant.page.request.post(`${world.url}/api/v1/demo/advance`, {
      headers: { "X-Huan-CSRF": "1" },
      data: { to: "next_morning" },
      timeout: NIGHTS,
    });
    expect(answer.status()).toBe(200);
  }
  const old = await owner.page.goto(link);
  expect(old?.status()).toBe(410);
  await owner.page.getByText("link_expired").waitFor();
  expect(await owner.page.content()).not.toContain("整理导出的旧接口");
  await owner.shot("link-expired");
});

test("nothing was complained of", () => {
  expect(owner.complaints).toEqual([]);
});
