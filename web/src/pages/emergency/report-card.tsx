import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { FaultReport, Measure, WarRoom } from "../../api/types";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { Field, TextField } from "../../ui/field";
import { PersonMark } from "../../ui/marks";
import { PersonPicker, useMembers } from "../../ui/people";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";

const PARTS = ["summary", "impact", "cause", "handling"] as const;

/** The fault report: drafted from the timeline, completed by people, filed with its measures. */
export function ReportCard({ room, onChange }: { room: WarRoom; onChange: (room: WarRoom) => void }) {
  const { report } = room;
  if (!report) return null;
  return report.filed || !room.rights.lead ? (
    <FiledReport room={room} report={report} />
  ) : (
    <ReportEditor room={room} draft={report} onChange={onChange} />
  );
}

function FiledReport({ room, report }: { room: WarRoom; report: FaultReport }) {
  const person = (id: string | null) => room.report_people.find((one) => one.id === id);
  const by = report.filed && person(report.filed.by);
  return (
    <section className="card pad stack" aria-label={t("web.emergency.report")}>
      <div className="row wrap">
        <h2 className="grow">{t("web.emergency.report")}</h2>
        {report.filed ? (
          <span className="tag good">{t("web.emergency.filed_at", { at: shortTime(report.filed.at) })}</span>
        ) : (
          <span className="tag warn">{t("web.emergency.report_owed")}</span>
        )}
      </div>
      {by && <PersonMark person={by} job />}
      {PARTS.filter((part) => report[part]).map((part) => (
        <div key={part} className="stack tight">
          <h3>{t(`web.emergency.report.${part}`)}</h3>
          <p className="pre">{report[part]}</p>
        </div>
      ))}
      <div className="stack tight">
        <h3>{t("web.emergency.report.measures")}</h3>
        <ul className="stack tight">
          {report.measures.map((measure) => {
            const owner = person(measure.owner);
            return (
              <li key={measure.what} className="row wrap">
                {measure.task ? (
                  <Link className="link grow" href={`/tasks/${measure.task}`}>
                    {measure.what}
                  </Link>
                ) : (
                  <span className="grow">{measure.what}</span>
                )}
                {owner && <PersonMark person={owner} />}
                {measure.due && (
                  <time className="small" dateTime={measure.due} title={fullTime(measure.due)}>
                    {shortTime(measure.due)}
                  </time>
                )}
              </li>
            );
          })}
        </ul>
      </div>
      <Course report={report} />
    </section>
  );
}

function Course({ report }: { report: FaultReport }) {
  return (
    <details>
      <summary className="small">{t("web.emergency.report.timeline", { count: report.timeline.length })}</summary>
      <ol className="timeline">
        {report.timeline.map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a report have no other name
          <li key={place} className="moment">
            <time className="small" dateTime={line.at} title={fullTime(line.at)}>
              {shortTime(line.at)}
            </time>
            <p className="pre grow">{line.text}</p>
          </li>
        ))}
      </ol>
    </details>
  );
}

const EMPTY: Measure = { what: "", owner: null, due: null };

const editable = (report: FaultReport): FaultReport => ({
  ...report,
  measures: report.measures.length > 0 ? report.measures : [EMPTY],
});

function ReportEditor({
  room,
  draft,
  onChange,
}: {
  room: WarRoom;
  draft: FaultReport;
  onChange: (room: WarRoom) => void;
}) {
  const members = useMembers(room.problem.collaboration.id);
  const [report, setReport] = useState(editable(draft));
  // The version that this is written over: what somebody else saved meanwhile is not lost unseen.
  const [base, setBase] = useState(room.version);
  const kept = (): FaultReport => ({
    ...report,
    measures: report.measures.filter((measure) => measure.what.trim() || measure.owner || measure.due),
  });
  const save = useMutation({
    mutationFn: () => api.writeReport(room.id, kept(), base),
    onError: sayProblem,
    onSuccess: (changed) => {
      setBase(changed.version);
      onChange(changed);
      say(t("web.saved"));
    },
  });
  const file = useMutation({
    mutationFn: async () => {
      const written = await api.writeReport(room.id, kept(), base);
      setBase(written.version);
      onChange(written);
      return api.fileReport(room.id);
    },
    onError: sayProblem,
    onSuccess: (changed) => {
      onChange(changed);
      say(t("web.emergency.filed"));
    },
  });
  const busy = save.isPending || file.isPending;
  // A time is read by the server, and more may have been written when it comes.
  const measure = (place: number, change: Partial<Measure>) =>
    setReport((now) => ({
      ...now,
      measures: now.measures.map((one, at) => (at === place ? { ...one, ...change } : one)),
    }));
  return (
    <section className="card pad stack" aria-label={t("web.emergency.report")}>
      <div className="row wrap">
        <h2 className="grow">{t("web.emergency.report")}</h2>
        <span className="tag warn">{t(room.report_written ? "web.emergency.written" : "web.emergency.drafted")}</span>
      </div>
      {room.version !== base && !save.isPending && !file.isPending && (
        <p className="notice row wrap">
          <span className="grow">{t("web.emergency.changed")}</span>
          <Button
            small
            onPress={() => {
              setReport(editable(draft));
              setBase(room.version);
            }}
          >
            {t("web.emergency.changed.load")}
          </Button>
        </p>
      )}
      <Form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          file.mutate();
        }}
      >
        {PARTS.map((part) => (
          <TextField
            key={part}
            label={t(`web.emergency.report.${part}`)}
            hint={part === "cause" ? t("web.emergency.report.cause.hint") : undefined}
            lines={part === "summary" ? 4 : 2}
            value={report[part]}
            onChange={(text) => setReport({ ...report, [part]: text })}
          />
        ))}
        <fieldset className="measures stack">
          <legend>{t("web.emergency.report.measures")}</legend>
          {report.measures.map((one, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a measure has no other name while it is written
            <div key={place} className="measure">
              <TextField
                label={t("web.emergency.measure.what")}
                hideLabel
                placeholder={t("web.emergency.measure.example")}
                value={one.what}
                onChange={(what) => measure(place, { what })}
              />
              <Field label={t("web.emergency.measure.owner")}>
                <PersonPicker
                  label={t("web.emergency.measure.owner")}
                  value={one.owner}
                  among={members}
                  onChange={(owner) => measure(place, { owner })}
                />
              </Field>
              <TimeField
                label={t("web.emergency.measure.due")}
                value={one.due}
                onChange={(due) => measure(place, { due })}
              />
              <IconButton
                icon="x"
                label={t("web.emergency.measure.remove")}
                onPress={() => setReport({ ...report, measures: report.measures.filter((_, at) => at !== place) })}
              />
            </div>
          ))}
          <div>
            <Button small icon="plus" onPress={() => setReport({ ...report, measures: [...report.measures, EMPTY] })}>
              {t("web.emergency.measure.add")}
            </Button>
          </div>
        </fieldset>
        <Course report={report} />
        <div className="row wrap">
          <Button tone="primary" type="submit" isDisabled={busy}>
            {t("web.emergency.file")}
          </Button>
          <Button isDisabled={busy} onPress={() => save.mutate()}>
            {t("web.save")}
          </Button>
          <span className="small quiet">{t("web.emergency.file.hint")}</span>
        </div>
      </Form>
    </section>
  );
}
