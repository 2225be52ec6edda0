// A problem from the page to its solution: raised, unanswered, called up the line, answered on a platform, linked, merged
// and solved.
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const PROBLEM = "导出的文件打不开";
const SAME = "导出的文件是乱码";

let world: Demo;
let browser: Browser;
/** The project assistant. */
let assistant: Visitor;
/** Somebody who plays the platforms' clients. */
let player: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  player = await visitor(browser);
  await assistant.page.goto(world.link);
  await assistant.page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await assistant.page.getByRole("link", { name: "问题", exact: true }).click();
});
picturesOfFailures(() => ({ assistant, player }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

const button = (name: string): Locator => assistant.page.getByRole("button", { name, exact: true });
const dialog = (): Locator => assistant.page.getByRole("dialog");
const row = (name: string): Locator => assistant.page.getByRole("row", { name: new RegExp(name) });
const line = (): Locator => assistant.page.getByRole("list", { name: "找谁答复" }).getByRole("listitem");

/** Chooses in a list that a button opens. */
async function choose(label: string, words: string) {
  await dialog().getByRole("button", { name: label }).click();
  await assistant.page.getByRole("searchbox", { name: label }).fill(words);
  await assistant.page.getByRole("option", { name: words }).first().click();
  await assistant.page.getByRole("searchbox", { name: label }).waitFor({ state: "detached" });
}

async function raise(title: string, owner: string) {
  await button("提出问题").click();
  await dialog().getByRole("textbox", { name: "问题" }).fill(title);
  await choose("请谁答复", owner);
  await dialog().getByRole("button", { name: "提出", exact: true }).click();
  await dialog().waitFor({ state: "detached" });
}

async function forward(...names: string[]) {
  await assistant.page.getByRole("button", { name: /演示/ }).click();
  for (const name of names) {
    const moved = assistant.page.waitForResponse((response) => response.url().endsWith("/demo/advance"));
    await assistant.page.getByRole("button", { name }).click();
    expect((await moved).status()).toBe(200);
  }
  await assistant.page.getByRole("region", { name: "演示", exact: true }).getByRole("button", { name: "关闭" }).click();
}

test("e2_the_call_list_is_put_in_order", async () => {
  await button("紧急呼叫名单").click();
  await assistant.page.getByText("其上级，逐级").waitFor();
  await choose("添加呼叫对象", "周婷");
  await choose("添加呼叫对象", "陈明");
  await dialog().getByRole("button", { name: "陈明 上移" }).click();
  await assistant.shot("problem-call-list");
  await dialog().getByRole("button", { name: "保存" }).click();
  await dialog().waitFor({ state: "detached" });
  await button("紧急呼叫名单").click();
  const places = await dialog().getByRole("listitem").allInnerTexts();
  expect(places.map((text) => text.replace(/\s+/g, " "))).toEqual([
    expect.stringContaining("被请答复的人"),
    expect.stringContaining("陈明"),
    expect.stringContaining("周婷"),
    expect.stringContaining("群里全体"),
  ]);
  await assistant.page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
});

test("e1_a_problem_raised_on_the_page_is_asked_in_its_owners_group", async () => {
  await raise(PROBLEM, "李强");
  await row(PROBLEM).getByText("待回复").waitFor();
  await row(PROBLEM).locator(".chip").waitFor();
  await assistant.shot("problem-list");
  await simulator.open(player.page, world.simulator, "feishu", "product_v2_dev", "liqiang");
  await simulator.card(player.page, PROBLEM).waitFor();
  await player.shot("problem-group");
});

test("e1_unanswered_for_24_hours_the_superior_is_called_on_and_the_page_shows_it", async () => {
  await row(PROBLEM).getByRole("link", { name: PROBLEM }).click();
  await assistant.page.getByRole("heading", { name: PROBLEM }).waitFor();
  expect(await line().first().innerText()).toContain("李强");
  await assistant.shot("problem-waiting");
  await forward("到明早", "＋2 小时", "＋1 小时");
  await line().filter({ hasText: "赵敏" }).getByText("已询问").waitFor();
  await simulator.open(player.page, world.simulator, "feishu", "zhaomin", "zhaomin");
  await simulator.card(player.page, PROBLEM).waitFor();
  await player.shot("problem-superior");
});

test("e3_an_answer_on_a_platform_stops_the_clock_and_shows_at_once", async () => {
  await simulator.card(player.page, PROBLEM).getByRole("button", { name: "收到，处理中" }).click();
  await assistant.page.locator(".task-head .tag").getByText("处理中").waitFor();
  await assistant.page
    .getByText(/预计 .* 前解决/)
    .first()
    .waitFor();
  await assistant.shot("problem-answered");
});

test("e1_it_is_linked_with_the_task_it_concerns", async () => {
  const task = "汇总客户对数据导出的需求";
  await button("关联任务或记录").click();
  await assistant.page.getByRole("button", { name: /关联任务或记录.*请选择/ }).click();
  await assistant.page.getByRole("searchbox", { name: "关联任务或记录" }).fill("汇总客户");
  await assistant.page
    .getByRole("option", { name: new RegExp(task) })
    .first()
    .click();
  await assistant.page
    .getByRole("list", { name: "关联" })
    .getByRole("link", { name: new RegExp(task) })
    .click();
  await assistant.page.getByRole("heading", { name: task }).waitFor();
  // And back from the task.
  await assistant.page
    .getByRole("link", { name: new RegExp(PROBLEM) })
    .first()
    .waitFor();
  await assistant.shot("problem-on-task");
});

test("e1_another_one_that_is_the_same_is_merged_into_it", async () => {
  await raise(SAME, "周婷");
  await assistant.page
    .getByRole("link", { name: new RegExp(SAME) })
    .first()
    .click();
  await assistant.page.getByRole("heading", { name: SAME }).waitFor();
  await button("合并").click();
  await choose("合并到", PROBLEM);
  await assistant.shot("problem-merge");
  await dialog().getByRole("button", { name: "合并", exact: true }).click();
  await assistant.page.getByRole("heading", { name: PROBLEM }).waitFor();
});

test("e1_solved_with_its_solution_and_every_step_in_its_history", async () => {
  await button("已解决").click();
  await dialog().getByRole("textbox", { name: "怎么解决的" }).fill("导出改为 UTF-8 编码，已验证");
  await dialog().getByRole("button", { name: "已解决", exact: true }).click();
  await assistant.page.locator(".task-head .tag").getByText("已解决").waitFor();
  expect(await assistant.page.locator(".task-head .chip").count()).toBe(0);
  const history = assistant.page.locator("section", { has: assistant.page.getByRole("heading", { name: "历史" }) });
  for (const step of ["李强", "赵敏", "UTF-8"]) await history.getByText(new RegExp(step)).first().waitFor();
  await assistant.shot("problem-solved");
});

test("nothing was complained of", () => {
  expect({ assistant: assistant.complaints, player: player.complaints }).toEqual({ assistant: [], player: [] });
});
