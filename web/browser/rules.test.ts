// The usage rules from the page to everybody's word: announced, confirmed on a platform and on the page, changed, announced anew,
// and read on a telephone.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
/** Somebody who leads the collaboration. */
let leader: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;
/** Somebody who plays the platforms' clients. */
let player: Visitor;
let members: string;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  leader = await visitor(browser);
  phone = await visitor(browser, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    hasTouch: true,
    deviceScaleFactor: 2,
  });
  player = await visitor(browser);
});
picturesOfFailures(() => ({ leader, phone, player }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

test("b4_rules_are_written_and_announced", async () => {
  const { page } = leader;
  await page.goto(world.link);
  await page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await page.getByRole("link", { name: "成员与群" }).click();
  await page.getByRole("region", { name: "使用规则" }).waitFor();
  members = page.url();
  const rules = page.getByRole("region", { name: "使用规则" });
  await rules.getByText("紧急事项：@全体").waitFor();
  await rules.getByRole("button", { name: "编辑" }).click();
  await rules.getByRole("textbox", { name: "规则" }).fill("紧急事项：@全体\n非紧急事项：只 @相关人\n周报周五发");
  await leader.shot("rules-edit");
  await rules.getByRole("button", { name: "保存并重新公布" }).click();
  await rules.getByText(/^0\/\d+ 人已确认阅读$/).waitFor();
  await leader.shot("rules-announced");
});

test("b4_a_member_confirms_on_their_platform_and_another_on_the_desk", async () => {
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  const card = simulator.card(player.page, "使用规则");
  await card.waitFor();
  await player.shot("rules-card");
  await card.getByRole("button", { name: "我已阅读" }).click();
  const { page } = leader;
  await page
    .getByRole("region", { name: "使用规则" })
    .getByText(/^1\/\d+ 人已确认阅读$/)
    .waitFor();
  await page.goto(`${world.url}/`);
  const waiting = page.locator(".waiting-card", { hasText: "请阅读并确认使用规则" });
  await waiting.waitFor();
  await page.getByRole("region", { name: "使用规则还没确认" }).waitFor();
  await leader.shot("rules-desk");
  await waiting.getByRole("button", { name: "我已阅读" }).click();
  await waiting.waitFor({ state: "detached" });
});

test("b4_changed_in_substance_they_are_confirmed_anew", async () => {
  await leader.page.goto(members);
  const rules = leader.page.getByRole("region", { name: "使用规则" });
  await rules.getByText(/^2\/\d+ 人已确认阅读$/).waitFor();
  await rules.getByRole("button", { name: "编辑" }).click();
  await rules.getByRole("textbox", { name: "规则" }).fill("紧急事项：@全体并打电话");
  await rules.getByRole("button", { name: "只改文字，不重新公布" }).click();
  await rules.getByText("紧急事项：@全体并打电话").waitFor();
  await rules.getByText(/^2\/\d+ 人已确认阅读$/).waitFor();
  await rules.getByRole("button", { name: "编辑" }).click();
  await rules.getByRole("button", { name: "保存并重新公布" }).click();
  await rules.getByText(/^0\/\d+ 人已确认阅读$/).waitFor();
});

test("b4_they_are_read_and_confirmed_on_a_telephone", async () => {
  await phone.page.goto(world.link);
  await phone.page.locator(".waiting-card", { hasText: "请阅读并确认使用规则" }).waitFor();
  await phone.shot("rules-desk-phone-dark");
  await phone.page.goto(members);
  const section = phone.page.getByRole("region", { name: "使用规则" });
  await section.scrollIntoViewIfNeeded();
  await section.getByRole("button", { name: "我已阅读" }).waitFor();
  await phone.shot("rules-phone-dark");
  expect({ leader: leader.complaints, phone: phone.complaints, player: player.complaints }).toEqual({
    leader: [],
    phone: [],
    player: [],
  });
});
