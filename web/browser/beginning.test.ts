// From an empty database to people at work: what an administrator does on the first day, by the page alone.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Program, run } from "./program.ts";
import { spoken } from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

interface Platforms {
  page: string;
  feishu: { base_url: string; app_id: string; app_secret: string; verification_token: string; encrypt_key: string };
  dingtalk: {
    api_base_url: string;
    oapi_base_url: string;
    client_id: string;
    client_secret: string;
    corp_id: string;
    robot_code: string;
    card_templates: string[];
  };
}

let platforms: Platforms;
let simulators: Program;
let hub: Program;
let url: string;
let browser: Browser;
let administrator: Visitor;
let member: Visitor;
let page: Page;

beforeAll(async () => {
  simulators = run(["sim", "--feishu-port", "0", "--dingtalk-port", "0", "--teambition-port", "0"]);
  hub = run(["serve", "--listen", "127.0.0.1:0"]);
  browser = await startBrowser();
  platforms = JSON.parse((await simulators.printed(/^\{.*\}$/))[0]);
  // Whoever is not known yet, or has left, is told to sign in.
  const stranger = [/^401 GET \/api\/v1\//];
  administrator = await visitor(browser, { expected: stranger });
  member = await visitor(browser, { expected: stranger });
  page = administrator.page;
});
afterAll(async () => {
  await browser?.close();
  await hub?.stop();
  await simulators?.stop();
});
picturesOfFailures(() => ({ administrator, member }));

const go = (path: string) => page.goto(url + path);
/** Chooses in a list that opens at a button. */
async function choose(button: Locator, words: string) {
  await button.click();
  await page.getByRole("searchbox").last().fill(words);
  await page
    .getByRole("option", { name: new RegExp(words) })
    .first()
    .click();
}
const picker = (name: string): Locator => page.locator(".picker-button", { hasText: name });

test("the_first_start_prints_a_link_that_makes_the_administrator_once", async () => {
  const [link] = await hub.printed(/http:\S+\/setup\?link=\S+/);
  url = new URL(link).origin;
  await page.goto(link);
  await page.getByLabel("组织名称").fill("云帆科技");
  await page.getByLabel("姓名").fill("何静");
  await page.getByLabel("邮箱").fill("hejing@yunfan.example");
  await page.getByLabel("设置密码").fill("一句很容易记住的长长的话");
  await administrator.shot("setup");
  await page.getByRole("button", { name: "开始" }).click();
  await page.getByRole("heading", { name: "等我处理" }).waitFor();
  await administrator.shot("setup-desk");

  await member.page.goto(link);
  await member.page.getByText("这个链接不能用了").waitFor();
  await member.shot("setup-used");
});

test("accounts_are_connected_and_checked", async () => {
  await go("/accounts");
  await page.getByRole("button", { name: "飞书" }).first().click();
  await page.getByLabel("App ID").fill(platforms.feishu.app_id);
  await page.getByLabel("App Secret").fill(platforms.feishu.app_secret);
  await page.getByLabel("开放平台地址").fill(platforms.feishu.base_url);
  await page.getByRole("button", { name: "连接", exact: true }).click();
  await page.getByRole("dialog").getByText("已连接").waitFor();
  await page.getByRole("button", { name: "检查" }).click();
  await page.locator(".findings .notice, .notice.good").first().waitFor();
  await administrator.shot("account-checked");
  expect(await page.locator(".findings .notice.bad").allTextContents()).toEqual([]);

  await go("/accounts");
  await page.getByRole("button", { name: "钉钉" }).first().click();
  const dialog = page.getByRole("dialog");
  const fields: Record<string, string> = {
    "Client ID": platforms.dingtalk.client_id,
    "Client Secret": platforms.dingtalk.client_secret,
    机器人编码: platforms.dingtalk.robot_code,
    新版接口地址: platforms.dingtalk.api_base_url,
    旧版接口地址: platforms.dingtalk.oapi_base_url,
  };
  for (const [label, value] of Object.entries(fields)) await dialog.getByLabel(label).fill(value);
  await administrator.shot("account-dingtalk");
  await page.getByRole("button", { name: "连接", exact: true }).click();
  await dialog.getByText("已连接").waitFor();
});

test("a3_a_person_is_added_looked_up_and_invited", async () => {
  await go("/people");
  await page.getByRole("button", { name: "添加人员" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("姓名").fill("李强");
  await dialog.getByLabel("岗位").fill("研发组长");
  await dialog.getByLabel("邮箱").fill("liqiang@yunfan.example");
  await dialog.getByLabel("手机").fill("13800010002");
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.getByRole("button", { name: "在平台上查找" }).click();
  await page.getByText("找到 1 个身份").waitFor();
  await dialog.locator(".unmatched", { hasText: "飞书" }).waitFor();

  await dialog.getByRole("button", { name: "邀请链接" }).click();
  const link = await dialog.locator("code", { hasText: "/invite?link=" }).textContent();
  await administrator.shot("person-invited");
  await member.page.goto(link ?? "");
  await member.page.getByLabel("设置密码").fill("另一句很容易记住的长长的话");
  await member.shot("invited");
  await member.page.getByRole("button", { name: "开始" }).click();
  await member.page.getByRole("heading", { name: "等我处理" }).waitFor();
});

test("b1_b2_a_collaboration_is_made_with_members_and_a_group", async () => {
  await go("/collaborations");
  await page.getByRole("button", { name: "新建协作" }).click();
  await page.getByRole("button", { name: /多部门联合项目/ }).click();
  await page.getByLabel("名称").fill("数据导出");
  await page.getByLabel("核心目标").fill("完成数据导出上线");
  await page.getByLabel("达成日期").fill("2099-11-30");
  const step = (name: string) => page.getByRole("navigation", { name: "步骤" }).getByRole("button", { name }).click();
  await step("成员与分工");
  // What only one person can do is done by that one.
  await page.locator(".duty-row").first().waitFor();
  for (let duties = await page.locator(".duty-row").count(); duties > 0; duties--) {
    await page
      .locator(".duty-row .picker-button")
      .nth(duties - 1)
      .click();
    await page.getByRole("option", { name: /何静/ }).first().click();
    await page.getByRole("option").first().waitFor({ state: "detached" });
  }
  await step("确认");
  await page.getByRole("button", { name: "开始协作" }).click();
  await page.getByRole("heading", { name: "数据导出" }).waitFor();
  await page.locator(".member", { hasText: "何静" }).waitFor();
  await choose(picker("添加成员"), "李强");
  await page.locator(".member", { hasText: "李强" }).waitFor();

  // Who speaks in the group is not known yet.
  await spoken({ simulator: platforms.page }, "feishu", "product_v2_dev", "zhaomin", "@环 帮助");
  const here = page.url();
  // Feishu's messages do not name their group; its list of groups does.
  await go("/accounts");
  await page.getByRole("link", { name: /飞书/ }).click();
  await page.getByRole("button", { name: "刷新" }).click();
  await page.getByRole("dialog").getByText("产品V2.0研发群").waitFor();
  await page.goto(here);
  const group = page.locator(".member", { hasText: "产品V2.0研发群" });
  await group.getByRole("button", { name: "绑定" }).click();
  await group.getByRole("button", { name: /解绑/ }).waitFor();
  await administrator.shot("members-bound");
});

test("a3_somebody_unknown_who_spoke_is_joined_to_a_person", async () => {
  await go("/people");
  await page.getByRole("button", { name: "添加人员" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("姓名").fill("赵敏");
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.getByRole("heading", { name: "赵敏" }).waitFor();
  await go("/");
  await page.getByRole("link", { name: "去确认" }).first().click();
  await page.locator("li.unsure").first().waitFor();
  await administrator.shot("directory-unsure");
  await choose(page.locator("li.unsure .picker-button").first(), "赵敏");
  await page.getByText("没有待确认的人").waitFor();
});

test("i7_who_leaves_hands_their_work_over", async () => {
  await go("/collaborations");
  await page
    .locator("main")
    .getByRole("link", { name: /数据导出/ })
    .click();
  await page.getByRole("link", { name: "任务", exact: true }).click();
  await page.getByRole("button", { name: "新建任务" }).click();
  const asking = page.getByRole("dialog");
  await asking.getByLabel("要做什么").fill("评估导出的工作量");
  await choose(asking.locator(".picker-button", { hasText: "负责人" }).first(), "李强");
  await asking.getByRole("button", { name: "交给负责人" }).click();
  await page
    .getByRole("row", { name: /评估导出的工作量/ })
    .getByText("李强")
    .waitFor();

  await go("/people");
  await page.getByRole("link", { name: /李强/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "办理离开" }).click();
  await choose(dialog.locator(".picker-button", { hasText: "接手的人" }), "何静");
  await administrator.shot("person-leaving");
  await dialog.getByRole("button", { name: "李强 离开并交接" }).click();
  await page.getByText("李强 已离开，工作已交接").waitFor();
  await go("/");
  await page.getByText("评估导出的工作量").first().waitFor();
  // Who has left is not let in any more.
  await member.page.reload();
  await member.page.getByLabel("邮箱").waitFor();
});

test("i8_the_holidays_of_a_year_are_imported_from_a_file", async () => {
  await go("/settings");
  const year = {
    country: "CN",
    year: 2027,
    source: "测试",
    verified: false,
    days: [{ date: "2027-01-01", kind: "holiday", name: "元旦" }],
  };
  await page.locator('input[type="file"]').setInputFiles({
    name: "cn-2027.json",
    mimeType: "application/json",
    buffer: Buffer.from(JSON.stringify(year)),
  });
  await page.getByText("2027 年已导入").waitFor();
  await page.locator(".setting", { hasText: "2027" }).getByText("未核对").waitFor();
  await page.getByRole("button", { name: "删除 2027 年" }).click();
  await page.locator(".setting", { hasText: "2027" }).waitFor({ state: "detached" });
});

test("a_clean_stop_says_so", async () => {
  expect(await hub.stop()).toBe(0);
  expect(hub.lines.at(-1)).toMatch(/stopped/);
});

test("nothing was complained of", () => {
  // The program was stopped under the open pages.
  const lost = /ERR_|\/api\/v1\/events/;
  const complaints = [...administrator.complaints, ...member.complaints].filter((each) => !lost.test(each));
  expect(complaints).toEqual([]);
});
