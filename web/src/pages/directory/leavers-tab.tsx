import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { directory, type Leaver } from "../../api/directory";
import { type Key, t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { PersonMark } from "../../ui/marks";
import { PersonPicker } from "../../ui/people";
import { say, sayProblem } from "../../ui/toast";

function OpenWork({ open }: { open: NonNullable<Leaver["open"]> }) {
  const counts = [
    open.task_count && t("web.directory.tasks", { count: open.task_count }),
    open.asked_for_count && t("web.directory.asked_for", { count: open.asked_for_count }),
    open.record_count && t("web.directory.records", { count: open.record_count }),
    open.follow_up_count && t("web.directory.follow_ups", { count: open.follow_up_count }),
    open.collaborations.length &&
      t("web.directory.initiates", { names: open.collaborations.map((one) => one.name).join("、") }),
    open.report_count && t("web.directory.reports", { count: open.report_count }),
  ].filter(Boolean);
  return (
    <div className="small">
      <p>{counts.length > 0 ? counts.join(" · ") : t("web.directory.nothing_open")}</p>
      {open.tasks.length + open.records.length > 0 && (
        <ul className="open-tasks">
          {open.tasks.map((task) => (
            <li key={task.id}>
              <Link href={`/tasks/${task.id}`} className="link">
                {task.name}
              </Link>
            </li>
          ))}
          {open.records.map((record) => (
            <li key={record.id}>
              <Link href={`/c/${record.collaboration}?row=${record.id}`} className="link">
                {record.name}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Open({ leaver }: { leaver: Leaver }) {
  const client = useQueryClient();
  const [successor, setSuccessor] = useState<string | null>(null);
  const again = () => {
    for (const key of ["directory", "people", "desk", "tasks"]) void client.invalidateQueries({ queryKey: [key] });
  };
  const handOver = useMutation({
    mutationFn: (person: string) => directory.handOver(leaver.person.id, person),
    onError: sayProblem,
    onSuccess: () => {
      say(t("web.people.gone", { name: leaver.person.name }));
      again();
    },
  });
  const stays = useMutation({
    mutationFn: () => directory.stays(leaver.person.id),
    onError: sayProblem,
    onSuccess: again,
  });
  return (
    <li className="leaver">
      <div className="row">
        <span className="grow">
          <PersonMark person={leaver.person} job />
        </span>
        <span className="quiet small" title={fullTime(leaver.noticed_at)}>
          {leaver.guest_until
            ? t("web.directory.guest_ended", { time: shortTime(leaver.guest_until) })
            : leaver.source
              ? t("web.directory.told_by", { source: leaver.source, time: shortTime(leaver.noticed_at) })
              : shortTime(leaver.noticed_at)}
        </span>
      </div>
      {leaver.open && <OpenWork open={leaver.open} />}
      <p className="small quiet" title={fullTime(leaver.due_at)}>
        {leaver.guest_until
          ? t("web.directory.guest_by_itself", { time: shortTime(leaver.due_at) })
          : leaver.would_be
            ? t("web.directory.by_itself", { time: shortTime(leaver.due_at), name: leaver.would_be.name })
            : t("web.directory.nobody_to_take_over")}
      </p>
      <div className="row wrap">
        <span className="unmatched-picker">
          <PersonPicker
            label={t("web.people.successor")}
            value={successor}
            onChange={setSuccessor}
            without={leaver.person.id}
          />
        </span>
        <Button
          small
          tone="primary"
          isDisabled={!successor || handOver.isPending}
          onPress={() => successor && handOver.mutate(successor)}
        >
          {t("web.directory.hand_over")}
        </Button>
        {leaver.guest_until ? (
          <Link href={`/people/${leaver.person.id}`} className="button plain small">
            {t("web.directory.extend")}
          </Link>
        ) : (
          <Button small isDisabled={stays.isPending} onPress={() => stays.mutate()}>
            {t("web.directory.stays")}
          </Button>
        )}
      </div>
    </li>
  );
}

/** Who leaves, and who takes over. */
export function LeaversTab() {
  const { data, error, refetch } = useQuery({ queryKey: ["directory", "leavers"], queryFn: directory.leavers });
  if (error && !data) return <Failed error={error} again={() => void refetch()} />;
  if (!data) return <Bones rows={4} />;
  if (data.length === 0) return <Empty icon="people" title={t("web.directory.nobody_leaves")} />;
  const ended = data.filter((leaver) => leaver.state !== "open");
  const open = data.filter((leaver) => leaver.state === "open");
  return (
    <>
      {open.length > 0 && (
        <section className="section">
          <p className="quiet small">{t("web.directory.leavers.text")}</p>
          <ul className="card lines">
            {open.map((leaver) => (
              <Open key={leaver.person.id} leaver={leaver} />
            ))}
          </ul>
        </section>
      )}
      {ended.length > 0 && (
        <section className="section">
          <h2>{t("web.directory.ended")}</h2>
          <ul className="card lines">
            {ended.map((leaver) => (
              <li key={leaver.person.id} className="run-line">
                <span className="grow">
                  <PersonMark person={leaver.person} />
                </span>
                <span className="small quiet">
                  {leaver.state === "handed_over" && leaver.successor
                    ? t("web.directory.handed_over_to", { name: leaver.successor.name })
                    : t(`web.directory.leaver.${leaver.state}` as Key)}
                </span>
                {leaver.ended_at && <span className="faint tiny">{shortTime(leaver.ended_at)}</span>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
