// The library from an empty tab to a page that two people write at once: written, previewed, saved, compared, fought over, shared,
// linked with a task, put into the trash and taken out, and read on a telephone.
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const TITLE = "产品V2.0 接口约定";

/** One white point. */
const PICTURE = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=",
  "base64",
);

let world: Demo;
let browser: Browser;
let assistant: Visitor;
/** The same page in another window. */
let other: Visitor;
/** A telephone in the dark. */
let phone: Visitor;
let place = "";
let collaboration = "";

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  const expected = [/^409 PUT \/api\/v1\/documents\//];
  assistant = await visitor(browser, { expected });
  other = await visitor(browser, { expected });
  phone = await visitor(browser, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
    hasTouch: true,
    deviceScaleFactor: 2,
  });
});
picturesOfFailures(() => ({ assistant, other, phone }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

const text = (window: Visitor) => window.page.getByRole("textbox", { name: "正文编辑区" });
const save = (window: Visitor) => window.page.getByRole("button", { name: "保存", exact: true });

test("c3_a_document_is_begun_from_a_template_and_written_beside_its_preview", async () => {
  const { page } = assistant;
  await page.goto(world.link);
  await page.getByRole("link", { name: "产品V2.0需求评审" }).first().click();
  await page.getByRole("link", { name: "资料库", exact: true }).click();
  await page.getByText("资料库里还没有文档").waitFor();
  collaboration = page.url().split("/c/")[1]?.split("/")[0] ?? "";
  await assistant.shot("library-empty");
  await page.getByRole("radio", { name: "模板" }).click();
  const shipped = page.getByRole("region", { name: "常用模板" });
  await shipped.getByText("故障报告").waitFor();
  await assistant.shot("library-templates");
  await shipped
    .getByRole("listitem")
    .filter({ hasText: "接口约定" })
    .getByRole("button", { name: "用此模板新建" })
    .click();
  const dialog = page.getByRole("dialog");
  const title = dialog.getByRole("textbox", { name: "标题" });
  expect(await title.inputValue()).toBe("接口约定");
  await title.fill(TITLE);
  await assistant.shot("library-new");
  await dialog.getByRole("button", { name: "新建", exact: true }).click();
  await page.getByRole("heading", { name: TITLE, exact: true }).waitFor();
  place = page.url().split("?")[0] ?? "";
  await text(assistant).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n## 分页\n\n- 用游标，每页 50 条");
  // A list goes on by itself.
  await page.keyboard.press("Enter");
  await page.keyboard.type("第一页不带游标");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("见https://example.feishu.cn/docx/Abc123。");
  const preview = page.getByRole("region", { name: "预览" });
  await preview.getByRole("heading", { name: "分页" }).waitFor();
  await preview.getByRole("listitem").filter({ hasText: "第一页不带游标" }).waitFor();
  await preview.getByRole("link", { name: /飞书.*文档.*https:\/\/example\.feishu\.cn\/docx\/Abc123$/ }).waitFor();
  await assistant.shot("document-write");
});

test("i6_what_was_typed_survives_a_page_that_is_closed_and_is_saved_as_a_version", async () => {
  const { page } = assistant;
  await page.goto(`${world.url}/`);
  await page.goto(`${place}?edit=1`);
  await page.getByText("未保存的内容。").waitFor();
  await assistant.shot("document-draft");
  await page.getByRole("button", { name: "继续编辑" }).click();
  await text(assistant).getByText("第一页不带游标").waitFor();
  await page.getByRole("textbox", { name: "改动说明" }).fill("补充分页规则");
  await text(assistant).click();
  await page.keyboard.press("Control+s");
  await page.getByRole("heading", { name: "分页" }).waitFor();
  const versions = page.getByRole("region", { name: "版本" });
  await versions.getByText("补充分页规则").waitFor();
  await versions.getByRole("button", { name: "改动" }).click();
  await versions.locator("ins", { hasText: "第一页不带游标" }).waitFor();
  await assistant.shot("document-read");
  await page.goto(`${place}?edit=1`);
  await text(assistant).waitFor();
  expect(await page.getByText("未保存的内容。").count()).toBe(0);
});

test("i6_of_two_editors_at_once_nobody_loses_a_word", async () => {
  await other.page.goto(world.link);
  await other.page.goto(`${place}?edit=1`);
  await text(other).click();
  await other.page.keyboard.press("Control+End");
  await other.page.keyboard.type("\n\n乙补充的一段。");
  const { page } = assistant;
  await text(assistant).click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("\n\n甲补充的一段。");
  await save(assistant).click();
  await page.getByRole("article").getByText("甲补充的一段。").waitFor();

  const conflict = other.page.getByRole("alert").filter({ hasText: "您写的内容没有丢" });
  await conflict.waitFor();
  await conflict.locator("del", { hasText: "甲补充的一段。" }).waitFor();
  await conflict.locator("ins", { hasText: "乙补充的一段。" }).waitFor();
  await other.shot("document-conflict");
  expect(await save(other).isDisabled()).toBe(true);
  await conflict.getByRole("button", { name: "继续编辑，保存为新版本" }).click();
  await text(other).click();
  await other.page.keyboard.press("Control+End");
  await other.page.keyboard.type("\n\n甲补充的一段。");
  await save(other).click();
  const article = other.page.getByRole("article");
  await article.getByText("乙补充的一段。").waitFor();
  await article.getByText("甲补充的一段。").waitFor();
});

test("i6_an_earlier_version_is_read_and_made_the_newest", async () => {
  const { page } = assistant;
  await page.goto(place);
  const versions = page.getByRole("region", { name: "版本" });
  const second = versions.getByRole("listitem").filter({ hasText: "补充分页规则" });
  await second.getByRole("button", { name: "查看" }).click();
  await page.getByText("正在查看第 2 版").waitFor();
  await assistant.shot("document-earlier");
  await page.getByRole("button", { name: "恢复为最新版" }).click();
  await versions.getByText("恢复第 2 版的内容").waitFor();
  expect(await page.getByRole("article").getByText("乙补充的一段。").count()).toBe(0);
});

test("f4_a_task_and_a_document_lead_to_each_other", async () => {
  const { page } = assistant;
  const reply = await page.request.get(`${world.url}/api/v1/tasks?collaboration=${collaboration}`);
  const task = (await reply.json()).items[0] as { id: string; number: number; name: string };
  await page.goto(`${world.url}/tasks/${task.id}`);
  await page.getByRole("button", { name: "关联文档" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: new RegExp(TITLE) })
    .click();
  const section = page.locator("section", { has: page.getByRole("heading", { name: "相关文档" }) });
  await section.getByRole("link", { name: new RegExp(TITLE) }).waitFor();
  await assistant.shot("document-on-task");
  await section.getByRole("link", { name: new RegExp(TITLE) }).click();
  const links = page.getByRole("region", { name: "关联" });
  await links.getByRole("link", { name: new RegExp(`#${task.number}`) }).click();
  await page.getByRole("heading", { name: task.name }).waitFor();
});

test("c3_a_pasted_picture_becomes_a_file_and_files_are_given_and_had_back", async () => {
  const { page } = assistant;
  await page.goto(`${place}?edit=1`);
  await text(assistant).click();
  expect(await page.getByText("未保存的内容").count(), "what was saved is no draft").toBe(0);
  await page.keyboard.press("Control+End");
  await page.keyboard.press("Enter");
  await text(assistant).evaluate(
    (area, bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "image.png", { type: "image/png" }));
      area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    },
    [...PICTURE],
  );
  const picture = page.getByRole("region", { name: "预览" }).getByRole("img", { name: /图片/ });
  await picture.waitFor();
  await page.waitForFunction(() => (document.querySelector(".prose img") as HTMLImageElement)?.naturalWidth > 0);
  await assistant.shot("document-picture");
  await save(assistant).click();
  const attached = page.getByRole("region", { name: "附件" });
  await attached.getByRole("link", { name: /图片.*png/ }).waitFor();
  await page.goto(`${world.url}/c/${collaboration}/library`);
  await page.getByRole("radio", { name: "文件" }).click();
  await page.getByText("还没有文件").waitFor();
  await page.locator('input[type="file"]').setInputFiles({
    name: "报价 V2.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("底价 30 万"),
  });
  const link = page.getByRole("link", { name: "报价 V2.txt" });
  await link.waitFor();
  await assistant.shot("library-files");
  const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
  expect(download.suggestedFilename()).toBe("报价 V2.txt");
  expect(readFileSync(await download.path(), "utf8")).toBe("底价 30 万");
  await page.getByRole("button", { name: "移入回收站 报价 V2.txt" }).click();
  await page.getByText("还没有文件").waitFor();
  await page.getByRole("button", { name: "撤销", exact: true }).click();
  await link.waitFor();
});

