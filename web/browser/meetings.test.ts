// The kick-off from its draft to its minutes: prepared by the assistant, answered on a telephone, held.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const NAME = "产品V2.0需求评审";
const TITLE = `「${NAME}」启动会`;

let world: Demo;
let browser: Browser;
/** The project assistant, who administers too, at a desk. */
let assistant: Visitor;
/** Somebody who is invited, with a telephone in the dark. */
let phone: Visitor;
/** Somebody who plays the platforms' clients. */
let player: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  phone = await visitor(browser, {
    // Who is not signed in yet is told so.
    expected: [/^401 GET \/api\/v1\/session$/],
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    hasTouch: true,
    deviceScaleFactor: 2,
  });
  player = await visitor(browser);
});
picturesOfFailures(() => ({ assistant, phone, player }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

test("c1_a_kick_off_is_drafted_from_the_data_and_sent", async () => {
  const { page } = assistant;
  await page.goto(world.link);
  await page.getByRole("link", { name: NAME }).first().click();
  await page.getByRole("button", { name: "起草启动会" }).click();
  await page.getByRole("heading", { level: 1, name: TITLE }).waitFor();
  const agenda = page.getByRole("textbox", { name: "议程" });
  expect(await agenda.inputValue()).toContain("核心目标与关键里程碑");
  expect(await agenda.inputValue()).toContain("李强");
  await page.getByRole("textbox", { name: "邀请", exact: true }).waitFor();
  // Without a time nobody is invited, and what is missing is said where it is missing.
  assistant.complaints.length = 0;
  await page.getByRole("textbox", { name: "地点" }).fill("三楼会议室");
  await page.getByRole("textbox", { name: "开始" }).fill("明天10:00");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存").first().waitFor();
  await assistant.shot("meeting-draft");
  await page.getByRole("button", { name: "发出邀请" }).click();
  await page.getByText("邀请已发出").waitFor();
  await page.getByText("三楼会议室").first().waitFor();
  await assistant.shot("meeting-called");
});

test("c1_who_is_invited_answers_on_the_card_and_on_the_desk", async () => {
  const { page } = assistant;
  // Whoever sends the invitation comes, and is not asked.
  await page.locator(".meeting-people > li", { hasText: "何静" }).getByText("来", { exact: true }).waitFor();
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  const card = simulator.card(player.page, "会议邀请");
  await card.waitFor();
  await player.shot("meeting-card");
  await card.getByRole("button", { name: "来", exact: true }).click();
  await page.locator(".meeting-people > li", { hasText: "李强" }).getByText("来", { exact: true }).waitFor();

  await phone.page.goto(world.url);
  await phone.page.getByRole("textbox", { name: "邮箱" }).fill("wangxiao@yunfan.example");
  await phone.page.getByRole("textbox", { name: "密码" }).fill("yunfan-demo");
  await phone.page.getByRole("button", { name: "登录" }).click();
  const asked = phone.page.getByRole("listitem").filter({ hasText: TITLE });
  await asked.waitFor();
  await asked.scrollIntoViewIfNeeded();
  await phone.shot("meeting-desk-phone");
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(wide).toBe(false);
  await asked.getByRole("button", { name: "来", exact: true }).click();
  await phone.page.getByText("已答复").waitFor();
  await asked.waitFor({ state: "detached" });
  await page.locator(".meeting-people > li", { hasText: "王晓" }).getByText("来", { exact: true }).waitFor();
  await phone.page.goto(page.url());
  await phone.page.getByRole("region", { name: "您来吗？" }).waitFor();
  await phone.shot("meeting-phone");
});

test("c1_another_place_is_told_and_the_meeting_stands_in_the_centre", async () => {
  const { page } = assistant;
  await page.getByRole("button", { name: "修改" }).click();
  await page.getByRole("textbox", { name: "地点" }).fill("四楼会议室");
  await page.getByRole("button", { name: "保存" }).click();
  await page.getByText("四楼会议室").first().waitFor();
  // Each has it in the calendar of their platform, as the page and the platform say.
  await page
    .getByRole("region", { name: "日程" })
    .getByText(/已写入 \d+ 人的日程/)
    .first()
    .waitFor();
  await assistant.shot("meeting-calendars");
  await player.page.getByRole("region", { name: "日程" }).getByText("四楼会议室").waitFor();
  await player.shot("meeting-simulated-calendar");
  await player.page.getByText("四楼会议室").first().waitFor();
  await page.getByRole("link", { name: NAME }).first().click();
  const part = page.getByRole("region", { name: "会议" });
  await part.getByRole("link", { name: TITLE }).waitFor();
  await page.getByRole("heading", { level: 1, name: NAME }).waitFor();
  await assistant.shot("meeting-centre");
});

test("nobody_s_browser_complained", () => {
  for (const one of [assistant, phone, player]) expect(one.complaints).toEqual([]);
});
