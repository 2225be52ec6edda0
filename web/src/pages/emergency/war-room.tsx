import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { WarRoom as Room, Severity } from "../../api/types";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { fullTime, shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { CountdownChip } from "../../ui/countdown-chip";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark, PlatformMark } from "../../ui/marks";
import { Select } from "../../ui/select";
import { sayProblem } from "../../ui/toast";
import { Deliveries } from "../task/deliveries";
import "../task/task.css";
import "../task/task-page.css";
import { Checklist } from "./checklist";
import { PhaseTag, SeverityTag } from "./emergency-marks";
import { ReportCard } from "./report-card";
import { Roles } from "./roles";
import { GroupState } from "../groups/group-state";
import { RoomDialog } from "./room-dialog";
import { takeWarRoom } from "./take";
import { Timeline } from "./timeline";
import { WordsDialog } from "../../ui/words-dialog";
import "./emergency.css";

const SEVERITIES: Severity[] = ["one", "two", "three"];
type Open = "stage" | "clear" | "room" | null;

/** The war room: what is wrong, who has it in hand, what is to be done by when, and all that happened. */
export default function WarRoom({ id }: { id: string }) {
  const client = useQueryClient();
  const [open, setOpen] = useState<Open>(null);
  const { data: room, error, refetch } = useQuery({ queryKey: ["emergency", id], queryFn: () => api.emergency(id) });
  useTitle(room && `P${room.problem.number} ${room.problem.title}`);
  const taken = (changed: Room) => takeWarRoom(client, changed);
  const acknowledge = useMutation({ mutationFn: () => api.acknowledge(id), onError: sayProblem, onSuccess: taken });
  const grade = useMutation({
    mutationFn: (severity: Severity) => api.makeUrgent(room?.problem.id ?? "", severity),
    onError: sayProblem,
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["emergency", id] });
      void client.invalidateQueries({ queryKey: ["timeline", id] });
    },
  });
  if (error && !room)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!room)
    return (
      <div className="page task-page">
        <Bones rows={5} height={72} />
      </div>
    );
  const { problem, rights } = room;
  const running = room.phase === "running";
  const ringing = running && problem.stage === "waiting";
  return (
    <div className={room.drill ? "page task-page war-room is-drill" : "page task-page war-room"}>
      <nav className="crumbs small quiet" aria-label={t("web.crumbs")}>
        <Link href="/emergencies" className="link">
          {t("web.nav.emergencies")}
        </Link>
        <Icon name="right" size={12} />
        <Link href={`/problems/${problem.id}`} className="link">
          P{problem.number}
        </Link>
      </nav>
      {room.drill && (
        <p className="drill-banner" role="note">
          {t(room.calls ? "web.emergency.is_drill_calls" : "web.emergency.is_drill")}
        </p>
      )}
      <header className={ringing ? "task-head alarm-head" : "task-head"}>
        <div className="row wrap">
          <SeverityTag emergency={room} bare={running && rights.lead} />
          <PhaseTag emergency={room} />
          <span className="small quiet">{room.plan}</span>
          <span className="grow" />
          {running && rights.lead && (
            <Select
              bare
              label={t("web.emergency.severity")}
              value={room.severity}
              onChange={(severity) => severity !== room.severity && grade.mutate(severity)}
              options={SEVERITIES.map((each) => ({ value: each, label: t(`domain.severity.${each}`) }))}
            />
          )}
          <IconButton icon="link" label={t("web.copy_link")} onPress={() => void copy(location.href)} />
        </div>
        <h1>{problem.title}</h1>
        <p className={ringing ? "war-state" : "war-state quiet"} role="status">
          {state(room)}
        </p>
        <div className="row wrap war-buttons">
          {ringing && rights.acknowledge && (
            <Button tone="danger" icon="check" isDisabled={acknowledge.isPending} onPress={() => acknowledge.mutate()}>
              {t("web.emergency.acknowledge")}
            </Button>
          )}
          {running && rights.work && (
            <Button icon="send" onPress={() => setOpen("stage")}>
              {t("web.emergency.stage_report")}
            </Button>
          )}
          {running && rights.lead && (
            <Button tone={ringing ? "plain" : "primary"} onPress={() => setOpen("clear")}>
              {t("web.emergency.all_clear")}
            </Button>
          )}
          {room.meeting && (
            <a className="button plain" href={room.meeting} target="_blank" rel="noreferrer">
              <Icon name="open" /> {t("web.emergency.join")}
            </a>
          )}
        </div>
      </header>
      <div className="task-columns">
        <div className="stack">
          {room.all_clear && (
            <section className="card pad stack">
              <h2>{t("web.emergency.over")}</h2>
              <p className="pre">{room.all_clear.words}</p>
              <p className="row wrap small quiet">
                <PersonMark person={room.all_clear.by} />
                <time dateTime={room.all_clear.at} title={fullTime(room.all_clear.at)}>
                  {shortTime(room.all_clear.at)}
                </time>
              </p>
            </section>
          )}
          {room.report && <ReportCard room={room} onChange={taken} />}
          <Checklist room={room} onChange={taken} />
          <Timeline room={room} onChange={taken} />
        </div>
        <div className="stack">
          <Line room={room} />
          <Roles room={room} onChange={taken} />
          <section className="card pad stack" aria-label={t("web.emergency.room")}>
            <div className="row">
              <h2 className="grow">{t("web.emergency.room")}</h2>
              {running && rights.lead && (
                <Button tone="ghost" small onPress={() => setOpen("room")}>
                  {t("web.edit")}
                </Button>
              )}
            </div>
            {room.war_room ? (
              <p className="row wrap">
                <PlatformMark platform={room.war_room.platform} /> {room.war_room.title}
              </p>
            ) : (
              <p className="faint small">{t("web.emergency.no_room")}</p>
            )}
            <p className="faint small">{t("web.emergency.room.hint")}</p>
            {room.group && <GroupState group={room.group} leads={running && rights.lead} />}
          </section>
          <Deliveries subject={problem.id} />
        </div>
      </div>
      {open === "stage" && (
        <WordsDialog
          title={t("web.emergency.stage_report")}
          label={t("web.emergency.stage_report.words")}
          hint={t("web.emergency.stage_report.hint")}
          initial={room.stage_draft ?? ""}
          submit={t("web.emergency.stage_report.send")}
          send={(text) => api.stageReport(id, text)}
          onDone={taken}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "clear" && (
        <WordsDialog
          title={t("web.emergency.all_clear")}
          label={t("web.emergency.all_clear.words")}
          hint={t("web.emergency.all_clear.hint")}
          submit={t("web.emergency.all_clear")}
          send={(text) => api.allClear(id, text)}
          onDone={taken}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "room" && <RoomDialog room={room} onDone={taken} onClose={() => setOpen(null)} />}
    </div>
  );
}

/** In one sentence: who has it in hand, or who is being rung. */
function state(room: Room): string {
  const first = room.acknowledged[0];
  if (room.phase === "stood_down") return t("web.emergency.state.stood_down");
  if (room.phase === "all_clear")
    return t(room.report_filed ? "web.emergency.state.filed" : "web.emergency.state.report_owed");
  if (room.problem.stage === "waiting") {
    const rung = room.problem.line.filter((one) => one.asked_at).map((one) => one.person.name);
    return t("web.emergency.state.ringing", { names: rung.join("、") });
  }
  return t("web.emergency.state.in_hand", { name: first?.person.name ?? "" });
}

/** Who was rung, who comes next, and who acknowledged. */
function Line({ room }: { room: Room }) {
  const { problem, clock } = room;
  const acknowledged = (person: string) => room.acknowledged.find((one) => one.person.id === person);
  const others = room.acknowledged.filter((one) => !problem.line.some((each) => each.person.id === one.person.id));
  return (
    <section className="card pad stack" aria-label={t("web.emergency.line")}>
      <h2>{t("web.emergency.line")}</h2>
      <ol className="stack">
        {problem.line.map((one) => {
          const at = acknowledged(one.person.id)?.at;
          return (
            <li key={one.person.id} className={one.asked_at ? "row wrap" : "row wrap faint"}>
              <PersonMark person={one.person} job />
              <span className="grow" />
              {at ? (
                <span className="tag good">{t("web.emergency.acknowledged_at", { at: shortTime(at) })}</span>
              ) : one.asked_at ? (
                <time className="small" dateTime={one.asked_at} title={fullTime(one.asked_at)}>
                  {t("web.emergency.rung_at", { at: shortTime(one.asked_at) })}
                </time>
              ) : (
                <span className="small">{t("web.emergency.next")}</span>
              )}
            </li>
          );
        })}
        {others.map((one) => (
          <li key={one.person.id} className="row wrap">
            <PersonMark person={one.person} job />
            <span className="grow" />
            <span className="tag good">{t("web.emergency.acknowledged_at", { at: shortTime(one.at) })}</span>
          </li>
        ))}
      </ol>
      {problem.stage === "waiting" && problem.clock?.next_at && (
        <p className="small quiet">
          {t("web.emergency.next_ring")} <CountdownChip clock={{ ...problem.clock, due_at: problem.clock.next_at }} />
        </p>
      )}
      {clock?.next_at && (
        <p className="small quiet">
          {t(room.phase === "running" ? "web.emergency.next_report" : "web.emergency.report_due")}{" "}
          <CountdownChip clock={room.phase === "running" ? { ...clock, due_at: clock.next_at } : clock} />
        </p>
      )}
    </section>
  );
}
