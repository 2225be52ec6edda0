// The daily digest: drafted, edited by the assistant, sent to the groups, archived; on a desk and on a telephone.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
/** The project assistant at a desk. */
let assistant: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;
/** Where the digests of the collaboration are. */
let place: string;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  phone = await visitor(browser, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    hasTouch: true,
    deviceScaleFactor: 2,
  });
});
picturesOfFailures(() => ({ assistant, phone }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

test("c2_the_draft_stands_on_the_page_and_is_edited", async () => {
  const { page } = assistant;
  await page.goto(world.link);
  await page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await page.getByRole("link", { name: "日报周报", exact: true }).click();
  const daily = page.getByRole("article", { name: /^日报/ });
  await daily.waitFor();
  place = new URL(page.url()).pathname;
  await page.getByRole("region", { name: "同步节奏" }).waitFor();
  await assistant.shot("digests");
  await daily.getByRole("button", { name: "修改" }).click();
  await daily.getByRole("textbox", { name: "前言" }).fill("明天上午评审，请准时到会。");
  await daily.getByRole("button", { name: "补充一条" }).click();
  await daily.getByRole("textbox", { name: "内容" }).last().fill("准备演示环境");
  await assistant.shot("digests-edit");
  await daily.getByRole("button", { name: "保存修改" }).click();
  await daily.getByText("明天上午评审，请准时到会。").waitFor();
  await daily.getByText("准备演示环境").waitFor();
  await assistant.shot("digests-edited");
});

test("c2_it_goes_to_the_groups_and_is_archived", async () => {
  const { page } = assistant;
  const daily = page.getByRole("article", { name: /^日报/ });
  await daily.getByRole("button", { name: "现在发出" }).click();
  await assistant.shot("digests-send");
  await page.getByRole("dialog").getByRole("button", { name: "现在发出" }).click();
  // In the group of the developers on Feishu.
  await expect
    .poll(async () => {
      const state = await (await fetch(new URL("state?viewer=liqiang", world.simulator))).json();
      return JSON.stringify(state.platforms.feishu).includes("准备演示环境");
    })
    .toBe(true);
  const archived = page.locator(".digest-past").first();
  await archived.waitFor();
  await archived.click();
  await page.getByText(/^发到了/).waitFor();
  await page.getByText("明天上午评审，请准时到会。").waitFor();
  await assistant.shot("digests-archived");
  expect(await page.getByRole("button", { name: "修改" }).count()).toBe(0);
});

test("c2_on_a_telephone", async () => {
  const { page } = phone;
  await page.goto(world.link);
  await page.goto(world.url + place);
  await page.getByRole("article", { name: /^日报/ }).waitFor();
  await phone.shot("digests-phone");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  expect(wide).toBe(false);
});
