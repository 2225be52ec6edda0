// The centre: what is said in a group comes into its sections by itself, leads back to where it was said, is moved, corrected
// and made into a task; decisions in chats are listed; all of it at a glance, also on a telephone.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
/** The project assistant at a desk. */
let assistant: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;

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

const section = (name: string) => assistant.page.locator(".centre-section", { hasText: name });
const said = (text: string) => simulator.spoken(world, "feishu", "product_v2_dev", "liqiang", text);

test("c3_the_first_tab_tells_at_a_glance_how_it_stands_and_leads_to_each", async () => {
  const { page } = assistant;
  await page.goto(world.link);
  await page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await page.getByRole("region", { name: "总体进展" }).waitFor();
  for (const part of ["快到时限的", "谁还欠什么", "决定与纪要", "问题", "看板", "记录表", "时间线"])
    await page.getByRole("heading", { name: new RegExp(`^${part}`) }).waitFor();
  await section("客户需求").getByText("首版支持 CSV 和 Excel").waitFor();
  await section("风险").getByText("测试服务器若周五前批不下来").waitFor();
  await assistant.shot("centre");
  await page.getByRole("link", { name: "全部 记录表" }).click();
  await page.getByRole("grid").waitFor();
  await page.goBack();
  await page.getByRole("region", { name: "总体进展" }).waitFor();
});

test("f1_f4_what_a_client_said_comes_in_by_itself_and_is_two_clicks_from_where_it_was_said", async () => {
  const { page } = assistant;
  await said("客户反馈：希望导出按钮放在列表右上角");
  const card = section("客户需求").locator(".entry-card", { hasText: "希望导出按钮放在列表右上角" });
  await card.waitFor();
  await said("供应商可能延期两周 #风险");
  await section("风险").getByText("供应商可能延期两周").waitFor();
  await assistant.shot("centre-sections");
  await card.getByRole("link", { name: "希望导出按钮放在列表右上角" }).click();
  await page.getByRole("heading", { name: "希望导出按钮放在列表右上角" }).waitFor();
  const back = page.getByRole("link", { name: "回到原消息" }).first();
  expect(await back.getAttribute("href")).toMatch(/^https?:/);
  await page.locator("blockquote", { hasText: "客户反馈：希望导出按钮放在列表右上角" }).waitFor();
  await assistant.shot("centre-entry");
  await page.getByRole("link", { name: /协作中心/ }).click();
  await card.waitFor();
});

test("f1_i6_an_entry_is_moved_taken_out_with_undo_and_corrected_with_a_note", async () => {
  const { page } = assistant;
  const more = async (what: RegExp | string) => {
    await page
      .locator(".entry-card", { hasText: "希望导出按钮" })
      .getByRole("button", { name: /更多操作/ })
      .click();
    await page.getByRole("menuitem", { name: what }).click();
  };
  await more("移到「需求变更」");
  await section("需求变更").getByText("希望导出按钮").waitFor();
  // The product manager hears of it.
  await simulator.waitForText(world, "dingtalk", "wangxiao", "需求变更");
  await more("移除");
  await page.locator(".entry-card", { hasText: "希望导出按钮" }).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "撤销" }).last().click();
  await section("需求变更").getByText("希望导出按钮").waitFor();
  await more("编辑");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "内容" }).fill("希望导出按钮放在列表左上角");
  await dialog.getByRole("textbox", { name: "修改说明" }).fill("客户电话里更正");
  await assistant.shot("centre-edit");
  await dialog.getByRole("button", { name: "保存" }).click();
  await page.getByRole("link", { name: "希望导出按钮放在列表左上角" }).click();
  await page.getByText(/客户电话里更正/).waitFor();
  await page.goBack();
});

test("i1_what_was_decided_in_a_chat_is_listed_and_taken_in", async () => {
  const { page } = assistant;
  await said("接口就按方案二做，下周三联调");
  await said("决定首版不做批量导入");
  const list = page.getByRole("region", { name: /群里像是定了/ });
  await list.getByText("接口就按方案二做").waitFor();
  await list.getByText("决定首版不做批量导入").waitFor();
  await assistant.shot("centre-decided");
  await list
    .getByRole("listitem")
    .filter({ hasText: "决定首版不做" })
    .getByRole("button", { name: "不是决定" })
    .click();
  await list.getByText("决定首版不做批量导入").waitFor({ state: "detached" });
  await list.getByRole("button", { name: "沉淀到协作中心" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "沉淀", exact: true }).click();
  await section("客户需求").getByText("接口就按方案二做").waitFor();
  await list.waitFor({ state: "detached" });
});

test("f1_sections_and_their_rules_are_the_collaborations_own", async () => {
  const { page } = assistant;
  await page.getByRole("button", { name: "分区与规则" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "新增分区" }).click();
  const own = dialog.getByRole("group").last();
  await own.getByRole("textbox", { name: "分区名称" }).fill("预算");
  await own.getByRole("textbox", { name: "开头词" }).fill("预算");
  await assistant.shot("centre-rules");
  await dialog.getByRole("button", { name: "保存" }).click();
  await page.getByRole("radio", { name: /预算/ }).waitFor();
  await said("预算：超了两万");
  await section("预算").getByText("超了两万").waitFor();
  expect(assistant.complaints).toEqual([]);
});

test("c3_on_a_telephone_in_the_dark", async () => {
  const { page } = phone;
  await page.goto(world.link);
  await page.goto(`${world.url}/collaborations`);
  await page
    .getByRole("link", { name: /产品V2.0需求评审/ })
    .first()
    .click();
  await page.getByRole("region", { name: "总体进展" }).waitFor();
  await phone.shot("centre-phone-dark");
  await page.getByRole("heading", { name: "沟通成果" }).scrollIntoViewIfNeeded();
  await phone.shot("centre-phone-dark-sections");
  await page.getByRole("heading", { name: /^时间线/ }).scrollIntoViewIfNeeded();
  await page.locator(".centre-timeline .said").first().waitFor();
  await phone.shot("centre-phone-dark-timeline");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide, "nothing is wider than the screen").toBeLessThanOrEqual(0);
  expect(phone.complaints).toEqual([]);
});
