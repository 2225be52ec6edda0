// What is being written, as plain functions.
import type { ActionItem, Attendee, Content } from "../../api/minutes";

/** A name for an action that no other one has. */
export function newKey(actions: ActionItem[]): string {
  for (let number = actions.length + 1; ; number++) {
    const key = `a${number}`;
    if (!actions.some((action) => action.key === key)) return key;
  }
}

export const isEmpty = (action: ActionItem) => !action.what.trim() && !action.owner && !action.due;

export const people = (among: Attendee[]): string[] =>
  among.flatMap((one) => (one.kind === "person" ? [one.person] : []));

export const named = (among: Attendee[]): string =>
  among.flatMap((one) => (one.kind === "named" ? [one.text] : [])).join("、");

export const withPeople = (among: Attendee[], ids: string[]): Attendee[] => [
  ...ids.map((person): Attendee => ({ kind: "person", person })),
  ...among.filter((one) => one.kind === "named"),
];

export const withNames = (among: Attendee[], text: string): Attendee[] => [
  ...among.filter((one) => one.kind === "person"),
  ...text
    .split(/[、,，;；]/)
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name): Attendee => ({ kind: "named", text: name })),
];

export const withoutGuess = (guessed: string[], part: string): string[] => guessed.filter((one) => one !== part);

/** What was read from a pasted text in the place of what is written; actions that have a task stay. */
export function withDraft(now: Content, read: Content): Content {
  const actions = now.actions.filter((action) => action.task);
  const renamed = new Map<string, string>();
  for (const action of read.actions) {
    const key = actions.some((other) => other.key === action.key) ? newKey(actions) : action.key;
    renamed.set(`action:${action.key}`, `action:${key}`);
    actions.push({ ...action, key });
  }
  return { ...read, actions, guessed: read.guessed.map((part) => renamed.get(part) ?? part) };
}
