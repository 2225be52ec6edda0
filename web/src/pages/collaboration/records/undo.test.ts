import { expect, it } from "vitest";
import type { RecordRow } from "../../../api/types";
import { changes, inverse, UndoStack, untouched } from "./undo";

const record = {
  id: "rec_1",
  number: "产品部-2026-0001",
  topic: "需求评审",
  participants: [{ kind: "named", text: "客户" }],
  platforms: ["dingtalk"],
  summary: "",
  owner: { id: "per_1", name: "林晓", job: "" },
  due_at: "2026-11-27T04:00:00Z",
  status: "pending",
  follow_up: "",
  level: "internal",
} as unknown as RecordRow;

it("h5_undo puts back exactly what an edit touched", () => {
  expect(inverse(record, { status: "done" })).toEqual({ status: "pending" });
  expect(inverse(record, { owner: "per_2", due_at: null })).toEqual({ owner: "per_1", due_at: "2026-11-27T04:00:00Z" });
  expect(inverse(record, { participants: [] })).toEqual({ participants: [{ kind: "named", text: "客户" }] });
});

it("an edit that changes nothing is none", () => {
  expect(changes(record, { topic: "需求评审" })).toBe(false);
  expect(changes(record, { platforms: ["dingtalk"] })).toBe(false);
  expect(changes(record, { topic: "评审" })).toBe(true);
  expect(changes(record, { due_at: null })).toBe(true);
});

it("h5_what others wrote into the same cell is not overwritten unseen, other cells do not matter", () => {
  expect(untouched(record, { ...record, summary: "别人写的" }, { topic: "评审" })).toBe(true);
  expect(untouched(record, { ...record, topic: "别人写的" }, { topic: "评审" })).toBe(false);
  expect(untouched(record, { ...record, due_at: "2026-11-27T04:00:00.000Z" }, { due_at: null })).toBe(true);
  expect(untouched(record, { ...record, due_at: null }, { due_at: "2026-11-28T04:00:00Z" })).toBe(false);
});

it("undo and redo walk the same path; a new edit forgets the redo", () => {
  const stack = new UndoStack();
  const edit = (status: "pending" | "done") => ({ record: "rec_1", number: "1", back: { status } });
  stack.push(edit("pending"));
  const undone = stack.undo(() => edit("done"));
  expect(undone?.back).toEqual({ status: "pending" });
  expect(stack.canUndo).toBe(false);
  expect(stack.redo(() => edit("pending"))?.back).toEqual({ status: "done" });
  expect(stack.canUndo).toBe(true);
  stack.undo(() => edit("done"));
  stack.push(edit("pending"));
  expect(stack.canRedo).toBe(false);
});
