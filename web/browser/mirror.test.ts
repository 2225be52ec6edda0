// A collaboration and its mirror in a Feishu space: it is set up on the page, stands there, and an edit there comes back.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

let world: Demo;
let browser: Browser;
/** The project assistant. */
let assistant: Visitor;
/** The same person with a telephone in the dark. */
let phone: Visitor;
/** The collaboration's address. */
let collaboration: string;

interface Row {
  id: string;
  cells: Record<string, unknown>;
}
interface Page {
  token: string;
  title: string;
  object: string;
  content: { kind: string; tables?: { id: string; name: string; rows: Row[] }[]; blocks?: { text: string }[] };
}

/** Everything that stands in the spaces. */
async function pages(): Promise<Page[]> {
  const state = await (await fetch(new URL("state", world.simulator))).json();
  return state.drive.spaces.flatMap((space: { pages: Page[] }) => space.pages);
}

/** Waits for the record table with a row. */
async function recordTable() {
  for (let tries = 0; tries < 600; tries++) {
    for (const page of await pages()) {
      const table = page.content.tables?.find((each) => each.name === "协作信息记录表");
      if (table && table.rows.length > 0) return { page, table };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the record table does not stand there: ${JSON.stringify(await pages())}`);
}

/** Somebody changes cells of a row in the Bitable. */
async function edit(base: Page, table: string, record: string, cells: Record<string, unknown>) {
  const answer = await fetch(new URL("feishu/drive", world.simulator), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person: "zhouting", do: "edit_row", base: base.object, table, record, cells }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  phone = await visitor(browser, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    hasTouch: true,
    deviceScaleFactor: 2,
  });
  await assistant.page.goto(world.link);
  const answer = await assistant.page.request.get(`${world.url}/api/v1/collaborations`);
  const { items } = await answer.json();
  collaboration = `${world.url}/c/${items.find((each: { name: string }) => each.name.startsWith("产品")).id}`;
});
picturesOfFailures(() => ({ assistant, phone }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

test("c3_a_mirror_is_set_up_on_the_page_and_stands_in_the_space", async () => {
  const { page } = assistant;
  await page.goto(`${collaboration}/sync`);
  await page.getByRole("button", { name: "选择知识空间" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("产品协作空间").first().waitFor();
  await assistant.shot("mirror-choose");
  await dialog.getByRole("button", { name: "建立镜像" }).click();
  await page.getByText("运行中").last().waitFor({ timeout: 60_000 });
  await assistant.shot("mirror-tab");
  const home = (await pages()).find((each) => each.title.startsWith("协作中心"));
  expect(home?.content.blocks?.some((block) => block.text === "核心目标")).toBe(true);
  await recordTable();
});

test("c3_a_cell_changed_in_the_bitable_changes_on_the_page_without_a_reload", async () => {
  const { page } = assistant;
  const { page: base, table } = await recordTable();
  const row = table.rows[0];
  if (!row) throw new Error("no row");
  const client = await visitor(browser);
  await client.page.goto(`${world.simulator}#drive/${base.token}/zhouting`);
  await client.page.getByText(String(row.cells.沟通主题)).first().waitFor();
  await client.shot("mirror-simulator-table");
  const home = (await pages()).find((each) => each.title.startsWith("协作中心"));
  await client.page.goto(`${world.simulator}#drive/${home?.token}/zhouting`);
  await client.page.getByText("核心目标").first().waitFor();
  await client.shot("mirror-simulator-page");
  await page.goto(`${collaboration}/records`);
  await page.getByText(String(row.cells.沟通主题)).first().waitFor();
  const summary = "在飞书里补充的摘要";
  await edit(base, table.id, row.id, { 核心信息摘要: summary });
  await page.getByText(summary).first().waitFor({ timeout: 30_000 });
  await assistant.shot("mirror-came-back");
});
test("c3_what_huan_cannot_take_is_written_back_and_shown_with_both_values", async () => {
  const { page } = assistant;
  const { page: base, table } = await recordTable();
  const row = table.rows[0];
  if (!row) throw new Error("no row");
  await page.goto(`${collaboration}/sync`);
  await page.getByRole("heading", { name: "飞书镜像" }).waitFor();
  await edit(base, table.id, row.id, { 负责人: "不认识的人" });
  await page.getByText("没有叫这个名字的协作成员").first().waitFor({ timeout: 30_000 });
  await page.getByText("不认识的人").first().waitFor();
  const now = (await recordTable()).table.rows.find((each) => each.id === row.id);
  expect(now?.cells.负责人, "written back").toBe(row.cells.负责人);
  await page.getByRole("heading", { name: "未采用的修改" }).scrollIntoViewIfNeeded();
  await assistant.shot("mirror-not-taken");
  expect(assistant.complaints).toEqual([]);
});

test("c3_the_mirror_fits_on_a_phone_in_the_dark", async () => {
  const { page } = phone;
  await page.goto(world.link);
  await page.goto(`${collaboration}/sync`);
  await page.getByRole("heading", { name: "未采用的修改" }).waitFor();
  await page.getByRole("heading", { name: "飞书镜像" }).scrollIntoViewIfNeeded();
  await phone.shot("mirror-phone-dark");
  await page.getByRole("heading", { name: "未采用的修改" }).scrollIntoViewIfNeeded();
  await phone.shot("mirror-phone-dark-conflicts");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(wide, "nothing is wider than the screen").toBeLessThanOrEqual(0);
  expect(phone.complaints).toEqual([]);
});
