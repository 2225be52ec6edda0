// The people directory in the hands of an administrator: a list is given, looked at and imported, who is doubtful is said, and
// the work of somebody who leaves is handed over.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Demo, demo } from "./program.ts";
import { picturesOfFailures, startBrowser, type Visitor, visitor } from "./visitor.ts";

interface Person {
  id: string;
  name: string;
  mobile: string;
  staff_number: string;
  standing: { kind: string };
}
interface Task {
  id: string;
  name: string;
  status: string;
  owner: { id: string; name: string };
}

let world: Demo;
let browser: Browser;
let admin: Visitor;
let page: Page;
let people: Person[];
/** Who leaves, and a task that they own. */
let leaver: Person;
let task: Task;
/** Two others. */
let boss: Person;
let other: Person;

const get = async (path: string) => (await page.request.get(`${world.url}/api/v1${path}`)).json();

beforeAll(async () => {
  [world, browser] = await Promise.all([demo(), startBrowser()]);
  admin = await visitor(browser);
  page = admin.page;
  await page.goto(world.link);
  people = (await get("/people?limit=200")).items;
  const me = (await get("/session")).person.id;
  const tasks: Task[] = (await get("/tasks")).items;
  task = tasks.find((each) => each.owner.id !== me && each.status !== "done") as Task;
  leaver = people.find((person) => person.id === task.owner.id) as Person;
  [boss, other] = people.filter((person) => ![leaver.id, me].includes(person.id)) as [Person, Person];
});
afterAll(async () => {
  await browser?.close();
  await world?.program.stop();
});
picturesOfFailures(() => ({ admin }));

/** A list with somebody new, somebody with the numbers of two people, a mistake, and somebody who has left. */
function list(): string {
  return [
    "姓名,手机号,邮箱,工号,部门,职务,直接上级,状态",
    `方圆,13912340000,fangyuan@example.com,N100,研发部,架构师,${boss.name},在职`,
    `小钱,${boss.mobile},,${other.staff_number},,,,`,
    "没号码,,,,,,,",
    `${leaver.name},${leaver.mobile},,${leaver.staff_number},,,,离职`,
  ].join("\n");
}

test("a3_a_list_is_given_looked_at_and_imported", async () => {
  await page.goto(`${world.url}/people`);
  await page.getByRole("link", { name: "导入与同步" }).click();
  await page
    .getByLabel("选择文件")
    .first()
    .setInputFiles({ name: "新同事.csv", mimeType: "text/csv", buffer: Buffer.from(list()) });
  await page.getByRole("heading", { name: "新同事.csv" }).waitFor();
  await page.getByText("名单里有 1 处问题").waitFor();
  await page.getByText("第 4 行").waitFor();
  for (const [kind, count] of [
    ["新增", 1],
    ["待确认", 1],
    ["已离职", 1],
  ]) {
    await page.getByRole("button", { name: `${kind} ${count}` }).waitFor();
  }
  await page.getByRole("cell", { name: "方圆" }).waitFor();
  await admin.shot("directory-preview");
  const found = (await get("/people?query=方圆")).items;
  expect(found, "nothing is imported before it is chosen").toEqual([]);
  const button = page.getByRole("button", { name: "导入", exact: true });
  expect(await button.isDisabled(), "rows with mistakes are left out only when that is chosen").toBe(true);
  await page.getByLabel("跳过有问题的行").check();
  await button.click();
  await page.getByText("已完成").waitFor();
  await expect.poll(async () => (await get("/people?query=方圆")).items.length).toBe(1);
  const [made] = (await get("/people?query=方圆")).items;
  expect([made.job, made.department.name, made.superior.name]).toEqual(["架构师", "研发部", boss.name]);
  expect(admin.complaints.splice(0)).toEqual([]);
});

test("a3_whoever_is_doubtful_is_decided_by_a_person", async () => {
  await page.getByRole("link", { name: "待确认" }).click();
  const row = page.locator("li.unsure", { hasText: "小钱" });
  await row.waitFor();
  await admin.shot("directory-waiting");
  await row.getByRole("button", { name: `是 ${boss.name}` }).click();
  await page.getByText("没有待确认的人").waitFor();
  expect((await get("/people?query=小钱")).items, "nobody new").toEqual([]);
  expect(admin.complaints.splice(0)).toEqual([]);
});

test("i7_the_work_of_somebody_who_left_is_handed_over", async () => {
  await page.getByRole("link", { name: "离职交接" }).click();
  const row = page.locator("li.leaver", { hasText: leaver.name });
  await row.getByRole("link", { name: task.name }).waitFor();
  await admin.shot("directory-leavers");
  const hand = row.getByRole("button", { name: "交接", exact: true });
  expect(await hand.isDisabled(), "somebody must take over").toBe(true);
  await row.getByRole("button", { name: /接手/ }).click();
  await page.getByRole("option", { name: new RegExp(other.name) }).click();
  await hand.click();
  await page.getByText(`已交给 ${other.name}`).waitFor();
  expect((await get(`/tasks/${task.id}`)).owner.id).toBe(other.id);
  expect((await get(`/people/${leaver.id}`)).standing.kind).toBe("left");
  await page.goto(`${world.url}/tasks/${task.id}`);
  await page.getByText(other.name).first().waitFor();
  expect(admin.complaints.splice(0)).toEqual([]);
});
