// Search: what was said and written is found from anywhere, marked, narrowed down, and leads to the thing.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const SAID = "客户想按月导出对账单，周四前给方案";

let world: Demo;
let browser: Browser;
let desk: Visitor;
let phone: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  desk = await visitor(browser);
  phone = await visitor(browser, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    deviceScaleFactor: 2,
    colorScheme: "dark",
  });
  await desk.page.goto(world.link);
  await phone.page.goto(world.link);
});
picturesOfFailures(() => ({ desk, phone }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

const results = (guest: Visitor) => guest.page.getByRole("list", { name: "搜索结果" }).getByRole("listitem");

test("f4_what_was_said_in_a_group_is_found_with_its_words_marked", async () => {
  // In a group DingTalk lets a robot hear what mentions it.
  await simulator.spoken(world, "dingtalk", "product_v2", "wangxiao", `@环 ${SAID}`);
  const wanted = `${world.url}/api/v1/search?query=${encodeURIComponent("对账单")}`;
  const found = async () => (await (await desk.page.request.get(wanted)).json()).items.length;
  await expect.poll(found, { timeout: 10_000 }).toBeGreaterThan(0);
  await desk.page.getByRole("link", { name: "搜索", exact: true }).click();
  await desk.page.getByRole("searchbox", { name: "搜索内容" }).fill("对账单 导出");
  const hit = results(desk).filter({ hasText: "客户想按月" });
  await hit.waitFor();
  expect(await hit.locator("mark").allInnerTexts()).toEqual(["导出对账单"]);
  await hit.getByTitle("钉钉").waitFor();
  await desk.shot("search-message");
  expect(desk.complaints).toEqual([]);
});

test("hits_are_narrowed_down_and_the_address_keeps_what_was_asked", async () => {
  await desk.page.getByRole("searchbox", { name: "搜索内容" }).fill("评审");
  await results(desk).getByTitle("任务").first().waitFor();
  await desk.page.getByRole("radio", { name: "记录", exact: true }).click();
  await desk.page.waitForURL(/kind=record/);
  await results(desk).getByTitle("任务").first().waitFor({ state: "detached" });
  const count = await results(desk).count();
  expect(count).toBeGreaterThan(0);
  await desk.page.reload();
  await results(desk).first().waitFor();
  expect(await results(desk).count()).toBe(count);
  await desk.shot("search-records");
  await results(desk).first().getByRole("link").first().click();
  await desk.page.getByRole("dialog").getByText("公开范围").waitFor();
  await desk.page.keyboard.press("Escape");
  expect(desk.complaints).toEqual([]);
});

test("a_key_opens_the_quick_search_and_the_keyboard_is_enough", async () => {
  const { page } = desk;
  await page.goto(world.url);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.keyboard.press("/");
  await page.getByRole("dialog").getByRole("searchbox").waitFor();
  await page.keyboard.type("确认V2.0");
  await page
    .getByRole("option")
    .filter({ hasText: /#\d+ 确认V2\.0/ })
    .waitFor();
  await desk.shot("search-quick");
  const chosen = page.locator('[role="option"][data-focused]', { hasText: "#" });
  for (let presses = 0; presses < 6 && (await chosen.count()) === 0; presses++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/tasks\/tsk_/);
  await page.keyboard.press("Control+k");
  await page.getByRole("option").filter({ hasText: "确认V2.0" }).waitFor();
  await desk.shot("search-recent");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(desk.complaints).toEqual([]);
});

test("a_phone_searches_from_the_bar_below", async () => {
  await phone.page.getByRole("navigation").getByRole("link", { name: "搜索" }).last().click();
  await phone.page.getByRole("searchbox", { name: "搜索内容" }).fill("导出");
  await results(phone).first().waitFor();
  await phone.shot("search-phone");
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await phone.page.getByRole("searchbox", { name: "搜索内容" }).fill("从未有人说过的话");
  await phone.page.getByText("没有找到").waitFor();
  expect(phone.complaints).toEqual([]);
});
