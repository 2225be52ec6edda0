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
    open.task_count && t("directory_page.tasks", { count: open.task_count }),
    open.asked_for_count && t("directory_page.asked_for", { count: open.asked_for_count }),
    open.record_count && t("directory_page.records", { count: open.record_count }),
    open.minutes_count && t("directory_page.minutes", { count: open.minutes_count }),
    open.signature_count && t("directory_page.signatures", { count: open.signature_count }),
    open.follow_up_count && t("directory_page.follow_ups", { count: open.follow_up_count }),
    open.collaborations.length &&
      t("directory_page.initiates", { names: open.collaborations.map((one) => one.name).join("、") }),
    open.report_count && t("directory_page.reports", { count: open.report_count }),
  ].filter(Boolean);
  return (
    <div className="small">
      <p>{counts.length > 0 ? counts.join(" · ") : t("directory_page.nothing_open")}</p>
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
              <Link href={`/c/${record.collaboration}/records?row=${record.id}`} className="link">
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
            ? t("directory_page.guest_ended", { time: shortTime(leaver.guest_until) })
            : leaver.source
              ? t("directory_page.told_by", { source: leaver.source, time: shortTime(leaver.noticed_at) })
              : shortTime(leaver.noticed_at)}
        </span>
      </div>
      {leaver.open && <OpenWork open={leaver.open} />}
      <p className="small quiet" title={fullTime(leaver.due_at)}>
        {leaver.guest_until
          ? t("directory_page.guest_by_itself", { time: shortTime(leaver.due_at) })
          : leaver.would_be
            ? t("directory_page.by_itself", { time: shortTime(leaver.due_at), name: leaver.would_be.name })
            : t("directory_page.nobody_to_take_over")}
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
          {t("directory_page.hand_over")}
        </Button>
        {leaver.guest_until ? (
          <Link href={`/people/${leaver.person.id}`} className="button plain small">
            {t("directory_page.extend")}
          </Link>
        ) : (
          <Button small isDisabled={stays.isPending} onPress={() => stays.mutate()}>
            {t("directory_page.stays")}
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
  if (data.length === 0) return <Empty icon="people" title={t("directory_page.nobody_leaves")} />;
  const ended = data.filter((leaver) => leaver.state !== "open");
  const open = data.filter((leaver) => leaver.state === "open");
  return (
    <>
      {open.length > 0 && (
        <section className="section">
          <p className="quiet small">{t("directory_page.leavers.text")}</p>
          <ul className="card lines">
            {open.map((leaver) => (
              <Open key={leaver.person.id} leaver={leaver} />
            ))}
          </ul>
        </section>
      )}
      {ended.length > 0 && (
        <section className="section">
          <h2>{t("directory_page.ended")}</h2>
          <ul className="card lines">
            {ended.map((leaver) => (
              <li key={leaver.person.id} className="run-line">
                <span className="grow">
                  <PersonMark person={leaver.person} />
                </span>
                <span className="small quiet">
                  {leaver.state === "handed_over" && leaver.successor
                    ? t("directory_page.handed_over_to", { name: leaver.successor.name })
                    : t(`directory_page.leaver.${leaver.state}` as Key)}
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
