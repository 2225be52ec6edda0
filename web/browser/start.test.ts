// The guided start: from a situation to a collaboration whose rules are announced; what is entered is kept, a doubtful goal is
// questioned, holes are shown, and all of it works on a telephone in the dark.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
/** Somebody who starts a collaboration at a desk. */
let starter: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  starter = await visitor(browser);
  phone = await visitor(browser, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    hasTouch: true,
    deviceScaleFactor: 2,
  });
});
picturesOfFailures(() => ({ starter, phone }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

const steps = () => starter.page.getByRole("navigation", { name: "步骤" });
const step = (name: string) =>
  steps()
    .getByRole("button", { name: new RegExp(name) })
    .click();
const kept = () => starter.page.getByRole("status").getByText("已保存", { exact: true }).waitFor();

test("a1_b1_a_doubtful_goal_is_questioned_and_what_is_entered_is_kept", async () => {
  const { page } = starter;
  await page.goto(world.link);
  await page.goto(`${world.url}/collaborations`);
  await page.getByRole("button", { name: "新建协作" }).click();
  await page.getByRole("button", { name: /远程\/混合办公/ }).waitFor();
  await starter.shot("start-choices");
  await page.getByRole("button", { name: /多部门联合项目/ }).click();
  await page.getByLabel("名称").fill("数据导出");
  await page.getByLabel("核心目标").fill("推进数据导出");
  await page.getByText("看不出做到什么算达成").waitFor();
  await starter.shot("start-goal-doubtful");
  await page.getByRole("button", { name: "采用" }).first().click();
  expect(await page.getByLabel("核心目标").inputValue()).toBe("完成数据导出，并通过验收");
  await page.getByText("没有达成日期").waitFor();
  await page.getByLabel("达成日期").fill("2027-12-31");
  await page.getByText("没有达成日期").waitFor({ state: "detached" });
  await kept();
  // Somebody leaves, and goes on another day.
  await page.goto(`${world.url}/collaborations/new`);
  await page.getByRole("link", { name: /数据导出/ }).click();
  expect(await page.getByLabel("名称").inputValue()).toBe("数据导出");
});

test("b2_holes_are_shown_until_somebody_answers_for_each_duty", async () => {
  const { page } = starter;
  await step("里程碑");
  await page
    .getByRole("textbox", { name: /^里程碑 / })
    .first()
    .waitFor();
  expect(await page.getByRole("textbox", { name: /^里程碑 / }).count()).toBeGreaterThan(2);
  await starter.shot("start-milestones");
  await step("成员与分工");
  await page.getByText(/4 项没有人负责/).waitFor();
  await page.locator(".picker-button", { hasText: "添加成员" }).click();
  await page.getByRole("searchbox").fill("李强");
  await page.getByRole("option", { name: /李强/ }).first().click();
  await page.getByText("李强").first().waitFor();
  await starter.shot("start-holes");
  for (let duty = 1; duty <= 4; duty++) {
    await page
      .locator(".duty-row")
      .nth(duty - 1)
      .locator(".picker-button")
      .click();
    await page
      .getByRole("option", { name: duty % 2 ? /李强/ : /何静/ })
      .first()
      .click();
    await page.getByRole("option").first().waitFor({ state: "detached" });
  }
  await page.getByText("每项职责都有一个人负责").waitFor();
  await starter.shot("start-duties");
});

test("b3_b4_tools_rules_levels_and_groups_are_chosen_and_the_rules_are_announced", async () => {
  const { page } = starter;
  await step("工具");
  await page.getByRole("list", { name: "什么内容放在哪里" }).waitFor();
  await starter.shot("start-tools");
  await step("规则与节奏");
  await page.getByLabel("使用规则").waitFor();
  await starter.shot("start-rules");
  await step("时限");
  await page.locator(".foresight li").first().waitFor();
  await starter.shot("start-levels");
  await step("群");
  await page.getByRole("heading", { name: "可绑定的群" }).waitFor();
  await starter.shot("start-groups");
  await step("确认");
  await page.getByText("都已填写完整").waitFor();
  await starter.shot("start-confirm");
  await page.getByRole("button", { name: "开始协作" }).click();
  await page.getByRole("heading", { name: "数据导出" }).waitFor();
  await page.getByRole("region", { name: "使用规则" }).getByText("0/2 人已确认阅读").waitFor();
  const charter = page.getByRole("region", { name: "目标与分工" });
  await charter.getByText("评估技术").waitFor();
  await starter.shot("start-begun");
  await charter.getByRole("button", { name: "编辑" }).click();
  await charter.getByRole("textbox", { name: "里程碑 1", exact: true }).fill("启动会");
  await charter.getByRole("button", { name: "保存" }).click();
  await charter.getByRole("list", { name: "里程碑" }).getByText("启动会", { exact: true }).waitFor();
});

test("a1_on_a_telephone_in_the_dark", async () => {
  const { page } = phone;
  await page.goto(world.link);
  await page.goto(`${world.url}/collaborations/new`);
  await page.getByRole("button", { name: /跨地域客户对接/ }).click();
  await page.getByLabel("核心目标").fill("加强客户沟通");
  await page.getByText("看不出做到什么算达成").waitFor();
  await phone.shot("start-goal-phone-dark");
  for (const name of ["里程碑", "成员与分工", "工具", "规则与节奏", "时限", "群", "确认"]) {
    await page.getByRole("button", { name: "下一步" }).click();
    await page.getByRole("heading", { name, level: 2, exact: true }).waitFor();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    expect(wide, `${name} is no wider than the screen`).toBe(false);
    await phone.shot(`start-phone-dark-${name}`);
  }
  await page.getByText(/还有 \d+ 处需要补充/).waitFor();
  expect({ starter: starter.complaints, phone: phone.complaints }).toEqual({ starter: [], phone: [] });
});
