// F4: a record, a task, a problem, a decision and an entry are two clicks from the message they came of, and it is one click
// from each of them.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
/** The project assistant. */
let assistant: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  phone = await visitor(browser, { viewport: { width: 390, height: 844 }, colorScheme: "dark", hasTouch: true });
  await assistant.page.goto(world.link);
  await assistant.page.getByRole("link", { name: "产品V2.0需求评审" }).first().waitFor();
});
picturesOfFailures(() => ({ assistant, phone }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

/** Waits until a list of the API has something with these words, and gives its id. */
async function found(list: string, words: string): Promise<{ id: string; collaboration: string }> {
  for (let tries = 0; tries < 600; tries++) {
    const answer = await assistant.page.request.get(`${world.url}/api/v1/${list}`);
    const { items } = await answer.json();
    const one = items.find((each: Record<string, unknown>) =>
      [each.name, each.title, each.topic, each.text].some((name) => typeof name === "string" && name.includes(words)),
    );
    if (one) return { id: one.id, collaboration: one.collaboration.id ?? one.collaboration };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`no «${words}» among ${list}`);
}

/** From the page of a thing to the message and back to the thing. */
async function thereAndBack(place: string, name: string, back: RegExp) {
  const { page } = assistant;
  await page.goto(`${world.url}${place}`);
  const link = page.getByRole("link", { name: "消息的去向" }).first();
  await link.waitFor();
  // To the original on its platform it is one click, …
  const original = page.getByRole("link", { name: "回到原消息" }).first();
  expect(await original.getAttribute("href")).toMatch(/^https?:/);
  // … to the message and all that came of it, too, …
  await link.click();
  await page.getByRole("heading", { name: "消息与去向" }).waitFor();
  await page.locator("blockquote", { hasText: name }).waitFor();
  const made = page.getByRole("region", { name: "由它形成" });
  await made.getByRole("link", { name }).first().waitFor();
  await assistant.shot(`traced-${name}`);
  // … and back.
  await made.getByRole("link", { name: back }).first().click();
  await page.waitForURL((url) => `${url.pathname}${url.search}` === place);
}

test("f4_task_and_record_lead_to_the_message_and_back", async () => {
  const name = "评估导出的并发上限";
  await simulator.spoken(world, "dingtalk", "product_v2", "wangxiao", `@环 任务 ${name} @研发组长 周五12:00前`);
  const task = await found("tasks?limit=200", name);
  await thereAndBack(`/tasks/${task.id}`, name, /^#\d+/);
  const record = await found(`records?collaboration=${task.collaboration}&limit=200`, name);
  await thereAndBack(`/c/${record.collaboration}/records?row=${record.id}`, name, /-\d{4}-/);
});

test("f4_a_problem_leads_to_the_message_and_back", async () => {
  const name = "导出的表头错位";
  await simulator.spoken(world, "dingtalk", "product_v2", "wangxiao", `@环 问题 ${name} @李强`);
  const problem = await found("problems?limit=200", name);
  await thereAndBack(`/problems/${problem.id}`, name, /^P\d+/);
});

test("f4_a_decision_leads_to_the_message_and_back", async () => {
  const name = "表头固定在首行";
  await simulator.spoken(world, "dingtalk", "product_v2", "wangxiao", `@环 决定 ${name} 记录人 @何静`);
  const minutes = await found("minutes?limit=200", name);
  await thereAndBack(`/minutes/${minutes.id}`, name, /^M\d+/);
});

test("f4_an_entry_leads_to_the_message_and_back_and_the_timeline_to_both", async () => {
  const { page } = assistant;
  const name = "希望表头可以冻结";
  await simulator.spoken(world, "feishu", "product_v2_dev", "liqiang", `客户反馈：${name}`);
  const entry = await found("entries?limit=200", name);
  await thereAndBack(`/entries/${entry.id}`, name, /^E\d+/);
  await page.goto(`${world.url}/c/${entry.collaboration}`);
  const moment = page.locator(".centre-timeline .said", { hasText: name });
  await moment.getByRole("link", { name: "消息的去向" }).click();
  await page.getByRole("region", { name: "由它形成" }).getByRole("link", { name: /^E\d+/ }).waitFor();
  expect(assistant.complaints).toEqual([]);
});

test("f4_on_a_telephone_in_the_dark", async () => {
  const { page } = phone;
  await page.goto(world.link);
  const entry = await found("entries?limit=200", "希望表头可以冻结");
  await page.goto(`${world.url}/entries/${entry.id}`);
  await page.getByRole("link", { name: "消息的去向" }).first().click();
  await page.getByRole("region", { name: "由它形成" }).waitFor();
  await phone.shot("traced-phone-dark");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide, "nothing is wider than the screen").toBeLessThanOrEqual(0);
  expect(phone.complaints).toEqual([]);
});
