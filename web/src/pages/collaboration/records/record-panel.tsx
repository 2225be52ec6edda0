import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { Link } from "wouter";
import { api, participantInput, type RecordPatch } from "../../../api/api";
import type { Column, Finding, Level, PersonRef, RecordRow, Status } from "../../../api/types";
import { t, withTexts } from "../../../i18n/texts";
import { fullTime, shortTime } from "../../../time/format";
import { Button } from "../../../ui/button";
import { DueText } from "../../../ui/countdown-chip";
import { Dialog } from "../../../ui/dialog";
import { Bones, Failed } from "../../../ui/empty";
import { Field, TextField } from "../../../ui/field";
import { Icon } from "../../../ui/icon";
import { PersonMark, PlatformMark, STATUSES, StatusTag, statusText } from "../../../ui/marks";
import { PersonPicker, useMembers, useSearchPeople } from "../../../ui/people";
import { Picker } from "../../../ui/picker";
import { Select } from "../../../ui/select";
import { TimeField } from "../../../ui/time-field";
import { sayProblem } from "../../../ui/toast";
import { ProblemsAbout } from "../../problem/about-it";
import { HistoryList } from "../../task/history";
import { OriginQuote } from "../../task/origin";
import { COLUMNS } from "./cells";
import { participantChoices, participantPatch, platformChoices } from "./editors";
import type { Edits } from "./use-edits";
import { useWording, WordingFindings } from "./wording";

const EntriesAbout = lazy(() => withTexts("centre", import("../../centre/entries-about")));
const DocumentsAbout = lazy(() => withTexts("documents", import("../../documents/about-it")));

/** A text that saves when it is left; what others write meanwhile shows unless it is being edited. */
function Words({
  label,
  value,
  lines,
  disabled,
  focus,
  onSave,
}: {
  label: string;
  value: string;
  lines?: number;
  disabled: boolean;
  focus?: boolean;
  onSave: (value: string) => void;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <TextField
      label={label}
      lines={lines}
      value={draft ?? value}
      onChange={setDraft}
      isReadOnly={disabled}
      autoFocus={focus}
      onBlur={() => {
        if (draft !== null && draft.trim() !== value) onSave(draft.trim());
        setDraft(null);
      }}
    />
  );
}

function FollowUpField({ record, edits }: { record: RecordRow; edits: Edits }) {
  const [draft, setDraft] = useState<string | null>(null);
  const [excuse, setExcuse] = useState("");
  const [refused, setRefused] = useState<Finding[]>([]);
  const text = draft ?? record.follow_up;
  const typed = useWording(text, draft !== null, record.owner.id, record.due_at);
  const findings = draft === null ? record.follow_up_findings : typed.length > 0 ? typed : refused;
  const save = async () => {
    if (draft === null) return;
    const patch: RecordPatch = { follow_up: draft.trim() };
    if (excuse.trim() || record.follow_up_excuse) patch.follow_up_excuse = excuse.trim() || null;
    const saved = await edits.save(record, patch);
    if (saved.kind === "vague") setRefused(saved.findings);
    else if (saved.kind === "saved") {
      setDraft(null);
      setRefused([]);
      setExcuse("");
    }
  };
  return (
    <div className="field">
      <TextField
        label={t("domain.column.follow_up")}
        lines={2}
        value={text}
        onChange={setDraft}
        isReadOnly={!record.may_edit}
        hint={t("web.wording.hint")}
      />
      <WordingFindings findings={findings} onApply={setDraft} />
      {draft !== null && findings.length > 0 && (
        <TextField
          label={t("web.wording.excuse")}
          value={excuse}
          onChange={setExcuse}
          placeholder={t("web.wording.excuse.example")}
        />
      )}
      {draft !== null && (
        <div className="row">
          <Button tone="primary" small onPress={() => void save()}>
            {t("web.save")}
          </Button>
          <Button
            small
            onPress={() => {
              setDraft(null);
              setRefused([]);
            }}
          >
            {t("web.back")}
          </Button>
        </div>
      )}
      {record.follow_up_excuse && draft === null && (
        <span className="field-hint">{t("web.wording.excused", { reason: record.follow_up_excuse })}</span>
      )}
    </div>
  );
}