test("i2_who_may_see_it_is_said_and_c3_the_trash_gives_back", async () => {
  const { page } = assistant;
  await page.goto(place);
  const share = page.getByRole("region", { name: "谁可以看" });
  await share
    .getByRole("button", { name: /密级|内部/ })
    .first()
    .click();
  await page.getByRole("option", { name: "机密" }).click();
  await page.locator(".task-head .tag").getByText("机密", { exact: true }).waitFor();
  await page.getByRole("button", { name: "移入回收站", exact: true }).click();
  await page.getByText("已移入回收站").first().waitFor();
  await page.getByRole("button", { name: "撤销", exact: true }).click();
  await page.getByText("已恢复").waitFor();
  await page.getByRole("button", { name: "移入回收站", exact: true }).click();
  await page.getByText("移入回收站。").waitFor();
  await assistant.shot("document-trashed");
  await page.goto(`${world.url}/c/${collaboration}/library`);
  await page.getByText("资料库里还没有文档").waitFor();
  await page.getByRole("radio", { name: "回收站" }).click();
  await page.getByRole("link", { name: TITLE }).click();
  await page.getByRole("button", { name: "恢复", exact: true }).click();
  await page.getByRole("button", { name: "编辑", exact: true }).waitFor();
  await page.goto(`${world.url}/c/${collaboration}/library`);
  await page.getByRole("searchbox", { name: "查找标题和正文" }).fill("每页 50 条");
  await page.getByRole("link", { name: TITLE }).waitFor();
  await assistant.shot("library");
  await page.goto(`${world.url}/search?q=${encodeURIComponent("第一页不带游标")}`);
  await page.getByRole("link", { name: new RegExp(TITLE) }).waitFor();
});

test("c3_on_a_telephone_in_the_dark", async () => {
  const { page } = phone;
  await page.goto(world.link);
  await page.goto(`${world.url}/c/${collaboration}/library`);
  await page.getByRole("link", { name: TITLE }).waitFor();
  await phone.shot("library-phone-dark");
  await page.getByRole("link", { name: TITLE }).click();
  await page.getByRole("article").getByRole("heading", { name: "分页" }).waitFor();
  await phone.shot("document-phone-dark");
  await page.getByRole("button", { name: "编辑", exact: true }).click();
  await text(phone).waitFor();
  await phone.shot("document-write-phone-dark");
  await page.getByRole("radio", { name: "预览" }).click();
  await page.getByRole("region", { name: "预览" }).getByRole("heading", { name: "分页" }).waitFor();
  await phone.shot("document-preview-phone-dark");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await page.goto(`${world.url}/settings`);
  expect({ assistant: assistant.complaints, other: other.complaints, phone: phone.complaints }).toEqual({
    assistant: [],
    other: [],
    phone: [],
  });
});
