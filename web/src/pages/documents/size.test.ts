import { expect, test } from "vitest";
import { fileInMarkdown, sizeText, stampText } from "./size";

test("c3_sizes_are_said_as_people_say_them", () => {
  expect([0, 1023, 1024, 300_000, 20 * 1024 * 1024].map(sizeText)).toEqual([
    "0 B",
    "1023 B",
    "1 KB",
    "293 KB",
    "20.0 MB",
  ]);
});

test("c3_a_picture_is_shown_and_another_file_is_a_link", () => {
  expect(fileInMarkdown({ id: "fil_1", name: "首页 [1].png", kind: "png" }, "/f/1")).toBe("![首页 \\[1\\].png](/f/1)");
  expect(fileInMarkdown({ id: "fil_2", name: "报价.xlsx", kind: "other" }, "/f/2")).toBe("[报价.xlsx](/f/2)");
});

test("c3_a_pasted_picture_is_named_by_the_moment", () => {
  expect(stampText(new Date(2026, 0, 3, 9, 5))).toBe("2026-01-03 09.05");
});
