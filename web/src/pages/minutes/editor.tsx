import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Form } from "react-aria-components";
import { Problem } from "../../api/client";
import {
  type ActionItem,
  type ActionTask,
  type Attendee,
  type Content,
  type MinutesDraft,
  type MinutesPage,
  minutesApi,
} from "../../api/minutes";
import type { Level } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { PeoplePicker, PersonPicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";
import { useWording, WordingFindings } from "../collaboration/records/wording";
import "../collaboration/records/records.css";
import { LEVELS } from "./begin-dialog";
import { PasteDialog } from "./paste-dialog";
import { PastTime } from "./past-time";
import { takeMinutes } from "./take";
import { isEmpty, named, newKey, people, withDraft, withNames, withoutGuess, withPeople } from "./written";

interface Sheet {
  title: string;
  level: Level;
  content: Content;
}

const sheetOf = (minutes: MinutesPage, content: Content): Sheet => ({
  title: minutes.title,
  level: minutes.level,
  content: { ...content, actions: content.actions.length > 0 ? content.actions : [blank(content.actions)] },
});

const blank = (actions: ActionItem[]): ActionItem => ({ key: newKey(actions), what: "", owner: null, due: null });

/** Minutes as they are written, until they are filed and again for each new version. */
export function Editor({ minutes, draft, onFiled }: { minutes: MinutesPage; draft: Content; onFiled: () => void }) {
  const client = useQueryClient();
  const members = useMembers(minutes.collaboration.id);
  const [sheet, setSheet] = useState(() => sheetOf(minutes, draft));
  // The version that this is written over: what somebody else saved meanwhile is not lost unseen, nor is what is typed here.
  const [base, setBase] = useState(minutes.version);
  const [note, setNote] = useState("");
  const [pasting, setPasting] = useState(false);
  const [removed, setRemoved] = useState<ActionTask[] | null>(null);
  const { content } = sheet;
  // A time is read by the server, and more may have been written when it comes.
  const set = (change: Partial<Content>) =>
    setSheet((now) => {
      const guessed = Object.keys(change).reduce(withoutGuess, now.content.guessed);
      return { ...now, content: { ...now.content, guessed, ...change } };
    });
  const checked = (part: string) =>
    setSheet((now) => ({
      ...now,
      content: { ...now.content, guessed: withoutGuess(now.content.guessed, part) },
    }));
  const written = () => ({
    title: sheet.title.trim(),
    level: sheet.level,
    content: { ...content, actions: content.actions.filter((action) => !isEmpty(action)) },
    version: base,
  });
  const refused = (error: unknown) => {
    if (error instanceof Problem && error.code === "version_conflict") {
      const current = (error.body as { current?: MinutesPage }).current;
      if (current) takeMinutes(client, current);
      say(t("minutes.changed"), { tone: "bad" });
    } else if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
  };
  const took = (changed: MinutesPage) => {
    setBase(changed.version);
    takeMinutes(client, changed);
  };
  const save = useMutation({
    mutationFn: () => minutesApi.write(minutes.id, written()),
    onError: refused,
    onSuccess: (changed) => {
      took(changed);
      say(t("web.saved"));
    },
  });
  const file = useMutation({
    mutationFn: (gone: { task: string; cancel: boolean }[]) =>
      minutesApi.file(minutes.id, { ...written(), note: note.trim(), removed: gone }),
    onError: refused,
    onSuccess: (changed) => {
      took(changed);
      say(t("minutes.filed"));
      onFiled();
    },
  });
  const busy = save.isPending || file.isPending;
  const failed = file.error ?? save.error;
  const field = (name: string) => (failed instanceof Problem ? failed.field(name) : undefined);
  const start = () => {
    const kept = new Set(content.actions.map((action) => action.task));
    const gone = (minutes.filed?.content.actions ?? []).filter((action) => action.task && !kept.has(action.task));
    const open = minutes.tasks.filter((task) => task.open && gone.some((action) => action.task === task.id));
    if (open.length > 0) setRemoved(open);
    else file.mutate([]);
  };
  const takeDraft = (read: MinutesDraft) =>
    setSheet((now) => ({
      ...now,
      title: now.title || (read.title ?? ""),
      content: withDraft(now.content, read.content),
    }));
  const part = (name: string, input: ReactNode) => (
    <Guessed on={content.guessed.includes(name)} onChecked={() => checked(name)}>
      {input}
    </Guessed>
  );
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        start();
      }}
    >
      {minutes.version !== base && !busy && (
        <p className="notice row wrap">
          <span className="grow">{t("minutes.changed")}</span>
          <Button small onPress={() => setBase(minutes.version)}>
            {t("minutes.changed.keep")}
          </Button>
          <Button
            small
            onPress={() => {
              setSheet(sheetOf(minutes, draft));
              setBase(minutes.version);
            }}
          >
            {t("minutes.changed.load")}
          </Button>
        </p>
      )}
      <div>
        <Button small icon="copy" onPress={() => setPasting(true)}>
          {t("minutes.paste.append")}
        </Button>
      </div>
      <TextField
        label={t("minutes.part.title")}
        value={sheet.title}
        onChange={(title) => setSheet((now) => ({ ...now, title }))}
        isRequired
        error={field("title")}
      />
      <div className="minutes-pair">
        {part(
          "held_at",
          <Field label={t("minutes.part.held_at")}>
            <PastTime
              label={t("minutes.part.held_at")}
              value={content.held_at}
              onChange={(held_at) => set({ held_at })}
            />
          </Field>,
        )}
        {part(
          "place",
          <TextField
            label={t("minutes.part.place")}
            value={content.place}
            onChange={(place) => set({ place })}
            error={field("place")}
          />,
        )}
        {part(
          "host",
          <Field label={t("minutes.part.host")} error={field("host")}>
            <PersonPicker
              label={t("minutes.part.host")}
              value={content.host}
              onChange={(host) => set({ host })}
              optional
            />
          </Field>,
        )}
        <Field label={t("web.level")}>
          <Select
            label={t("web.level")}
            value={sheet.level}
            onChange={(level: Level) => setSheet((now) => ({ ...now, level }))}
            options={LEVELS.map((each) => ({ value: each, label: t(`domain.level.${each}`) }))}
          />
        </Field>
      </div>
      {(["participants", "absentees"] as const).map((who) => (
        <div key={who}>
          {part(
            who,
            <Attendees
              label={t(`minutes.part.${who}`)}
              value={content[who]}
              onChange={(value) => set({ [who]: value })}
              error={field(who)}
            />,
          )}
        </div>
      ))}
      {(["agenda", "conclusions", "disputes"] as const).map((name) => (
        <div key={name}>
          {part(
            name,
            <TextField
              label={t(`minutes.part.${name}`)}
              lines={name === "disputes" ? 2 : 4}
              value={content[name]}
              onChange={(text) => set({ [name]: text })}
              isRequired={name === "conclusions"}
              error={field(name)}
            />,
          )}
        </div>
      ))}
      <fieldset className="minutes-actions stack">
        <legend>{t("minutes.part.actions")}</legend>
        {field("actions") && (
          <p className="field-error" role="alert">
            {field("actions")}
          </p>
        )}
        {content.actions.map((action) => (
          <Guessed
            key={action.key}
            on={content.guessed.includes(`action:${action.key}`)}
            onChecked={() => checked(`action:${action.key}`)}
          >
            <ActionEditor
              action={action}
              task={minutes.tasks.find((task) => task.id === action.task)}
              members={members}
              onChange={(change) =>
                setSheet((now) => ({
                  ...now,
                  content: {
                    ...now.content,
                    guessed: withoutGuess(now.content.guessed, `action:${action.key}`),
                    actions: now.content.actions.map((one) => (one.key === action.key ? { ...one, ...change } : one)),
                  },
                }))
              }
              onRemove={() => set({ actions: content.actions.filter((one) => one.key !== action.key) })}
            />
          </Guessed>
        ))}
        <div>
          <Button small icon="plus" onPress={() => set({ actions: [...content.actions, blank(content.actions)] })}>
            {t("minutes.action.add")}
          </Button>
        </div>
      </fieldset>
      {minutes.edition > 0 && (
        <TextField
          label={t("minutes.note")}
          value={note}
          onChange={setNote}
          isRequired
          placeholder={t("minutes.note.example")}
          error={field("note") ?? field("content")}
        />
      )}
      <div className="row wrap minutes-send">
        <Button tone="primary" type="submit" isDisabled={busy}>
          {t(minutes.edition > 0 ? "minutes.file.again" : "minutes.file")}
        </Button>
        <Button isDisabled={busy} onPress={() => save.mutate()}>
          {t("minutes.save")}
        </Button>
        <span className="small quiet">{t("minutes.file.hint")}</span>
      </div>
      {pasting && (
        <PasteDialog
          collaboration={minutes.collaboration.id}
          replaces={content.agenda !== "" || content.conclusions !== "" || content.actions.some((one) => !isEmpty(one))}
          onDraft={takeDraft}
          onClose={() => setPasting(false)}
        />
      )}
      {removed && (
        <RemovedDialog
          tasks={removed}
          onChosen={(gone) => {
            setRemoved(null);
            file.mutate(gone);
          }}
          onClose={() => setRemoved(null)}
        />
      )}
    </Form>
  );
}

