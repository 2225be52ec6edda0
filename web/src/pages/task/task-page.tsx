import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link } from "wouter";
import { api, type TaskPatch } from "../../api/api";
import { Problem } from "../../api/client";
import type { Level, Priority, Task } from "../../api/types";
import { t, withTexts } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { useMe } from "../../shell/me";
import { fullTime, shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { CountdownChip, DueText } from "../../ui/countdown-chip";
import { Dialog } from "../../ui/dialog";
import { Bones, Failed } from "../../ui/empty";
import { Field, TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { PersonMark, platformText, PriorityTag, StatusTag } from "../../ui/marks";
import { PeoplePicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";
import { QuickProgress } from "../desk/quick-progress";
import "../desk/desk.css";
import { ProblemsAbout } from "../problem/about-it";
import { Deliveries } from "./deliveries";
import { HistoryList } from "./history";
import { PRIORITIES } from "./new-task";
import { OriginQuote } from "./origin";
import { Refusal } from "./refusal";
import "./task.css";
import "./task-page.css";
import { StepButtons, StepsProvider, takeTask } from "./use-steps";

const DocumentsAbout = lazy(() => withTexts("documents", import("../documents/about-it")));
const EntriesAbout = lazy(() => withTexts("centre", import("../centre/entries-about")));
const MinutesAbout = lazy(() => withTexts("minutes", import("../minutes/about-it")));

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function EditTask({ task, onClose }: { task: Task; onClose: () => void }) {
  const members = useMembers(task.collaboration.id);
  const client = useQueryClient();
  const [draft, setDraft] = useState<TaskPatch>({
    version: task.version,
    name: task.name,
    description: task.description,
    criteria: task.criteria,
    due_at: task.due_at,
    priority: task.priority,
    helpers: task.helpers.map((helper) => helper.id),
    level: task.level,
  });
  const set = (patch: Partial<TaskPatch>) => setDraft((before) => ({ ...before, ...patch }));
  const save = useMutation({
    mutationFn: () => api.editTask(task.id, draft),
    onError: (error) => {
      if (error instanceof Problem && error.code === "version_conflict") {
        const current = (error.body as { current?: Task }).current;
        if (current) {
          client.setQueryData(["task", task.id], current);
          set({ version: current.version });
        }
        say(t("web.task.conflict"), { tone: "bad" });
      } else if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (changed) => {
      takeTask(client, changed);
      onClose();
    },
  });
  const field = (name: string) => (save.error instanceof Problem ? save.error.field(name) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={`${t("web.edit")} · #${task.number}`}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" isDisabled={save.isPending || !draft.name?.trim()} onPress={() => save.mutate()}>
            {t("web.save")}
          </Button>
        </>
      }
    >
      <TextField
        label={t("web.task.name")}
        value={draft.name}
        onChange={(name) => set({ name })}
        error={field("name")}
        isRequired
      />
      <TimeField
        label={t("web.due")}
        value={draft.due_at ?? null}
        onChange={(due_at) => set({ due_at })}
        error={field("due_at")}
      />
      <div className="pair">
        <Field label={t("web.task.priority")}>
          <Select
            label={t("web.task.priority")}
            value={draft.priority ?? "normal"}
            onChange={(priority: Priority) => set({ priority })}
            options={PRIORITIES.map((each) => ({ value: each, label: t(`domain.priority.${each}`) }))}
          />
        </Field>
        <Field label={t("web.level")}>
          <Select
            label={t("web.level")}
            value={draft.level ?? "internal"}
            onChange={(level: Level) => set({ level })}
            options={(["public", "internal", "confidential"] as Level[]).map((level) => ({
              value: level,
              label: t(`domain.level.${level}`),
            }))}
          />
        </Field>
      </div>
      <Field label={t("web.task.helpers")}>
        <PeoplePicker
          label={t("web.task.helpers")}
          among={members}
          value={draft.helpers ?? []}
          onChange={(helpers) => set({ helpers })}
        />
      </Field>
      <TextField
        label={t("web.task.description")}
        lines={4}
        value={draft.description}
        onChange={(description) => set({ description })}
        error={field("description")}
      />
      <TextField
        label={t("web.task.criteria")}
        lines={2}
        value={draft.criteria}
        onChange={(criteria) => set({ criteria })}
        error={field("criteria")}
      />
    </Dialog>
  );
}

export default function TaskPage({ id }: { id: string }) {
  const me = useMe();
  const [editing, setEditing] = useState(false);
  const { data: task, error, refetch } = useQuery({ queryKey: ["task", id], queryFn: () => api.task(id) });
  useTitle(task && `#${task.number} ${task.name}`);
  const { data: history } = useQuery({
    queryKey: ["history", id],
    queryFn: () => api.history(id),
    enabled: Boolean(task),
  });
  if (error && !task)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!task)
    return (
      <div className="page task-page">
        <Bones rows={5} height={72} />
      </div>
    );
  const workspaceZone = me.workspace.zone !== me.person.zone ? me.workspace.zone : undefined;
  return (
    <StepsProvider>
      <div className="page task-page">
        <nav className="crumbs small quiet" aria-label={t("web.crumbs")}>
          <Link href={`/c/${task.collaboration.id}/tasks`} className="link">
            {task.collaboration.name}
          </Link>
          <Icon name="right" size={12} />
          <span>#{task.number}</span>
        </nav>
        <header className="task-head">
          <div className="row wrap">
            {task.status ? (
              <StatusTag status={task.status} />
            ) : (
              <span className="tag">{t(`domain.stage.${task.stage}`)}</span>
            )}
            <PriorityTag priority={task.priority} />
            {task.clock && <CountdownChip clock={task.clock} workspaceZone={workspaceZone} />}
            <span className="grow" />
            <IconButton icon="link" label={t("web.copy_link")} onPress={() => void copy(location.href)} />
            {task.may.direct && (
              <Button small onPress={() => setEditing(true)}>
                {t("web.edit")}
              </Button>
            )}
          </div>
          <h1>{task.name}</h1>
          <StepButtons task={task} />
        </header>
        <div className="task-columns">
          <div className="stack">
            {task.stage === "declined" && task.refusal && (
              <section className="card pad section">
                <h2>{t("web.task.declined", { name: task.owner.name })}</h2>
                <Refusal task={task} />
                <p className="quiet small">
                  {t(task.may.direct ? "web.task.declined.yours" : "web.task.declined.waiting", {
                    name: task.initiator.name,
                  })}
                </p>
              </section>
            )}
            {task.stage === "blocked" && task.blocked_reason && (
              <div className="notice bad">
                <Icon name="warn" />
                <span className="pre">{task.blocked_reason}</span>
              </div>
            )}
            {(task.description || task.criteria || task.origin) && (
              <section className="card pad stack">
                {task.description && <p className="pre">{task.description}</p>}
                {task.criteria && (
                  <div>
                    <h2 className="quiet small">{t("web.task.criteria")}</h2>
                    <p className="pre">{task.criteria}</p>
                  </div>
                )}
                {task.origin && <OriginQuote origin={task.origin} collaboration={task.collaboration.id} />}
              </section>
            )}
            {(task.progress || (task.may.answer && (task.stage === "in_progress" || task.stage === "blocked"))) && (
              <section className="section">
                <h2>{t("web.progress")}</h2>
                <div className="card progress-card">
                  {task.progress && (
                    <div className="progress-now">
                      <p className="pre">{task.progress.text}</p>
                      <p className="tiny faint" title={fullTime(task.progress.at)}>
                        {shortTime(task.progress.at)}
                        {typeof task.progress.percent === "number" && ` · ${task.progress.percent}%`}
                      </p>
                      {typeof task.progress.percent === "number" && (
                        <progress max={100} value={task.progress.percent} aria-label={t("web.progress.percent")} />
                      )}
                    </div>
                  )}
                  {task.may.answer && (task.stage === "in_progress" || task.stage === "blocked") && (
                    <QuickProgress task={task} />
                  )}
                </div>
              </section>
            )}
            <Suspense>
              <MinutesAbout linked={id} />
              <DocumentsAbout collaboration={task.collaboration.id} linked={id} />
              <EntriesAbout linked={id} />
            </Suspense>
            <ProblemsAbout collaboration={task.collaboration.id} task={id} />
            <section className="section">
              <h2>{t("web.history")}</h2>
              {history ? <HistoryList entries={history} /> : <Bones rows={4} height={36} />}
            </section>
          </div>
          <div className="stack">
            <dl className="card pad facts">
              <Fact name={t("domain.column.owner")}>
                <PersonMark person={task.owner} job />
              </Fact>
              {task.there && (
                <Fact name={platformText(task.there.platform)}>
                  <a className="link row" href={task.there.link} target="_blank" rel="noreferrer">
                    {t("later.sync.open_there")} <Icon name="open" size={13} />
                  </a>
                </Fact>
              )}
              <Fact name={t("domain.role.initiator")}>
                <PersonMark person={task.initiator} job />
              </Fact>
              {task.helpers.length > 0 && (
                <Fact name={t("web.task.helpers")}>
                  <span className="row wrap">
                    {task.helpers.map((helper) => (
                      <PersonMark key={helper.id} person={helper} />
                    ))}
                  </span>
                </Fact>
              )}
              <Fact name={t("web.due")}>
                {task.due_at ? (
                  <DueText at={task.due_at} since={task.created_at} done={task.stage === "done"} />
                ) : (
                  <span className="faint">{t("web.due.none")}</span>
                )}
              </Fact>
              <Fact name={t("web.task.priority")}>{t(`domain.priority.${task.priority}`)}</Fact>
              <Fact name={t("web.level")}>{t(`domain.level.${task.level}`)}</Fact>
              {task.record && (
                <Fact name={t("web.tab.records")}>
                  <Link className="link" href={`/c/${task.collaboration.id}/records?row=${task.record.id}`}>
                    {task.record.number}
                  </Link>
                </Fact>
              )}
              <Fact name={t("web.created")}>
                <time dateTime={task.created_at} title={fullTime(task.created_at)}>
                  {shortTime(task.created_at)}
                </time>
              </Fact>
            </dl>
            <Deliveries subject={id} />
          </div>
        </div>
        {editing && <EditTask task={task} onClose={() => setEditing(false)} />}
      </div>
    </StepsProvider>
  );
}
