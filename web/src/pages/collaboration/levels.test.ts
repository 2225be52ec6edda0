import { expect, it } from "vitest";
import { levelFields, unitOf, withLevel } from "./levels";

const levels = {
  acceptance: {
    answer_within: { minutes: 120, basis: "working" as const },
    escalate_every: { minutes: 60, basis: "working" as const },
  },
  daily_progress: { digest_at: "17:00:00", remind_before_minutes: 30, time_zone: null },
  rules_read: { remind_every_days: 1 },
};

it("i4_service_levels become a form and go back unharmed", () => {
  expect(levelFields(levels).map((each) => `${each.group}.${each.field}:${each.kind}`)).toEqual([
    "acceptance.answer_within:span",
    "acceptance.escalate_every:span",
    "daily_progress.digest_at:clock",
    "daily_progress.remind_before_minutes:minutes",
    "rules_read.remind_every_days:days",
  ]);
  const next = withLevel(
    levels,
    { group: "acceptance", field: "answer_within", kind: "span" },
    { minutes: 90, basis: "working" },
  );
  expect(next.acceptance?.answer_within).toEqual({ minutes: 90, basis: "working" });
  expect(next.daily_progress).toEqual(levels.daily_progress);
  expect(levels.acceptance.answer_within.minutes).toBe(120);
});

it("hours are shown where they are whole", () => {
  expect([unitOf(120), unitOf(90), unitOf(0)]).toEqual(["h", "m", "m"]);
});
