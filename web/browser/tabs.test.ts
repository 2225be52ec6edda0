// Many pages after each other and beside each other: a browser opens six connections to a server at most.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
let guest: Visitor;

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  guest = await visitor(browser);
  await guest.page.goto(world.link);
});
picturesOfFailures(() => ({ guest }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

/** How many streams of live updates the server counts. */
async function streams(): Promise<number> {
  const said = await (await guest.page.request.get(`${world.url}/metrics`)).text();
  return Number(/^\S*live_streams (\d+)$/m.exec(said)?.[1]);
}

test("a_page_that_is_left_gives_its_stream_back", async () => {
  const { page } = guest;
  for (const path of ["/people", "/settings", "/search", "/people", "/collaborations", "/settings", "/people", "/"]) {
    await page.goto(world.url + path);
    await expect.poll(() => page.getByRole("main").textContent()).not.toBe("");
    await expect.poll(streams, { timeout: 10_000 }).toBe(1);
  }
});

test("a_tab_that_nobody_sees_gives_its_stream_back_and_catches_up_when_it_is_looked_at", async () => {
  const { page } = guest;
  const look = (state: "hidden" | "visible") =>
    page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await page.goto(`${world.url}/collaborations`);
  await expect.poll(streams, { timeout: 10_000 }).toBe(1);
  await look("hidden");
  await expect.poll(streams, { timeout: 10_000 }).toBe(0);
  const [first] = (await (await page.request.get(`${world.url}/api/v1/collaborations`)).json()).items;
  const { version } = await (await page.request.get(`${world.url}/api/v1/collaborations/${first.id}`)).json();
  const changed = await page.request.patch(`${world.url}/api/v1/collaborations/${first.id}`, {
    headers: { "X-Huan-CSRF": "1" },
    data: { version, name: "换了名字的协作" },
  });
  expect(changed.status()).toBe(200);
  await look("visible");
  await page.getByRole("main").getByText("换了名字的协作").waitFor();
  await expect.poll(streams, { timeout: 10_000 }).toBe(1);
  expect(guest.complaints).toEqual([]);
});
