// What in a project of a task platform means what: changes of the mapping, which is sent as a whole.
import type { Named, Priority, ProjectSetUp, Stage, TaskMapping } from "../../../api/types";

/** The stages that a status can mean. */
export const STAGES: Stage[] = ["offered", "declined", "in_progress", "blocked", "done", "cancelled"];
export const PRIORITIES: Priority[] = ["urgent", "high", "normal", "low"];
/** The choices of the field that asks for 「承接」. */
export const CHOICES = ["waiting", "accepted", "declined"] as const;

/** The stage that must have a status and has none. */
export function lacks(mapping: TaskMapping): Stage | undefined {
  const needed: Stage[] = ["offered", "in_progress", "done"];
  return needed.find((stage) => !mapping.statuses.some((status) => status.stage === stage));
}

/** Lets a status mean a stage, or nothing. The order stays that of the board. */
export function stageOf(mapping: TaskMapping, status: Named, stage: Stage | null): TaskMapping {
  const known = mapping.statuses.some((each) => each.id === status.id);
  const statuses =
    stage === null
      ? mapping.statuses.filter((each) => each.id !== status.id)
      : known
        ? mapping.statuses.map((each) => (each.id === status.id ? { ...each, stage } : each))
        : [...mapping.statuses, { id: status.id, name: status.name, workflow: null, stage }];
  return { ...mapping, statuses };
}

export function priorityOf(
  mapping: TaskMapping,
  level: ProjectSetUp["priorities"][number],
  priority: Priority | null,
): TaskMapping {
  const others = mapping.priorities.filter((each) => each.value !== level.value);
  const priorities = priority === null ? others : [...others, { value: level.value, name: level.name, priority }];
  return { ...mapping, priorities };
}

/** Lets 「承接」 show in a field, or by the status alone. */
export function byField(mapping: TaskMapping, field: ProjectSetUp["fields"][number] | null | undefined): TaskMapping {
  const [first, second] = field?.choices ?? [];
  if (!field || !first) return { ...mapping, acceptance: { kind: "status" } };
  const acceptance = {
    kind: "field" as const,
    field: field.id,
    waiting: second ? first : null,
    accepted: second ?? first,
    declined: field.choices[2] ?? null,
  };
  return { ...mapping, acceptance };
}

/** Lets a choice of that field mean something; none for the empty field. */
export function chooses(mapping: TaskMapping, role: (typeof CHOICES)[number], choice: Named | undefined): TaskMapping {
  const { acceptance } = mapping;
  if (acceptance.kind !== "field" || (role === "accepted" && !choice)) return mapping;
  return { ...mapping, acceptance: { ...acceptance, [role]: choice ?? null } };
}
