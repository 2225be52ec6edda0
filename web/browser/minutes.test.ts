// Minutes from the page to everybody's word: entered, drafted from a pasted chat, filed, objected to on a platform, revised,
// compared, and read on a telephone.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const TITLE = "首版只支持CSV导出";
const ACTION = "给出导出功能的工作量评估";

let world: Demo;
let browser: Browser;
/** The project assistant at a desk. */
let assistant: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;
/** Somebody who plays the platforms' clients. */
let player: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  phone = await visitor(browser, {
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

test("f3_a_decision_entered_on_the_page_owes_minutes_and_stands_on_the_desk", async () => {
  const { page } = assistant;
  await page.goto(world.link);
  await page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await page.getByRole("link", { name: "纪要", exact: true }).click();
  await page.getByText("这里还没有会议纪要").waitFor();
  await page.getByRole("button", { name: "登记决定或会议" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "决定了什么" }).fill(TITLE);
  await assistant.shot("minutes-begin");
  await page.getByRole("dialog").getByRole("button", { name: "登记", exact: true }).click();
  await page.getByRole("heading", { name: TITLE }).waitFor();
  await page.locator(".task-head .chip").waitFor();
  await page.goto(`${world.url}/`);
  const card = page.locator(".waiting-card", { hasText: TITLE });
  await card.getByText("待您提交的会议纪要").waitFor();
  await assistant.shot("minutes-desk");
  await card.getByRole("link", { name: "去编写" }).click();
  await page.getByRole("heading", { name: TITLE }).waitFor();
});

test("f3_a_pasted_chat_becomes_a_draft_whose_guesses_are_marked", async () => {
  const { page } = assistant;
  await page.getByRole("button", { name: "粘贴文本生成草稿" }).click();
  const dialog = page.getByRole("dialog");
  await dialog
    .getByRole("textbox", { name: "文本" })
    .fill(
      `王晓 09:40：导出格式今天要定\n李强 09:41：先做CSV\n王晓 09:45：决定：${TITLE}\n待办：@李强 下周五17:00前${ACTION}`,
    );
  await assistant.shot("minutes-paste");
  await dialog.getByRole("button", { name: "生成草稿" }).click();
  await dialog.waitFor({ state: "detached" });
  expect(await page.getByRole("textbox", { name: "结论" }).inputValue()).toBe(TITLE);
  expect(await page.getByRole("textbox", { name: "做什么" }).first().inputValue()).toBe(ACTION);
  expect(await page.getByText("待核对", { exact: true }).count()).toBeGreaterThan(3);
  await assistant.shot("minutes-draft");
  for (let left = await page.getByRole("button", { name: "已核对" }).count(); left > 0; left--)
    await page.getByRole("button", { name: "已核对" }).first().click();
  expect(await page.getByText("待核对", { exact: true }).count()).toBe(0);
});

test("f3_vague_words_are_refused_and_what_is_filed_becomes_a_task_and_goes_to_the_participants", async () => {
  const { page } = assistant;
  const what = page.getByRole("textbox", { name: "做什么" }).first();
  await what.fill("尽快跟进");
  await page.locator(".wording").first().waitFor();
  await what.fill(ACTION);
  await page.getByRole("button", { name: "提交纪要" }).click();
  await page.locator(".task-head .tag").getByText("已提交", { exact: true }).waitFor();
  await page.getByRole("link", { name: new RegExp(ACTION) }).waitFor();
  const words = page.getByRole("region", { name: "参会人确认" });
  await words.getByRole("listitem").filter({ hasText: "李强" }).getByText("待确认").waitFor();
  await assistant.shot("minutes-filed");
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  const card = simulator.card(player.page, "会议纪要 M");
  await card.waitFor();
  await player.shot("minutes-card");
  await card.getByLabel("哪里不对").fill("还要支持Excel");
  await card.getByRole("button", { name: "有异议" }).click();
  await words.getByRole("listitem").filter({ hasText: "李强" }).getByText("还要支持Excel").waitFor();
  await assistant.shot("minutes-objected");
});

test("f3_the_objection_is_answered_and_i6_a_new_version_shows_what_changed", async () => {
  const { page } = assistant;
  await page.getByRole("button", { name: "答复异议" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "答复" }).fill("Excel 放到下一版");
  await page.getByRole("dialog").getByRole("button", { name: "答复异议" }).click();
  await page.getByText("异议已答复").waitFor();
  await page.getByRole("button", { name: "修订" }).click();
  await page.getByRole("textbox", { name: "结论" }).fill(`${TITLE}，Excel放到下一版`);
  await page.getByRole("textbox", { name: "改了什么" }).fill("写明Excel");
  await page.getByRole("button", { name: "提交新版本" }).click();
  await page.locator(".task-head .tag").getByText("第 2 版").waitFor();
  const editions = page.getByRole("region", { name: "版本" });
  await editions.getByRole("button", { name: "与上一版对照" }).click();
  await editions.locator("ins", { hasText: "Excel放到下一版" }).waitFor();
  await editions.locator("del", { hasText: TITLE }).waitFor();
  await assistant.shot("minutes-difference");
  await page.getByRole("link", { name: new RegExp(ACTION) }).click();
  await page.getByRole("heading", { name: ACTION }).waitFor();
  await page.getByRole("heading", { name: "来自会议纪要" }).waitFor();
  await page
    .getByRole("link", { name: new RegExp(TITLE) })
    .first()
    .waitFor();
  await assistant.shot("minutes-on-task");
});

test("f3_on_a_telephone_in_the_dark", async () => {
  await phone.page.goto(world.link);
  await phone.page.goto(`${world.url}/collaborations`);
  await phone.page
    .getByRole("link", { name: /产品V2.0需求评审/ })
    .first()
    .click();
  await phone.page.getByRole("link", { name: "纪要", exact: true }).click();
  await phone.page
    .getByRole("link", { name: new RegExp(TITLE) })
    .first()
    .waitFor();
  await phone.shot("minutes-list-phone-dark");
  await phone.page
    .getByRole("link", { name: new RegExp(TITLE) })
    .first()
    .click();
  await phone.page.getByRole("heading", { name: TITLE }).waitFor();
  await phone.shot("minutes-phone-dark");
  await phone.page.getByRole("button", { name: "修订" }).click();
  await phone.page.getByRole("textbox", { name: "结论" }).waitFor();
  await phone.shot("minutes-edit-phone-dark");
  await phone.page.goto(`${world.url}/settings`);
  expect({ assistant: assistant.complaints, phone: phone.complaints, player: player.complaints }).toEqual({
    assistant: [],
    phone: [],
    player: [],
  });
});