/** One row: everything about it, its follow-ups and its history. */
export function RecordPanel({
  id,
  column,
  people,
  edits,
  onClose,
}: {
  id: string;
  column?: Column;
  people: PersonRef[];
  edits: Edits;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const { data: record, error, refetch } = useQuery({ queryKey: ["record", id], queryFn: () => api.record(id) });
  const { data: history } = useQuery({ queryKey: ["history", id], queryFn: () => api.recordHistory(id) });
  const members = useMembers(record?.collaboration ?? "");
  const search = useSearchPeople();
  const [only, setOnly] = useState<Column | "all">("all");
  const done = useMutation({
    mutationFn: api.followUpDone,
    onError: sayProblem,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["record", id] });
      void client.invalidateQueries({ queryKey: ["desk"] });
    },
  });
  const historyPlace = useRef<HTMLElement>(null);
  useEffect(() => {
    if (column) setOnly("all");
  }, [column]);
  const save = (patch: RecordPatch) => record && void edits.save(record, patch);
  const shown = history?.filter(
    (entry) =>
      only === "all" ||
      (entry.event.kind === "changed" &&
        (entry.event.field === only || (only === "due" && entry.event.field === "due_at"))),
  );
  const chosen = record && participantChoices(record, people);
  return (
    <Dialog
      open
      onClose={onClose}
      shape="panel"
      title={record ? <span className="faint small">{record.number}</span> : ""}
    >
      {error && !record ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !record || !chosen ? (
        <Bones rows={6} />
      ) : (
        <>
          <Words
            label={t("domain.column.topic")}
            value={record.topic}
            disabled={!record.may_edit}
            focus={column === "topic"}
            onSave={(topic) => topic && save({ topic })}
          />
          <div className="panel-pair">
            <Field label={t("domain.column.status")}>
              <Select
                label={t("domain.column.status")}
                value={record.status}
                disabled={!record.may_edit}
                options={STATUSES.map((status) => ({
                  value: status,
                  label: statusText(status),
                  show: <StatusTag status={status} />,
                }))}
                onChange={(status: Status) => save({ status })}
              />
            </Field>
            <Field label={t("domain.column.owner")}>
              <PersonPicker
                label={t("domain.column.owner")}
                among={members}
                value={record.owner.id}
                disabled={!record.may_edit}
                onChange={(owner) => owner && save({ owner })}
              />
            </Field>
          </div>
          <Field label={t("domain.column.participants")}>
            <Picker
              label={t("domain.column.participants")}
              choices={chosen.choices}
              selected={chosen.selected}
              multiple
              disabled={!record.may_edit}
              onSearch={search}
              onChange={(ids) => save(participantPatch(ids))}
              onAdd={(text) =>
                save({ participants: [...record.participants.map(participantInput), { kind: "named", text }] })
              }
            />
          </Field>
          <Field label={t("domain.column.platforms")}>
            <Picker
              label={t("domain.column.platforms")}
              choices={platformChoices(record.platforms)}
              selected={record.platforms}
              multiple
              disabled={!record.may_edit}
              onChange={(platforms) => save({ platforms })}
              onAdd={(text) => save({ platforms: [...record.platforms, text] })}
            />
          </Field>
          <Words
            label={t("domain.column.summary")}
            value={record.summary}
            lines={3}
            disabled={!record.may_edit}
            onSave={(summary) => save({ summary })}
          />
          {record.may_edit ? (
            <TimeField label={t("domain.column.due")} value={record.due_at} onChange={(due_at) => save({ due_at })} />
          ) : (
            <Field label={t("domain.column.due")}>{record.due_at ? fullTime(record.due_at) : "—"}</Field>
          )}
          <FollowUpField record={record} edits={edits} />
          {record.follow_ups.length > 0 && (
            <section className="section">
              <h3>{t("web.records.follow_ups")}</h3>
              <ul className="card lines">
                {record.follow_ups.map((followUp) => (
                  <li key={followUp.id} className="follow-up">
                    <span className={followUp.done_at ? "grow faint" : "grow"}>
                      {followUp.done_at ? <s>{followUp.action}</s> : followUp.action}
                      <span className="row small quiet">
                        <PersonMark person={followUp.person} size={18} />
                        <DueText at={followUp.due_at} done={Boolean(followUp.done_at)} />
                      </span>
                    </span>
                    {followUp.done_at ? (
                      <span className="tag good">{t("web.done_at", { time: shortTime(followUp.done_at) })}</span>
                    ) : (
                      <Button small icon="check" onPress={() => done.mutate(followUp.id)} isDisabled={done.isPending}>
                        {t("web.waits.follow_up.do")}
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            </section>
          )}
          <div className="panel-pair">
            <Field label={t("web.level")}>
              <Select
                label={t("web.level")}
                value={record.level}
                disabled={!record.may_edit}
                options={(["public", "internal", "confidential"] as Level[]).map((level) => ({
                  value: level,
                  label: t(`domain.level.${level}`),
                }))}
                onChange={(level: Level) => save({ level })}
              />
            </Field>
            {record.task && (
              <Field label={t("web.task")}>
                <Link className="link row" href={`/tasks/${record.task.id}`}>
                  #{record.task.number} <Icon name="open" size={14} />
                </Link>
              </Field>
            )}
          </div>
          {record.origin && <OriginQuote origin={record.origin} />}
          <Suspense>
            <EntriesAbout linked={id} />
            <DocumentsAbout collaboration={record.collaboration} linked={id} heading="h3" />
          </Suspense>
          <ProblemsAbout collaboration={record.collaboration} record={id} heading="h3" />
          <section className="section" ref={historyPlace}>
            <div className="section-head">
              <h3 className="grow">{t("web.history")}</h3>
              <Select
                bare
                label={t("web.history.of")}
                value={only}
                onChange={setOnly}
                options={[
                  { value: "all", label: t("web.history.all") },
                  ...COLUMNS.map((each) => ({ value: each.name, label: t(`domain.column.${each.name}`) })),
                ]}
              />
            </div>
            {shown ? <HistoryList entries={shown} /> : <Bones rows={3} height={32} />}
          </section>
          <p className="faint tiny row">
            {record.platforms.slice(0, 1).map((platform) => (
              <PlatformMark key={platform} platform={platform} />
            ))}
            {t("web.updated", { time: shortTime(record.updated_at) })}
          </p>
        </>
      )}
    </Dialog>
  );
}
