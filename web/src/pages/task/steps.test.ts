import { expect, it } from "vitest";
import type { Stage, Status } from "../../api/types";
import { drop, steps } from "./steps";

const statuses: Record<Stage, Status | null> = {
  offered: "pending",
  declined: "awaiting_feedback",
  in_progress: "in_progress",
  blocked: "blocked",
  done: "done",
  cancelled: null,
};
const task = (stage: Stage, answer = true, direct = false) => ({
  stage,
  status: statuses[stage],
  may: { answer, direct },
});

it("d2_owner_answers_and_initiator_answers_back", () => {
  expect(steps(task("offered"))).toEqual(["accept", "decline"]);
  expect(steps(task("offered", false, true))).toEqual(["reassign", "cancel"]);
  expect(steps(task("declined", false, true))).toEqual(["agree", "change", "insist", "reassign", "cancel"]);
  expect(steps(task("declined", true, false))).toEqual([]);
  expect(steps(task("cancelled", true, true))).toEqual([]);
});

it("a drag is the step that leads there", () => {
  expect(drop(task("offered"), "in_progress")).toEqual({ kind: "step", step: "accept" });
  expect(drop(task("blocked"), "in_progress")).toEqual({ kind: "step", step: "resume" });
  expect(drop(task("done"), "in_progress")).toEqual({ kind: "step", step: "reopen" });
  expect(drop(task("in_progress"), "blocked")).toEqual({ kind: "step", step: "block" });
  expect(drop(task("in_progress"), "done")).toEqual({ kind: "step", step: "finish" });
  expect(drop(task("offered"), "done")).toEqual({ kind: "step", step: "finish" });
  expect(drop(task("offered"), "awaiting_feedback")).toEqual({ kind: "step", step: "decline" });
  expect(drop(task("in_progress", true, true), "pending")).toEqual({ kind: "step", step: "reassign" });
  expect(drop(task("in_progress"), "in_progress")).toEqual({ kind: "nothing" });
});

it("an impossible drop says why", () => {
  expect(drop(task("offered", false), "in_progress")).toEqual({ kind: "impossible", reason: "not_yours" });
  expect(drop(task("declined"), "in_progress")).toEqual({ kind: "impossible", reason: "answer_first" });
  expect(drop(task("in_progress"), "awaiting_feedback")).toEqual({ kind: "impossible", reason: "only_declined" });
  expect(drop(task("done"), "blocked")).toEqual({ kind: "impossible", reason: "open_first" });
  expect(drop(task("in_progress", true, false), "pending")).toEqual({ kind: "impossible", reason: "same_owner" });
});