/** Marks a part that rules guessed, until somebody has looked at it. */
function Guessed({ on, onChecked, children }: { on: boolean; onChecked: () => void; children: ReactNode }) {
  if (!on) return <>{children}</>;
  return (
    <div className="minutes-guessed">
      <div className="row minutes-guess">
        <span className="tag warn">{t("minutes.guessed")}</span>
        <Button small tone="ghost" icon="check" onPress={onChecked}>
          {t("minutes.checked")}
        </Button>
      </div>
      {children}
    </div>
  );
}

function Attendees({
  label,
  value,
  onChange,
  error,
}: {
  label: string;
  value: Attendee[];
  onChange: (value: Attendee[]) => void;
  error?: string;
}) {
  const [others, setOthers] = useState(named(value));
  return (
    <div className="minutes-pair">
      <Field label={label} error={error}>
        <PeoplePicker label={label} value={people(value)} onChange={(ids) => onChange(withPeople(value, ids))} />
      </Field>
      <TextField
        label={`${label} · ${t("minutes.others.add")}`}
        hint={t("minutes.others.hint")}
        value={named(value) === named(withNames(value, others)) ? others : named(value)}
        onChange={(text) => {
          setOthers(text);
          onChange(withNames(value, text));
        }}
      />
    </div>
  );
}

