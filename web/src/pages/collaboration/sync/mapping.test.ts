import { expect, test } from "vitest";
import type { TaskMapping } from "../../../api/types";
import { byField, chooses, lacks, priorityOf, stageOf } from "./mapping";

const status = (id: string, stage: TaskMapping["statuses"][number]["stage"]) => ({
  id,
  name: id,
  workflow: "w",
  stage,
});
const mapping: TaskMapping = {
  statuses: [status("todo", "offered"), status("doing", "in_progress"), status("done", "done")],
  acceptance: { kind: "status" },
  priorities: [{ value: 0, name: "紧急", priority: "urgent" }],
  reference: null,
};

test("d5: a stage that a task must be able to show is missed when no status means it", () => {
  expect(lacks(mapping)).toBeUndefined();
  expect(lacks(stageOf(mapping, { id: "done", name: "done" }, null))).toBe("done");
  expect(lacks(stageOf(mapping, { id: "todo", name: "todo" }, "blocked"))).toBe("offered");
});

test("a status keeps its place and its workflow when its meaning changes", () => {
  const changed = stageOf(mapping, { id: "doing", name: "doing" }, "blocked");
  expect(changed.statuses[1]).toEqual(status("doing", "blocked"));
  expect(mapping.statuses[1]?.stage).toBe("in_progress");
});

test("d5: 承接 shows in a field's choices, or by the status alone", () => {
  const choices = ["待承接", "已承接", "已拒绝"].map((name) => ({ id: name, name }));
  const field = byField(mapping, { id: "f", name: "承接", kind: "select", choices });
  expect(field.acceptance).toEqual({
    kind: "field",
    field: "f",
    waiting: choices[0],
    accepted: choices[1],
    declined: choices[2],
  });
  expect(chooses(field, "declined", undefined).acceptance).toMatchObject({ declined: null });
  expect(chooses(field, "accepted", undefined)).toBe(field);
  expect(byField(field, null).acceptance).toEqual({ kind: "status" });
});

test("a priority means one thing", () => {
  const level = { value: 0, name: "紧急" };
  expect(priorityOf(mapping, level, "high").priorities).toEqual([{ ...level, priority: "high" }]);
  expect(priorityOf(mapping, level, null).priorities).toEqual([]);
});
