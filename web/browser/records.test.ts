// The record table in the hands of two people, and with many rows.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

/** How many rows the long table gets. */
const MANY = Number(process.env.HUAN_MANY_ROWS ?? 500);

let world: Demo;
let browser: Browser;
let one: Visitor;
let other: Visitor;
let collaboration: string;

const as = (person: string) => world.link.replace(/person=.*/, `person=${person}`);
const cell = (page: Page, record: string, column: string) => page.locator(`[id="${record}-${column}"]`);

/** Types into a cell and leaves it with Enter. */
async function type(page: Page, record: string, column: string, text: string) {
  await cell(page, record, column).click();
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  one = await visitor(browser);
  // The other one's page hears of nothing, so that it learns of a change only by being refused.
  other = await visitor(browser, {
    expected: [/ERR_FAILED GET .*\/api\/v1\/events/, /^409 PATCH \/api\/v1\/records\//],
  });
  await one.page.goto(world.link);
  const get = async (path: string) => (await one.page.request.get(`${world.url}/api/v1${path}`)).json();
  collaboration = (await get("/collaborations")).items.find((each: { name: string }) =>
    each.name.startsWith("产品"),
  ).id;
  const people: { id: string; name: string }[] = (await get("/people")).items;
  await other.page.goto(as(people.find((person) => person.name === "王晓")?.id ?? ""));
});
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});
picturesOfFailures(() => ({ one, other }));

const records = async (query = ""): Promise<{ id: string; version: number; summary: string }[]> =>
  (await (await one.page.request.get(`${world.url}/api/v1/records?collaboration=${collaboration}${query}`)).json())
    .items;

test("h5_a_cell_edited_in_two_browsers_shows_the_row_as_it_is_and_may_still_be_mine", async () => {
  await other.context.route("**/api/v1/events", (route) => route.abort());
  await Promise.all([one, other].map(({ page }) => page.goto(`${world.url}/c/${collaboration}/records`)));
  const [row] = await records();
  const id = row?.id ?? "";
  await cell(other.page, id, "summary").waitFor();
  await type(one.page, id, "summary", "先到的人写的");
  await expect.poll(() => cell(one.page, id, "summary").textContent()).toBe("先到的人写的");

  await type(other.page, id, "summary", "后到的人写的");
  await other.page.getByText("刚被别人改过").waitFor();
  expect(await cell(other.page, id, "summary").textContent()).toBe("先到的人写的");
  await other.shot("records-conflict");
  await other.page.getByRole("button", { name: "仍用我的" }).click();
  await expect.poll(() => cell(other.page, id, "summary").textContent()).toBe("后到的人写的");
  // The first one's page is live.
  await expect.poll(() => cell(one.page, id, "summary").textContent()).toBe("后到的人写的");
});

test("h5_another_cell_of_the_same_row_is_no_conflict", async () => {
  const [row] = await records();
  const id = row?.id ?? "";
  await type(one.page, id, "topic", "改过的主题");
  await expect.poll(() => cell(one.page, id, "topic").textContent()).toBe("改过的主题");
  await type(other.page, id, "summary", "另一格");
  await expect.poll(() => cell(one.page, id, "summary").textContent()).toBe("另一格");
  expect(await cell(other.page, id, "topic").textContent()).toBe("改过的主题");
  expect(await other.page.getByText("刚被别人改过").count()).toBe(0);
});

test("h5_what_arrives_while_a_cell_is_being_edited_is_not_overwritten_unseen", async () => {
  const [row] = await records();
  const id = row?.id ?? "";
  await cell(one.page, id, "summary").click();
  await one.page.keyboard.press("F2");
  await one.page.keyboard.type("，补充");
  await type(other.page, id, "summary", "别人刚写的");
  await expect.poll(async () => (await records())[0]?.summary).toBe("别人刚写的");
  await expect.poll(() => cell(one.page, id, "summary").textContent()).toBe("别人刚写的");
  await one.page.keyboard.press("Enter");
  await one.page.getByText("刚被别人改过").waitFor();
  expect((await records())[0]?.summary).toBe("别人刚写的");
  await other.context.unroute("**/api/v1/events");
});

test("h3_a_vague_follow_up_is_questioned_while_it_is_typed", async () => {
  const page = one.page;
  await page.setViewportSize({ width: 1600, height: 900 });
  const [row] = await records();
  await cell(page, row?.id ?? "", "follow_up").click();
  await page.keyboard.type("需尽快确认。下周进行压力测试。");
  await page.locator(".cell-wording").waitFor();
  await one.shot("records-vague");
  const box = await page.locator(".cell-editor.on").boundingBox();
  expect((box?.x ?? 0) + (box?.width ?? 0), "the editor keeps off the window's edge").toBeLessThanOrEqual(1592);
  expect(await page.locator(".cell-wording").textContent()).not.toMatch(/。；/);
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("h5_a_long_table_scrolls_to_its_end_and_stays_fluid", { timeout: 120_000 }, async () => {
  const page = one.page;
  const members = (await (await page.request.get(`${world.url}/api/v1/collaborations/${collaboration}`)).json())
    .members;
  const owner = members[0].person.id;
  for (let begin = 0; begin < MANY; begin += 20)
    await Promise.all(
      Array.from({ length: Math.min(20, MANY - begin) }, async (_, index) => {
        const answer = await page.request.post(`${world.url}/api/v1/records`, {
          headers: { "X-Huan-CSRF": "1" },
          data: { collaboration, topic: `第${begin + index + 1}行`, owner, status: "pending" },
        });
        expect(answer.status()).toBe(201);
      }),
    );
  await page.goto(`${world.url}/c/${collaboration}/records`);
  await page.getByRole("grid").waitFor();
  await page.locator('[role="gridcell"]').first().click();
  const began = Date.now();
  await page.keyboard.press("Control+End");
  // The oldest rows are those that came with the demonstration.
  await page.locator('[role="gridcell"]', { hasText: "客户提出增加数据导出功能" }).waitFor();
  const jump = Date.now() - began;
  const frames = await page.evaluate(async () => {
    const grid = document.querySelector('[role="grid"]') as HTMLElement;
    const taken: number[] = [];
    let last = performance.now();
    for (let step = 0; step < 120; step++) {
      grid.scrollTop = Math.max(0, grid.scrollTop - 400);
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      taken.push(now - last);
      last = now;
    }
    return taken.sort((a, b) => a - b);
  });
  const at = (share: number) => Math.round(frames[Math.floor(frames.length * share)] ?? 0);
  console.log(
    `${MANY} rows: to the end in ${jump} ms; a frame of scrolling ${at(0.5)} ms, the slowest twentieth from ${at(0.95)} ms`,
  );
  await one.shot("records-many");
});

test("nothing was complained of", () => {
  expect({ one: one.complaints, other: other.complaints }).toEqual({ one: [], other: [] });
});
