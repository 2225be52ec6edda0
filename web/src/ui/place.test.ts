import { expect, test } from "vitest";
import { placeOf } from "./place";

test("f4_each_thing_has_its_page", () => {
  expect(placeOf("tsk_1", "col_1")).toBe("/tasks/tsk_1");
  expect(placeOf("mtg_1")).toBe("/meetings/mtg_1");
  expect(placeOf("per_1", "col_1")).toBe("/people/per_1");
  expect(placeOf("rec_1", "col_1")).toBe("/c/col_1/records?row=rec_1");
  expect(placeOf("rec_1")).toBeNull();
  expect(placeOf("flw_1", "col_1")).toBeNull();
  expect(placeOf(null)).toBeNull();
});
