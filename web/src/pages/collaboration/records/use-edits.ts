import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { api, type RecordPatch } from "../../../api/api";
import { Problem } from "../../../api/client";
import type { Finding, Page, Participant, PersonRef, RecordRow } from "../../../api/types";
import { t } from "../../../i18n/texts";
import { say, sayProblem } from "../../../ui/toast";
import { changes, type Edit, inverse, UndoStack, untouched } from "./undo";

export type Saved = { kind: "saved" } | { kind: "vague"; findings: Finding[] } | { kind: "failed" };

type Lists = InfiniteData<Page<RecordRow>>;

function replaceEverywhere(client: QueryClient, record: RecordRow) {
  client.setQueriesData<Lists>(
    { queryKey: ["records"] },
    (lists) =>
      lists && {
        ...lists,
        pages: lists.pages.map((page) => ({
          ...page,
          items: page.items.map((each) => (each.id === record.id ? record : each)),
        })),
      },
  );
  client.setQueryData(["record", record.id], record);
}

function seen(client: QueryClient, id: string): RecordRow | undefined {
  for (const [, lists] of client.getQueriesData<Lists>({ queryKey: ["records"] }))
    for (const page of lists?.pages ?? []) {
      const found = page.items.find((each) => each.id === id);
      if (found) return found;
    }
  return client.getQueryData<RecordRow>(["record", id]);
}

/** How the row looks while the server has not answered. */
function guess(record: RecordRow, patch: RecordPatch, people: PersonRef[]): RecordRow {
  const person = (id: string) => people.find((each) => each.id === id);
  const { owner, participants, ...plain } = patch;
  const next: RecordRow = { ...record, ...plain } as RecordRow;
  if (owner) next.owner = person(owner) ?? record.owner;
  if (participants)
    next.participants = participants.flatMap((each): Participant[] => {
      if (each.kind === "named") return [each];
      const found =
        person(each.person) ??
        record.participants.flatMap((old) =>
          old.kind === "person" && old.person.id === each.person ? [old.person] : [],
        )[0];
      return found ? [{ kind: "person" as const, person: found }] : [];
    });
  return next;
}

export interface Edits {
  save: (record: RecordRow, patch: RecordPatch) => Promise<Saved>;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
}

/** Saves cells at once, shows what others changed meanwhile, and can take the last edits back. */
export function useEdits(people: PersonRef[]): Edits {
  const client = useQueryClient();
  const stack = useRef(new UndoStack());
  const [, tell] = useState(0);
  const known = useRef(people);
  known.current = people;

  const write = useCallback(
    async (record: RecordRow, patch: RecordPatch): Promise<Saved | { kind: "overtaken"; current: RecordRow }> => {
      replaceEverywhere(client, guess(record, patch, known.current));
      try {
        replaceEverywhere(client, await api.editRecord(record.id, record.version, patch));
        void client.invalidateQueries({ queryKey: ["history", record.id] });
        return { kind: "saved" };
      } catch (error) {
        replaceEverywhere(client, record);
        if (error instanceof Problem && error.code === "version_conflict") {
          const current = (error.body as { current?: RecordRow }).current ?? (await api.record(record.id));
          replaceEverywhere(client, current);
          // Somebody wrote into another cell of the row: nothing stands in the way of this one.
          return untouched(record, current, patch) ? write(current, patch) : { kind: "overtaken", current };
        }
        if (error instanceof Problem && error.code === "follow_up_vague")
          return {
            kind: "vague",
            findings: error.fields.map((field) => ({
              code: field.code,
              message: field.message,
              span: field.span ?? [0, 0],
              suggestion: field.suggestion,
            })),
          };
        sayProblem(error);
        return { kind: "failed" };
      }
    },
    [client],
  );

  const queues = useRef(new Map<string, Promise<unknown>>());
  const saveNext = useCallback(
    async (record: RecordRow, patch: RecordPatch): Promise<Saved> => {
      // The row may have moved on since the edit began. Other cells may; this one must not be overwritten unseen.
      const newest = seen(client, record.id) ?? record;
      if (!changes(newest, patch)) return { kind: "saved" };
      const edit: Edit = { record: record.id, number: record.number, back: inverse(newest, patch) };
      const saved = untouched(record, newest, patch)
        ? await write(newest, patch)
        : { kind: "overtaken" as const, current: newest };
      if (saved.kind === "overtaken") {
        say(t("web.records.conflict", { number: record.number }), {
          tone: "bad",
          action: { label: t("web.records.conflict.mine"), run: () => void saveNext(saved.current, patch) },
        });
        return { kind: "failed" };
      }
      if (saved.kind === "saved") {
        stack.current.push(edit);
        tell((count) => count + 1);
      }
      return saved;
    },
    [client, write],
  );
  const save = useCallback(
    (record: RecordRow, patch: RecordPatch): Promise<Saved> => {
      // Edits of one row go one after the other, each on the version the last one made.
      const before = queues.current.get(record.id);
      if (before) replaceEverywhere(client, guess(seen(client, record.id) ?? record, patch, known.current));
      const run = before ? before.then(() => saveNext(record, patch)) : saveNext(record, patch);
      queues.current.set(record.id, run);
      void run.finally(() => queues.current.get(record.id) === run && queues.current.delete(record.id));
      return run;
    },
    [client, saveNext],
  );

  const step = useCallback(
    async (direction: "undo" | "redo") => {
      const inverseOf = (edit: Edit): Edit | null => {
        const record = seen(client, edit.record);
        return record ? { ...edit, back: inverse(record, edit.back) } : null;
      };
      const edit = stack.current[direction](inverseOf);
      tell((count) => count + 1);
      if (!edit) return;
      const record = seen(client, edit.record) ?? (await api.record(edit.record));
      const patch = { ...edit.back };
      // What stood there before the rule was applied may come back as it was.
      if (patch.follow_up && !patch.follow_up_excuse) patch.follow_up_excuse = t("web.records.restored");
      const saved = await write(record, patch);
      if (saved.kind === "overtaken") say(t("web.records.conflict", { number: edit.number }), { tone: "bad" });
      if (saved.kind === "saved")
        say(t(direction === "undo" ? "web.records.undone" : "web.records.redone", { number: edit.number }), {
          seconds: 3,
        });
    },
    [client, write],
  );

  const undo = useCallback(() => void step("undo"), [step]);
  const redo = useCallback(() => void step("redo"), [step]);
  const canUndo = stack.current.canUndo;
  return useMemo(() => ({ save, undo, redo, canUndo }), [save, undo, redo, canUndo]);
}
