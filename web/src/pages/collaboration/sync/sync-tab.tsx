import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { Link } from "wouter";
import { api } from "../../../api/api";
import type { Sync, SyncConflict, SyncTrouble, TaskBinding } from "../../../api/types";
import { t, withTexts } from "../../../i18n/texts";
import { fullTime, shortTime } from "../../../time/format";
import { Button } from "../../../ui/button";
import { Bones, Empty, Failed } from "../../../ui/empty";
import { Icon } from "../../../ui/icon";
import { PlatformMark } from "../../../ui/marks";
import { later, say, sayProblem } from "../../../ui/toast";
import "./sync.css";

const SetUp = lazy(() => import("./set-up"));
const MirrorPart = lazy(() => withTexts("mirror", import("./mirror-part")));

function Bond({ id, binding, manages }: { id: string; binding: TaskBinding; manages: boolean }) {
  const client = useQueryClient();
  const [setting, setSetting] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const run = useMutation({
    mutationFn: (running: boolean) => api.runSync(id, running),
    onError: sayProblem,
    onSuccess: (now) => client.setQueryData(["sync", id], now),
  });
  const unbind = () => {
    setLeaving(true);
    later(
      t("later.sync.unbound", { project: binding.project_name }),
      () =>
        void api.unbindSync(id).then(
          () => client.invalidateQueries({ queryKey: ["sync", id] }),
          (error) => {
            setLeaving(false);
            sayProblem(error);
          },
        ),
      () => setLeaving(false),
    );
  };
  const { problem } = binding;
  const state = problem ? "bad" : binding.running ? "good" : "warn";
  return (
    <section className={leaving ? "card bond leaving" : "card bond"}>
      <div className="row wrap">
        <PlatformMark platform={binding.platform} />
        <strong className="grow clip">{binding.project_name}</strong>
        <span className={`tag ${state}`}>
          {t(
            problem
              ? "later.sync.state.failing"
              : binding.running
                ? "later.sync.state.running"
                : "later.sync.state.paused",
          )}
        </span>
      </div>
      <p className="quiet small">
        {t("later.sync.linked", { count: binding.linked })} ·{" "}
        {t("later.sync.set_up_by", { name: binding.responsible.name, account: binding.account_name })}
      </p>
      {problem && (
        <p className="small sync-reason">
          {problem.reason} <span className="quiet">{t("later.sync.since", { time: shortTime(problem.since) })}</span>
        </p>
      )}
      {manages && (
        <div className="row wrap">
          <Button
            small
            icon={binding.running ? "pause" : "play"}
            isDisabled={run.isPending || leaving}
            onPress={() => run.mutate(!binding.running)}
          >
            {t(binding.running ? "later.sync.pause" : "later.sync.go_on")}
          </Button>
          <Button small icon="gear" isDisabled={leaving} onPress={() => setSetting(true)}>
            {t("later.sync.set_up")}
          </Button>
          <Button small tone="ghost" isDisabled={leaving} onPress={unbind}>
            {t("later.sync.unbind")}
          </Button>
        </div>
      )}
      {setting && (
        <Suspense>
          <SetUp id={id} binding={binding} onClose={() => setSetting(false)} />
        </Suspense>
      )}
    </section>
  );
}

function TroubleLine({ id, trouble, manages }: { id: string; trouble: SyncTrouble; manages: boolean }) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => api.retrySync(id, trouble.link),
    onError: sayProblem,
    onSuccess: (now) => {
      client.setQueryData(["sync", id], now);
      say(t("later.sync.retrying"), { seconds: 3 });
    },
  });
  return (
    <li className="sync-line">
      <div className="row wrap">
        <span className="grow clip sync-title">
          {trouble.task ? (
            <Link href={`/tasks/${trouble.task}`} className="link">
              {trouble.title || t("later.sync.untitled")}
            </Link>
          ) : (
            trouble.title || t("later.sync.untitled")
          )}
        </span>
        <span className="tag">{trouble.field_name}</span>
        {trouble.address && (
          <a className="link row tiny" href={trouble.address} target="_blank" rel="noreferrer">
            {t("later.sync.open_there")} <Icon name="open" size={12} />
          </a>
        )}
      </div>
      <p className="small">
        <span className="sync-reason">{trouble.reason}</span>{" "}
        {trouble.detail && <span className="quiet sync-detail">{trouble.detail}</span>}
      </p>
      <div className="row wrap tiny faint">
        <time className="grow" dateTime={trouble.since} title={fullTime(trouble.since)}>
          {t("later.sync.since", { time: shortTime(trouble.since) })}
          {trouble.next_at && <> · {t("later.sync.next", { time: shortTime(trouble.next_at) })}</>}
        </time>
        {manages && (
          <Button small icon="undo" isDisabled={retry.isPending} onPress={() => retry.mutate()}>
            {t("later.sync.retry")}
          </Button>
        )}
      </div>
    </li>
  );
}

