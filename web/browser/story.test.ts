// The story of the first closed loop, told by the pages alone.
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const TASK = "评估数据导出的技术可行性";

let world: Demo;
let browser: Browser;
/** The project assistant, with the collaboration's tasks open. */
let assistant: Visitor;
/** Somebody who plays the platforms' clients. */
let player: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  // The simulators refuse a card whose fields were left empty.
  player = await visitor(browser, { expected: [/^409 POST \/sim\/press/] });
});
picturesOfFailures(() => ({ assistant, player }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

const row = (name: string): Locator => assistant.page.getByRole("row", { name: new RegExp(name) });
const seconds = (text: string) => {
  const part = (unit: string) => Number(new RegExp(`(\\d+)\\s*${unit}`).exec(text)?.[1] ?? 0);
  return (part("小时") * 60 + part("分")) * 60 + part("秒");
};

test("the printed link signs in, once the browser follows it, and leads to the desk", async () => {
  await assistant.page.goto(world.link);
  await assistant.page.getByRole("heading", { name: "等我处理" }).waitFor();
  await assistant.page.getByText("准备需求评审会的材料包").first().waitFor();
  await assistant.shot("story-desk");
});

test("d1_a_task_written_in_the_dingtalk_group_appears_on_the_open_page_with_a_running_countdown", async () => {
  await assistant.page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await assistant.page.getByRole("link", { name: "任务", exact: true }).click();
  await row("汇总客户对数据导出的需求").waitFor();
  // A reload would forget this.
  await assistant.page.evaluate(() => Object.assign(window, { neverReloaded: true }));

  await simulator.open(player.page, world.simulator, "dingtalk", "product_v2", "wangxiao");
  await simulator.say(player.page, `@环 任务 ${TASK} @研发组长 周五12:00前`);
  await player.page.locator("#messages .message:not(.mine)", { hasText: TASK }).waitFor();

  await row(TASK).waitFor();
  const chip = row(TASK).locator(".chip");
  const left = async () => seconds((await chip.textContent()) ?? "");
  await chip.waitFor();
  const before = await left();
  expect(before).toBeGreaterThan(115 * 60);
  expect(before).toBeLessThanOrEqual(120 * 60);
  await assistant.shot("story-offered");
  await player.shot("story-group");
});

test("d2_declining_on_the_feishu_card_needs_a_reason_and_a_proposal", async () => {
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  const card = simulator.card(player.page, TASK);
  await card.waitFor();
  await card.getByRole("button", { name: "暂不承接" }).click();
  // Without a reason nothing changes.
  await player.page.locator("#toasts .toast").first().waitFor();
  await row(TASK).getByText("待处理").waitFor();

  await card.locator('[name="reason"]').fill("本周排期已满");
  await card.locator('[name="proposal"]').fill("改到下周一12:00");
  await player.shot("story-feishu-card");
  await card.getByRole("button", { name: "暂不承接" }).click();
  await row(TASK).getByText("待反馈").waitFor();
  await assistant.shot("story-declined");
});

test("d2_the_initiator_agrees_in_dingtalk_and_the_clock_starts_again", async () => {
  await simulator.open(player.page, world.simulator, "dingtalk", "wangxiao", "wangxiao");
  const card = simulator.card(player.page, "本周排期已满");
  await card.waitFor();
  await player.shot("story-dingtalk-card");
  await card.getByRole("button", { name: /同意/ }).click();
  await row(TASK).getByText("待处理").waitFor();
  await row(TASK)
    .getByText(/下?周一 12:00|11月30日 12:00|12:00/)
    .first()
    .waitFor();
  const left = seconds((await row(TASK).locator(".chip").textContent()) ?? "");
  expect(left).toBeGreaterThan(115 * 60);
});

test("d2_accepting_changes_the_cards_and_the_page_by_themselves", async () => {
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  const card = simulator.card(player.page, TASK);
  await card.getByRole("button", { name: "承接", exact: true }).click();
  await card.getByText(/已承接/).waitFor();
  await row(TASK).getByText("进行中").waitFor();
  await player.shot("story-accepted-feishu");

  await simulator.open(player.page, world.simulator, "dingtalk", "wangxiao", "wangxiao");
  await player.page
    .locator("#messages")
    .getByText(/已承接/)
    .first()
    .waitFor();
  expect(await assistant.page.evaluate(() => "neverReloaded" in window)).toBe(true);
  await assistant.shot("story-accepted");
});

test("f4_every_step_stands_in_the_history_with_a_way_back_to_the_message", async () => {
  await row(TASK).getByRole("link", { name: TASK }).click();
  await assistant.page.getByRole("heading", { name: new RegExp(TASK) }).waitFor();
  const history = assistant.page.locator("section", { has: assistant.page.getByRole("heading", { name: "历史" }) });
  for (const step of ["本周排期已满", "同意建议", "承接"]) await history.getByText(step).first().waitFor();
  await assistant.shot("story-history");
  const link = await assistant.page
    .locator(`a[href^="${new URL(world.simulator).origin}"]`)
    .first()
    .getAttribute("href");
  await player.page.goto(link ?? "");
  await player.page.locator(".message.found", { hasText: TASK }).waitFor();
});

test("d2_unanswered_it_is_called_to_mind_and_then_the_superior_is_called_on", async () => {
  const second = "复核导出接口的权限";
  await simulator.open(player.page, world.simulator, "dingtalk", "product_v2", "wangxiao");
  await simulator.say(player.page, `@环 任务 ${second} @研发组长 周五18:00前`);
  await player.page.locator("#messages .message:not(.mine)", { hasText: second }).waitFor();

  await assistant.page.goto(world.url);
  await assistant.page.getByRole("button", { name: /演示/ }).click();
  const forward = async (name: string) => {
    const moved = assistant.page.waitForResponse((response) => response.url().endsWith("/demo/advance"));
    await assistant.page.getByRole("button", { name }).click();
    expect((await moved).status()).toBe(200);
  };
  await forward("＋1 小时");
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  await player.page
    .locator("#messages")
    .getByText(new RegExp(`提醒.*${second}`))
    .first()
    .waitFor();

  await forward("＋2 小时");
  await player.page
    .locator("#messages")
    .getByText(new RegExp(`${second}.*超时`))
    .first()
    .waitFor();
  await simulator.open(player.page, world.simulator, "feishu", "zhaomin", "zhaomin");
  await player.page
    .locator("#messages")
    .getByText(new RegExp(`请协调.*${second}`))
    .first()
    .waitFor();
  await player.shot("story-superior");
  await simulator.open(player.page, world.simulator, "dingtalk", "wangxiao", "wangxiao");
  await player.page
    .locator("#messages")
    .getByText(new RegExp(`${second}.*未在时限内答复`))
    .first()
    .waitFor();
});

test("i9_a_message_of_unknown_fate_waits_for_a_person_and_is_sent_again", async () => {
  const third = "补充导出的测试用例";
  await simulator.open(player.page, world.simulator, "dingtalk", "product_v2", "wangxiao");
  await simulator.say(player.page, `@环 任务 ${third} @研发组长 明天18:00前`);
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  const card = simulator.card(player.page, third);
  await card.waitFor();
  const fault = { fault: "answer_lost", platform: "dingtalk", operation: "POST /v1.0/robot/oToMessages/batchSend" };
  await player.page.request.post(new URL("faults", world.simulator).href, { data: fault });
  await card.getByRole("button", { name: "承接", exact: true }).click();
  await card.getByText(/已承接/).waitFor();

  await assistant.page.goto(world.url);
  await assistant.page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await assistant.page.getByRole("link", { name: "任务", exact: true }).click();
  await row(third).getByRole("link", { name: third }).click();
  const state = (words: string) => assistant.page.locator(".delivery .tag", { hasText: words });
  await state("不确定").waitFor();
  await assistant.shot("story-uncertain");
  await player.page.request.delete(new URL("faults", world.simulator).href);
  await assistant.page.getByRole("button", { name: "重新发送" }).click();
  await state("不确定").waitFor({ state: "detached" });
  await assistant.page.getByText("已通过钉钉将任务通知发给王晓").first().waitFor();
});

test("f1_the_links_in_messages_lead_to_what_they_are_about", async () => {
  await simulator.open(player.page, world.simulator, "dingtalk", "product_v2", "hejing");
  await simulator.say(player.page, "@环 记录 主题：导出格式讨论 负责人：@何静");
  const answer = player.page.locator("#messages .message:not(.mine)", { hasText: "导出格式讨论" }).last();
  const [link] = /http:\/\/\S+/.exec((await answer.textContent()) ?? "") ?? [];
  await assistant.page.goto(link ?? "");
  await assistant.page.getByRole("dialog").getByRole("textbox", { name: "沟通主题" }).waitFor();
  expect(await assistant.page.getByRole("textbox", { name: "沟通主题" }).inputValue()).toContain("导出格式讨论");
});

test("nothing was complained of", () => {
  expect({ assistant: assistant.complaints, player: player.complaints }).toEqual({ assistant: [], player: [] });
});
