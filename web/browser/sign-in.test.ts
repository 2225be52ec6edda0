// Two people at one browser, one after the other.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
let somebody: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  somebody = await visitor(browser, { expected: [/^401 (GET|POST) \/api\/v1\/session$/] });
});
picturesOfFailures(() => ({ somebody }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

async function signIn(mail: string, password: string) {
  const { page } = somebody;
  await page.getByRole("textbox", { name: "邮箱" }).fill(mail);
  await page.getByRole("textbox", { name: "密码" }).fill(password);
  await page.getByRole("button", { name: "登录" }).click();
}

async function signOut() {
  await somebody.page.locator(".user-button").click();
  await somebody.page.getByRole("menuitem", { name: "退出登录" }).click();
  await somebody.page.getByRole("heading", { name: "登录环" }).waitFor();
}

test("who_signs_in_where_they_are_sees_their_own_at_once", async () => {
  const { page } = somebody;
  await page.goto(world.url);
  await signIn("wangxiao@yunfan.example", "not this one");
  await page.getByRole("alert").waitFor();
  expect(await page.getByRole("textbox", { name: "邮箱" }).inputValue()).toBe("wangxiao@yunfan.example");
  await signIn("wangxiao@yunfan.example", "yunfan-demo");
  await page.getByRole("heading", { name: "等我处理" }).waitFor();
  await page.locator(".user-name", { hasText: "王晓" }).waitFor();
});

test("the_next_one_finds_nothing_of_the_last", async () => {
  const { page } = somebody;
  await signOut();
  await signIn("liqiang@yunfan.example", "yunfan-demo");
  await page.locator(".user-name", { hasText: "李强" }).waitFor();
  expect(await page.locator(".user-name", { hasText: "王晓" }).count()).toBe(0);
});

test("a_link_leads_on_after_signing_in", async () => {
  const { page } = somebody;
  await signOut();
  await page.goto(`${world.url}/emergencies`);
  await signIn("liqiang@yunfan.example", "yunfan-demo");
  await page.locator(".user-name", { hasText: "李强" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/emergencies");
});

test("the_browser_had_nothing_to_complain_of", () => {
  expect(somebody.complaints).toEqual([]);
});