function ConflictLine({ conflict }: { conflict: SyncConflict }) {
  return (
    <li className="sync-line">
      <Link href={`/tasks/${conflict.task}`} className="link clip">
        {conflict.title}
      </Link>
      <p className="small sync-words">{conflict.entry.text}</p>
      <time className="tiny faint" dateTime={conflict.entry.at} title={fullTime(conflict.entry.at)}>
        {shortTime(conflict.entry.at)}
      </time>
    </li>
  );
}

function Standing({ id, sync }: { id: string; sync: Sync }) {
  const client = useQueryClient();
  const all = useMutation({
    mutationFn: () => api.retryAllSync(id),
    onError: sayProblem,
    onSuccess: (now) => {
      client.setQueryData(["sync", id], now);
      say(t("later.sync.retrying"), { seconds: 3 });
    },
  });
  return (
    <>
      <section className="section">
        <div className="section-head">
          <h2 className="grow">
            {t("later.sync.troubles")} <span className="count">{sync.troubles.length}</span>
          </h2>
          {sync.may_manage && sync.troubles.length > 1 && (
            <Button small icon="undo" isDisabled={all.isPending} onPress={() => all.mutate()}>
              {t("later.sync.retry_all")}
            </Button>
          )}
        </div>
        {sync.troubles.length === 0 ? (
          <div className="card">
            <Empty icon="check" title={t("later.sync.troubles.none")}>
              {t("later.sync.troubles.none.text")}
            </Empty>
          </div>
        ) : (
          <ul className="card lines">
            {sync.troubles.map((trouble) => (
              <TroubleLine key={trouble.link + trouble.field} id={id} trouble={trouble} manages={sync.may_manage} />
            ))}
          </ul>
        )}
      </section>
      <section className="section">
        <div className="section-head">
          <h2>
            {t("later.sync.conflicts")} <span className="count">{sync.conflicts.length}</span>
          </h2>
        </div>
        <p className="quiet small">{t("later.sync.conflicts.text")}</p>
        {sync.conflicts.length > 0 && (
          <ul className="card lines">
            {sync.conflicts.map((conflict) => (
              <ConflictLine key={conflict.entry.id} conflict={conflict} />
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

/** 同步: the bond with a task platform, what could not be brought into step, and what was changed on both sides at once. */
export default function SyncTab({ id }: { id: string }) {
  const [setting, setSetting] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: ["sync", id], queryFn: () => api.sync(id) });
  if (error && !data)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!data)
    return (
      <div className="page">
        <Bones rows={4} height={56} />
      </div>
    );
  return (
    <div className="page narrow-page">
      {data.binding ? (
        <>
          <Bond id={id} binding={data.binding} manages={data.may_manage} />
          <Standing id={id} sync={data} />
        </>
      ) : (
        <div className="card">
          <Empty icon="swap" title={t("later.sync.none")}>
            {t("later.sync.none.text")}
          </Empty>
          {data.may_manage && (
            <p className="row sync-begin">
              <Button tone="primary" onPress={() => setSetting(true)}>
                {t("later.sync.bind")}
              </Button>
            </p>
          )}
        </div>
      )}
      <Suspense fallback={<Bones rows={2} height={56} />}>
        <MirrorPart id={id} />
      </Suspense>
      {setting && (
        <Suspense>
          <SetUp id={id} binding={null} onClose={() => setSetting(false)} />
        </Suspense>
      )}
    </div>
  );
}
