// An emergency told by the page and one press on a phone: raise → acknowledge → checklist → stage report → all-clear →
// fault report.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const TITLE = "支付模块故障，下单失败";

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

test("e2_one_line_on_the_page_raises_it_and_the_telephone_rings", async () => {
  const { page } = assistant;
  await page.goto(world.link);
  await page.goto(`${world.url}/emergencies`);
  await page.getByText("没有紧急事件").waitFor();
  await assistant.shot("emergency-none");
  await page.getByRole("button", { name: "紧急呼叫" }).click();
  await page.getByRole("textbox", { name: "问题" }).fill(TITLE);
  await page.getByRole("dialog").getByRole("button", { name: /协作/ }).click();
  await page.getByRole("option", { name: "产品V2.0需求评审" }).click();
  await assistant.shot("emergency-raise");
  await page.getByRole("button", { name: "立即呼叫" }).click();
  await page.getByRole("heading", { name: TITLE }).waitFor();
  await page.getByText("正在呼叫").waitFor();
  await page.getByText("系统故障应急预案").first().waitFor();
  await assistant.shot("emergency-ringing");

  await phone.page.goto(world.link);
  await phone.page.getByRole("alert").filter({ hasText: TITLE }).click();
  await phone.page.getByRole("heading", { name: TITLE }).waitFor();
  await phone.shot("emergency-ringing-phone-dark");
});

test("e2_one_press_in_the_chat_acknowledges_and_the_open_page_shows_it", async () => {
  // The initiator of the collaboration is asked where nobody was named.
  await simulator.open(player.page, world.simulator, "dingtalk", "wangxiao", "wangxiao");
  const card = simulator.card(player.page, TITLE);
  await card.waitFor();
  await player.shot("emergency-card");
  await card.getByRole("button", { name: "收到", exact: true }).click();
  await assistant.page.getByText("王晓 已响应，处置中").waitFor();
});

test("e2_the_checklist_is_ticked_and_the_timeline_writes_itself", async () => {
  const { page } = assistant;
  const list = page.getByRole("region", { name: "应急清单" });
  await list.locator("label").first().click();
  await list.getByText("清单 1/").waitFor();
  await page.getByRole("textbox", { name: "记一笔" }).fill("已联系云厂商");
  await page.getByRole("button", { name: "记一笔" }).click();
  const timeline = page.getByRole("region", { name: "时间线" });
  for (const words of ["启动「系统故障应急预案」", "收到，处理中", "完成清单事项", "已联系云厂商"])
    await timeline.getByText(words).first().waitFor();
  await page.getByRole("button", { name: "阶段报告" }).click();
  const words = page.getByRole("dialog").getByRole("textbox", { name: "报告内容" });
  expect(await words.inputValue()).toContain("王晓 已接手");
  await words.fill("已扩容，恢复中");
  await page.getByRole("button", { name: "发到各群" }).click();
  await timeline.getByText("已扩容，恢复中").first().waitFor();
  await assistant.shot("emergency-running");
  await phone.page.getByText("已扩容，恢复中").first().waitFor();
  await phone.shot("emergency-running-phone-dark");
});

test("e2_after_the_all_clear_the_drafted_report_is_completed_and_its_measure_becomes_a_task", async () => {
  const { page } = assistant;
  await page.getByRole("button", { name: "解除", exact: true }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "怎么恢复的" }).fill("扩容后恢复");
  await page.getByRole("dialog").getByRole("button", { name: "解除", exact: true }).click();
  const report = page.getByRole("region", { name: "故障报告" });
  await report.getByText("按时间线起草").waitFor();
  expect(await report.getByRole("textbox", { name: "事件概述" }).inputValue()).toContain(TITLE);
  await assistant.shot("emergency-report-draft");
  await report.getByRole("textbox", { name: "根本原因" }).fill("服务器负载过高");
  await report.getByRole("textbox", { name: "措施", exact: true }).fill("支付模块压测");
  await report.getByRole("button", { name: "负责人" }).click();
  await page.getByRole("option", { name: /李强/ }).click();
  await report.getByRole("textbox", { name: "完成时间" }).fill("下周五17:00");
  const read = page.waitForResponse((response) => response.url().endsWith("/time"));
  await report.getByRole("textbox", { name: "完成时间" }).press("Tab");
  await read;
  await report.getByRole("button", { name: "提交故障报告" }).click();
  await report.getByRole("link", { name: "支付模块压测" }).waitFor();
  await assistant.shot("emergency-filed");
  await report.getByRole("link", { name: "支付模块压测" }).click();
  await page.getByRole("heading", { name: "支付模块压测" }).waitFor();
  expect(assistant.complaints).toEqual([]);
  expect(phone.complaints).toEqual([]);
});

test("e2_a_drill_says_so_on_every_screen", async () => {
  const { page } = assistant;
  await page.goto(`${world.url}/emergencies`);
  await page.getByRole("button", { name: "应急演练" }).click();
  await page.getByRole("textbox", { name: "问题" }).fill("机房断电");
  await page.getByRole("button", { name: "开始演练" }).click();
  await page.getByText("不真正打电话").waitFor();
  await assistant.shot("emergency-drill");
  expect(assistant.complaints).toEqual([]);
});
