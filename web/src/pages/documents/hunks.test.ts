import { expect, test } from "vitest";
import type { TextLine } from "../../api/documents";
import { hunks } from "./hunks";

const lines = (text: string): TextLine[] =>
  [...text].map((sign) => ({ kept: sign === "+" ? "added" : sign === "-" ? "removed" : "same", text: sign }));
const shown = (text: string, around: number) =>
  hunks(lines(text), around).map((hunk) =>
    "lines" in hunk ? hunk.lines.map((line) => line.text).join("") : hunk.left_out,
  );

test("i6_a_difference_shows_what_changed_and_counts_the_rest", () => {
  expect(shown("abcd-+efghi", 1)).toEqual([3, "d-+e", 4]);
  expect(shown("+abcdefg-", 2)).toEqual(["+ab", 3, "fg-"]);
  expect(shown("abc", 2)).toEqual([3]);
  expect(shown("", 2)).toEqual([]);
});