function ActionEditor({
  action,
  task,
  members,
  onChange,
  onRemove,
}: {
  action: ActionItem;
  task?: ActionTask;
  members: ReturnType<typeof useMembers>;
  onChange: (change: Partial<ActionItem>) => void;
  onRemove: () => void;
}) {
  const [typing, setTyping] = useState(false);
  // Who and by when stand beside the words, so that only what is vague in the words themselves is said.
  const findings = useWording(action.what, typing, action.owner ?? undefined, action.due).filter((finding) =>
    ["vague_action", "hedge", "vague_time", "vague_person", "action_missing"].includes(finding.code),
  );
  return (
    <div className="minutes-action-edit">
      <div>
        <TextField
          label={t("minutes.action.what")}
          placeholder={t("minutes.action.example")}
          value={action.what}
          onChange={(what) => {
            setTyping(true);
            onChange({ what });
          }}
        />
        <WordingFindings
          findings={findings.map((finding) => ({ ...finding, suggestion: null }))}
          onApply={(what) => onChange({ what })}
        />
        {task && <span className="small quiet">{t("minutes.action.task", { number: task.number })}</span>}
      </div>
      <Field label={t("minutes.action.owner")}>
        <PersonPicker
          label={t("minutes.action.owner")}
          value={action.owner}
          among={members}
          onChange={(owner) => onChange({ owner })}
        />
      </Field>
      <TimeField label={t("minutes.action.due")} value={action.due} onChange={(due) => onChange({ due })} />
      <IconButton icon="x" label={t("minutes.action.remove")} onPress={onRemove} />
    </div>
  );
}

/** What becomes of the tasks whose action is no longer in the minutes. */
function RemovedDialog({
  tasks,
  onChosen,
  onClose,
}: {
  tasks: ActionTask[];
  onChosen: (gone: { task: string; cancel: boolean }[]) => void;
  onClose: () => void;
}) {
  const [cancelled, setCancelled] = useState<string[]>([]);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("minutes.removed.title")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button
            tone="primary"
            onPress={() => onChosen(tasks.map((task) => ({ task: task.id, cancel: cancelled.includes(task.id) })))}
          >
            {t("minutes.file.again")}
          </Button>
        </>
      }
    >
      {tasks.map((task) => (
        <Field key={task.id} label={t("minutes.removed.text", { number: task.number, name: task.name })}>
          <Select
            label={t("minutes.removed.text", { number: task.number, name: task.name })}
            value={cancelled.includes(task.id) ? "cancel" : "keep"}
            onChange={(choice: "keep" | "cancel") =>
              setCancelled((now) =>
                choice === "cancel" ? [...now, task.id] : now.filter((other) => other !== task.id),
              )
            }
            options={[
              { value: "keep", label: t("minutes.removed.keep") },
              { value: "cancel", label: t("minutes.removed.cancel") },
            ]}
          />
        </Field>
      ))}
    </Dialog>
  );
}
