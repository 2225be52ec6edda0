// How somebody is told: on which platform, at which hours; that calling on everybody has its limit; and that nothing that was
// typed stays behind at a machine that somebody else sits down at.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
/** Somebody at a desk. */
let desk: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  desk = await visitor(browser);
  phone = await visitor(browser, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    hasTouch: true,
    deviceScaleFactor: 2,
  });
});
picturesOfFailures(() => ({ desk, phone }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

test("i5_each_platform_has_its_own_settings_and_inherits_the_others", async () => {
  const { page } = desk;
  await page.goto(world.link);
  await page.getByRole("link", { name: "产品V2.0需求评审" }).first().waitFor();
  await page.goto(`${world.url}/settings`);
  const notices = page.getByRole("region", { name: "通知" });
  const there = notices.getByRole("radiogroup", { name: "钉钉 · 普通通知" });
  await there.waitFor();
  await desk.shot("notices");
  await notices.getByText("单独设置", { exact: true }).first().click();
  await notices.getByRole("radiogroup", { name: "钉钉 · 问题进展" }).getByRole("radio", { name: "定时汇总" }).click();
  await notices.getByRole("radiogroup", { name: "钉钉 · 免打扰" }).getByRole("radio", { name: "开" }).click();
  await desk.shot("notices-platform");
  await notices.getByRole("button", { name: "保存" }).click();
  await page.getByText("已保存").waitFor();
  await page.reload();
  const news = notices.getByRole("radiogroup", { name: "钉钉 · 问题进展" });
  await news.getByRole("radio", { name: "定时汇总", checked: true }).waitFor();
  await there.getByRole("radio", { name: "不发到这里" }).click();
  await news.waitFor({ state: "detached" });

  await phone.page.goto(world.link);
  await phone.page.goto(`${world.url}/settings`);
  const small = phone.page.getByRole("region", { name: "通知" });
  await small.getByRole("radiogroup", { name: "钉钉 · 免打扰" }).waitFor();
  await small.getByRole("radiogroup", { name: "钉钉 · 普通通知" }).scrollIntoViewIfNeeded();
  await phone.shot("notices-phone-dark");
  const wide = await phone.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide, "nothing reaches over the edge").toBeLessThanOrEqual(0);
});

test("i5_the_page_says_when_everybody_is_not_called_on_any_more", async () => {
  const { page } = desk;
  await page.goto(world.url);
  await page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await page.getByRole("link", { name: "成员与群" }).click();
  const rules = page.getByRole("region", { name: "使用规则" });
  for (const [words, said] of [
    ["一", "每群每天最多 2 次，今天还有余量。"],
    ["二", "每群每天最多 2 次，今天还有余量。"],
    ["三", /今天已达上限（每群每天 2 次）/],
  ] as const) {
    await rules.getByRole("button", { name: "编辑" }).click();
    await rules.getByRole("textbox", { name: "规则" }).fill(`紧急事项：@全体（${words}）`);
    await rules.getByText("@全体", { exact: true }).click();
    await rules.getByText(said).waitFor();
    if (words === "三") {
      await rules.getByRole("button", { name: "保存并重新公布" }).scrollIntoViewIfNeeded();
      await desk.shot("everybody-full");
    }
    await rules.getByRole("button", { name: "保存并重新公布" }).click();
    await rules.getByRole("button", { name: "编辑" }).waitFor();
  }
});

test("whoever_signs_out_takes_their_drafts_along", async () => {
  const { page } = desk;
  await page.evaluate(() => localStorage.setItem("huan.draft.per_other.doc_1", "{}"));
  const me = await page.evaluate(() => fetch("/api/v1/session").then((answer) => answer.json()));
  await page.evaluate((id) => localStorage.setItem(`huan.draft.${id}.doc_1`, "{}"), me.person.id);
  await page.getByRole("button", { name: me.person.name }).first().click();
  await page.getByRole("menuitem", { name: "退出登录" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("1 份未保存的草稿").waitFor();
  await desk.shot("sign-out-drafts");
  await dialog.getByRole("button", { name: "仍要退出" }).click();
  await page.locator(".entry-card").waitFor();
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("huan.draft.")));
  await expect.poll(kept).toEqual([]);
});

test("nothing_was_complained_of", () => {
  expect(desk.complaints).toEqual([]);
  expect(phone.complaints).toEqual([]);
});
