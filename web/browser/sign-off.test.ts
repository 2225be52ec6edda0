// Acceptance from the call to the last signature: called for on the page, refused and signed on the platform and by the
// signer's link, and read on a telephone.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const NAME = "产品V2.0需求评审";
const STATEMENT = "需求文档评审通过，遗留问题 0 项";
const MISSING = "缺少压力测试报告";

let world: Demo;
let browser: Browser;
/** The project assistant, who administers too, at a desk. */
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

test("g1_acceptance_is_called_for_with_evidence_and_signers_and_what_is_open_is_shown", async () => {
  const { page } = assistant;
  await page.goto(world.link);
  await page.getByRole("link", { name: NAME }).first().click();
  await page.getByRole("link", { name: "验收", exact: true }).click();
  await page.getByText("还没有发起过验收").waitFor();
  await assistant.shot("sign-off-empty");
  await page.getByRole("button", { name: "发起验收" }).click();
  const dialog = page.getByRole("dialog", { name: "发起验收" });
  await dialog.getByText("还有未了结的事").waitFor();
  await dialog.getByRole("button", { name: "发起验收" }).click();
  await dialog.getByText("至少附一项证据").waitFor();
  await dialog.getByRole("textbox", { name: "达成情况" }).fill(STATEMENT);
  await dialog.getByRole("button", { name: "查找任务、记录、纪要" }).click();
  const list = page.getByRole("dialog", { name: "查找任务、记录、纪要" });
  await list
    .getByRole("option", { name: /任务 #/ })
    .first()
    .click();
  await page.keyboard.press("Escape");
  await dialog.getByRole("textbox", { name: "文件或网页地址" }).fill("https://example.com/report.pdf");
  await dialog.getByRole("textbox", { name: "文件名称" }).fill("评审报告");
  await dialog.getByRole("button", { name: "添加" }).click();
  await dialog.getByRole("textbox", { name: "说明" }).fill("评审记录已归档");
  await dialog.getByRole("button", { name: "签字人" }).click();
  const people = page.getByRole("dialog", { name: "签字人" });
  for (const name of ["李强", "周婷"]) await people.getByRole("option", { name: new RegExp(name) }).click();
  await page.keyboard.press("Escape");
  await assistant.shot("sign-off-call");
  await dialog.getByRole("button", { name: "发起验收" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("article", { name: "第 1 轮" }).getByText("0/2 已签字").waitFor();
  await assistant.shot("sign-off-open");
});

test("g1_a_signer_refuses_on_their_card_and_the_initiator_reads_why", async () => {
  const { page } = assistant;
  await simulator.open(player.page, world.simulator, "feishu", "liqiang", "liqiang");
  const card = simulator.card(player.page, "验收：");
  await card.waitFor();
  await player.shot("sign-off-card");
  await card.getByLabel("驳回原因").fill(MISSING);
  await card.getByRole("button", { name: "驳回" }).click();
  await page.getByRole("article", { name: "第 1 轮" }).getByText(MISSING).waitFor();
  await page.getByRole("article", { name: "第 1 轮" }).getByText("不必再签").waitFor();
  await assistant.shot("sign-off-refused");
  await page.goto(`${world.url}/`);
  const waits = page.locator(".waiting-card", { hasText: "验收被驳回" });
  await waits.getByText(MISSING).waitFor();
  await waits.scrollIntoViewIfNeeded();
  await assistant.shot("sign-off-desk");
  await waits.getByRole("link", { name: "去处理" }).click();
});

test("g1_called_for_again_it_is_signed_on_platforms_and_the_work_is_done", async () => {
  const { page } = assistant;
  await page.getByRole("button", { name: "重新发起验收" }).click();
  const dialog = page.getByRole("dialog", { name: "重新发起验收" });
  // What was called for stands there already.
  expect(await dialog.getByRole("textbox", { name: "达成情况" }).inputValue()).toBe(STATEMENT);
  await dialog.getByRole("textbox", { name: "达成情况" }).fill(`${STATEMENT}，已补压力测试报告`);
  await dialog.getByRole("button", { name: "发起验收" }).click();
  await dialog.waitFor({ state: "detached" });
  const round = page.getByRole("article", { name: "第 2 轮" });
  await round.getByText("0/2 已签字").waitFor();
  await page.getByText("之前的各轮").waitFor();
  for (const [signer, signed] of [
    ["liqiang", "1/2 已签字"],
    ["zhouting", "2/2 已签字"],
  ] as const) {
    await simulator.open(player.page, world.simulator, "feishu", signer, signer);
    const card = simulator.card(player.page, "（第 2 轮）");
    await card.getByRole("button", { name: "签字确认" }).click();
    await round.getByText(signed).waitFor();
  }
  await round.getByText("全部签字，协作已完成。").waitFor();
  await page.locator(".collaboration-title .tag").getByText("已完成").waitFor();
  expect(await page.getByRole("button", { name: "重新发起验收" }).count()).toBe(0);
  await assistant.shot("sign-off-done");
});

test("g1_on_a_telephone_in_the_dark", async () => {
  await phone.page.goto(world.link);
  await phone.page.goto(`${world.url}/collaborations`);
  await phone.page
    .getByRole("link", { name: new RegExp(NAME) })
    .first()
    .click();
  await phone.page.getByRole("link", { name: "验收", exact: true }).click();
  await phone.page.getByRole("article", { name: "第 2 轮" }).waitFor();
  await phone.shot("sign-off-phone-dark");
  await phone.page.goto(`${world.url}/collaborations`);
  await phone.page
    .getByRole("link", { name: /Q3营销活动落地/ })
    .first()
    .click();
  await phone.page.getByRole("link", { name: "验收", exact: true }).click();
  await phone.page.getByRole("button", { name: "发起验收" }).click();
  await phone.page.getByRole("dialog").getByRole("textbox", { name: "达成情况" }).fill(STATEMENT);
  // It comes up from below.
  await phone.page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== "running"));
  await phone.shot("sign-off-call-phone-dark");
  expect({ assistant: assistant.complaints, phone: phone.complaints, player: player.complaints }).toEqual({
    assistant: [],
    phone: [],
    player: [],
  });
});
