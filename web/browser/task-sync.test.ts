// A task on two sides: what is said in a group stands on the Teambition board, and what is moved there moves here.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import * as simulator from "./simulator.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

const TASK = "核对导出字段清单";

let world: Demo;
let browser: Browser;
/** The project assistant. */
let assistant: Visitor;
/** The collaboration's address. */
let collaboration: string;

interface OnBoard {
  id: string;
  content: string;
  status_name: string;
}
interface Project {
  statuses: { id: string; name: string }[];
  fields: { id: string; name: string; choices: [string, string][] }[];
  tasks: OnBoard[];
}

/** The first project on simulated Teambition. */
async function project(): Promise<Project> {
  const state = await (await fetch(new URL("state", world.simulator))).json();
  return state.teambition.projects[0];
}

/** Waits for the task on the Teambition board. */
async function onBoard(fits: (task: OnBoard) => boolean = () => true): Promise<OnBoard> {
  for (let tries = 0; tries < 200; tries++) {
    const found = (await project()).tasks.find((task) => task.content === TASK && fits(task));
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`«${TASK}» is not on the board as it should be: ${JSON.stringify(await project())}`);
}

/** Somebody does something in Teambition's client. */
async function act(person: string, method: string, path: string, body: object) {
  const answer = await fetch(new URL("teambition/act", world.simulator), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ person, method, path, body }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  assistant = await visitor(browser);
  await assistant.page.goto(world.link);
  const answer = await assistant.page.request.get(`${world.url}/api/v1/collaborations`);
  const { items } = await answer.json();
  collaboration = `${world.url}/c/${items.find((each: { name: string }) => each.name.startsWith("产品")).id}`;
});
picturesOfFailures(() => ({ assistant }));
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});

test("d5_a_task_moved_on_the_teambition_board_moves_on_huans_board_without_a_reload", async () => {
  const { page } = assistant;
  await page.goto(`${collaboration}/board`);
  await page.getByRole("region", { name: "待处理" }).waitFor();
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  await simulator.spoken(world, "dingtalk", "product_v2", "wangxiao", `@环 任务 ${TASK} @研发组长 周五18:00前`);
  await page.getByRole("region", { name: "待处理" }).getByText(TASK).waitFor();
  const there = await onBoard();
  expect(there.status_name).toBe("待处理");

  const { statuses } = await project();
  const status = statuses.find((each) => each.name === "进行中")?.id;
  await act("liqiang", "PUT", `/v3/task/${there.id}/taskflowstatus`, { taskflowstatusId: status });
  await page.getByRole("region", { name: "进行中" }).getByText(TASK).waitFor();
  await assistant.shot("task-sync-board");
  await act("liqiang", "PUT", `/v3/task/${there.id}/content`, { content: `${TASK}（改）` });
  await page.getByRole("region", { name: "进行中" }).getByText(`${TASK}（改）`).waitFor();
  expect(await page.evaluate(() => "neverReloaded" in window), "without a reload").toBe(true);
  await act("liqiang", "PUT", `/v3/task/${there.id}/content`, { content: TASK });
  await page.getByRole("region", { name: "进行中" }).getByText(TASK, { exact: true }).waitFor();
});

test("d5_what_cannot_be_brought_into_step_is_listed_with_its_reason_and_tried_again", async () => {
  const { page } = assistant;
  const there = await onBoard();
  await page.goto(`${collaboration}/sync`);
  await page.getByText("全部已同步").waitFor();
  await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
  const field = (await project()).fields.find((each) => each.name === "承接");
  const choice = field?.choices.find(([, name]) => name === "已拒绝");
  await act("liqiang", "POST", `/v3/task/${there.id}/customfield/update`, {
    customfieldId: field?.id,
    value: [{ id: choice?.[0], title: "已拒绝" }],
  });
  await page.getByText("暂不承接需要理由和建议").waitFor();
  await assistant.shot("task-sync-trouble");
  await act("liqiang", "POST", `/v3/task/${there.id}/comment`, { content: "排期已满，建议下周一" });
  await page.getByRole("button", { name: "重试" }).click();
  await page.getByText("全部已同步").waitFor();
  await page.goto(`${collaboration}/board`);
  await page.getByRole("region", { name: "待反馈" }).getByText(TASK).waitFor();
  expect(assistant.complaints).toEqual([]);
});

test("d5_the_set_up_shows_what_means_what", async () => {
  const { page } = assistant;
  await page.goto(`${collaboration}/sync`);
  await page.getByRole("button", { name: "同步设置" }).click();
  const dialog = page.getByRole("dialog", { name: "同步设置" });
  await dialog.getByRole("button", { name: /「待验收」对应/ }).waitFor();
  await assistant.shot("task-sync-set-up");
  await dialog.getByRole("button", { name: /「待验收」对应/ }).click();
  await page.getByRole("option", { name: "已完成" }).click();
  await dialog.getByRole("button", { name: "保存" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "同步设置" }).click();
  await dialog
    .getByRole("button", { name: /「待验收」对应/ })
    .filter({ hasText: "已完成" })
    .waitFor();
  expect(assistant.complaints).toEqual([]);
});
