// Which steps a task allows, and what a drag on the board means. Pure.
import type { Stage, Status, Task } from "../../api/types";

export type Step =
  | "accept"
  | "decline"
  | "agree"
  | "change"
  | "insist"
  | "progress"
  | "block"
  | "resume"
  | "finish"
  | "reopen"
  | "reassign"
  | "cancel";

const OPEN: Stage[] = ["offered", "declined", "in_progress", "blocked"];

/** The steps that somebody with these rights can take now, the most expected first. */
export function steps(task: Pick<Task, "stage" | "may">): Step[] {
  const list: Step[] = [];
  const { answer, direct } = task.may;
  if (answer && task.stage === "offered") list.push("accept", "decline");
  if (direct && task.stage === "declined") list.push("agree", "change", "insist");
  if (answer && task.stage === "in_progress") list.push("progress", "finish", "block");
  if (answer && task.stage === "blocked") list.push("resume", "progress", "finish");
  if ((answer || direct) && task.stage === "done") list.push("reopen");
  if (direct && OPEN.includes(task.stage)) list.push("reassign", "cancel");
  return list;
}

export type Drop =
  | { kind: "nothing" }
  | { kind: "step"; step: Step }
  /** Why not, as the last part of a text key: `web.drop.<reason>`. */
  | { kind: "impossible"; reason: "same_owner" | "only_declined" | "not_yours" | "open_first" | "answer_first" };

/** What dropping a task on the column of `to` does. */
export function drop(task: Pick<Task, "stage" | "status" | "may">, to: Status): Drop {
  if (task.status === to) return { kind: "nothing" };
  const can = steps(task);
  const wanted: Partial<Record<Status, Partial<Record<Stage, Step>>>> = {
    in_progress: { offered: "accept", blocked: "resume", done: "reopen" },
    awaiting_feedback: { offered: "decline" },
    blocked: { in_progress: "block" },
    done: { offered: "finish", in_progress: "finish", blocked: "finish" },
  };
  const step = wanted[to]?.[task.stage];
  if (step) {
    // Whoever finishes an offered task has taken it on by that.
    return can.includes(step) || (step === "finish" && task.may.answer)
      ? { kind: "step", step }
      : { kind: "impossible", reason: "not_yours" };
  }
  if (to === "pending")
    return can.includes("reassign")
      ? { kind: "step", step: "reassign" }
      : { kind: "impossible", reason: task.stage === "done" ? "open_first" : "same_owner" };
  if (to === "awaiting_feedback") return { kind: "impossible", reason: "only_declined" };
  if (task.stage === "done") return { kind: "impossible", reason: "open_first" };
  return { kind: "impossible", reason: "answer_first" };
}
