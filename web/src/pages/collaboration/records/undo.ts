// What undoes an edit of the record table. Pure.
import { participantInput, type RecordPatch } from "../../../api/api";
import type { RecordRow } from "../../../api/types";

export interface Edit {
  record: string;
  number: string;
  /** Puts back what was there before. */
  back: RecordPatch;
}

/** The patch that puts `record` back to what it was before `patch`. */
export function inverse(record: RecordRow, patch: RecordPatch): RecordPatch {
  const before: RecordPatch = {
    topic: record.topic,
    participants: record.participants.map(participantInput),
    platforms: record.platforms,
    summary: record.summary,
    owner: record.owner.id,
    due_at: record.due_at,
    status: record.status,
    follow_up: record.follow_up,
    follow_up_excuse: record.follow_up_excuse ?? null,
    level: record.level,
  };
  const back: RecordPatch = {};
  for (const name of Object.keys(patch) as (keyof RecordPatch)[]) Object.assign(back, { [name]: before[name] });
  // A vague follow-up can only come back with the excuse it had; without one it is excused as restored.
  if ("follow_up" in patch) back.follow_up_excuse = before.follow_up_excuse;
  return back;
}

/** Whether `patch` changes anything. */
export function changes(record: RecordRow, patch: RecordPatch): boolean {
  const before = inverse(record, patch);
  return (Object.keys(patch) as (keyof RecordPatch)[]).some(
    (name) => JSON.stringify(patch[name] ?? null) !== JSON.stringify(before[name] ?? null),
  );
}

/** Whether the cells that `patch` writes hold the same in both states of a row. */
export function untouched(before: RecordRow, now: RecordRow, patch: RecordPatch): boolean {
  const cells = (record: RecordRow) => {
    const values = inverse(record, patch);
    // The page and the server write the same instant in different ways.
    return JSON.stringify({ ...values, due_at: values.due_at && Date.parse(values.due_at) });
  };
  return cells(before) === cells(now);
}

const DEPTH = 50;

/** The last edits, newest last. Undoing is an edit of its own, so it can be undone by redo. */
export class UndoStack {
  private done: Edit[] = [];
  private undone: Edit[] = [];

  get canUndo(): boolean {
    return this.done.length > 0;
  }
  get canRedo(): boolean {
    return this.undone.length > 0;
  }
  /** A new edit; what was undone before is gone. */
  push(edit: Edit) {
    this.done = [...this.done.slice(1 - DEPTH), edit];
    this.undone = [];
  }
  /** Takes the edit to undo; `inverse` is what would redo it. */
  undo(inverseOf: (edit: Edit) => Edit | null): Edit | null {
    const edit = this.done.pop();
    if (!edit) return null;
    const redo = inverseOf(edit);
    if (redo) this.undone.push(redo);
    return edit;
  }
  redo(inverseOf: (edit: Edit) => Edit | null): Edit | null {
    const edit = this.undone.pop();
    if (!edit) return null;
    const undo = inverseOf(edit);
    if (undo) this.done.push(undo);
    return edit;
  }
}
