import { expect, it } from "vitest";
import type { DigestLine, DigestPage } from "../../api/digests";
import { inputOf, keeping, sheetOf, taking } from "./edits";

const line = (key: string, more: Partial<DigestLine>): DigestLine => ({
  key,
  part: "blocked",
  text: key,
  level: "internal",
  standing: "drafted",
  offered: false,
  ...more,
});

const digest = {
  id: "dgs_1",
  note: "明天评审",
  version: 3,
  lines: [
    line("甲", {}),
    line("乙", { text: "乙，已协调", standing: "rewritten", drafted: "乙变了", over: "乙", offered: true }),
    line("丙", { standing: "left_out", over: "丙" }),
    line("added:0", { part: "next", text: "准备演示", standing: "added" }),
  ],
} as unknown as DigestPage;

it("c2_edits_that_nobody_touched_go_back_as_they_were", () => {
  expect(inputOf(digest, sheetOf(digest))).toEqual({
    note: "明天评审",
    lines: [
      { key: "乙", part: "blocked", text: "乙，已协调", over: "乙" },
      { key: "丙", part: "blocked", text: null, over: "丙" },
    ],
    added: [{ part: "next", text: "准备演示" }],
    version: 3,
  });
});

it("c2_a_line_is_rewritten_over_what_the_draft_says_now_and_put_back_by_its_own_words", () => {
  const sheet = sheetOf(digest);
  const edited = sheet.lines.map((each) =>
    each.line.key === "甲"
      ? { ...each, text: " 甲，明天解决 " }
      : each.line.key === "乙"
        ? { ...each, text: "乙，又改" }
        : { ...each, text: "丙" },
  );
  expect(inputOf(digest, { ...sheet, lines: edited, added: [{ part: "next", text: "  " }] })).toEqual({
    note: "明天评审",
    lines: [
      { key: "甲", part: "blocked", text: "甲，明天解决", over: "甲" },
      { key: "乙", part: "blocked", text: "乙，又改", over: "乙变了" },
    ],
    added: [],
    version: 3,
  });
});

it("c2_what_is_offered_is_taken_or_one_s_own_is_kept", () => {
  expect(taking(digest, "乙").lines.map((each) => each.key)).toEqual(["丙"]);
  expect(keeping(digest, "乙").lines[0]).toEqual({ key: "乙", part: "blocked", text: "乙，已协调", over: "乙变了" });
});
