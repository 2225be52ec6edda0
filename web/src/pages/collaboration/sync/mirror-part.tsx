import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import type { Mirror, MirrorStanding } from "../../../api/types";
import { t } from "../../../i18n/texts";
import { fullTime, shortTime } from "../../../time/format";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Bones, Empty, Failed } from "../../../ui/empty";
import { Field } from "../../../ui/field";
import { Icon } from "../../../ui/icon";
import { PlatformMark } from "../../../ui/marks";
import { Select } from "../../../ui/select";
import { later, say, sayProblem } from "../../../ui/toast";
import { mirrorApi } from "./mirror-api";

/** Under the key of the tab, so that what makes the tab look again makes this part look again. */
const keyOf = (id: string) => ["sync", id, "mirror"];

/** Which space, as one text: an account's id holds no bar. */
const choiceOf = (account: string, space: string) => `${account}|${space}`;

function Choose({ id, standing, onClose }: { id: string; standing: MirrorStanding | null; onClose: () => void }) {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: [...keyOf(id), "spaces"],
    queryFn: () => mirrorApi.spaces(id),
    staleTime: 0,
  });
  const [chosen, setChosen] = useState(standing ? choiceOf(standing.account, standing.space) : "");
  const options = (data ?? []).flatMap((account) =>
    account.spaces.map((space) => ({
      value: choiceOf(account.account, space.id),
      label: (data ?? []).length > 1 ? `${space.name} · ${account.name}` : space.name,
    })),
  );
  const choice = options.some((option) => option.value === chosen) ? chosen : (options[0]?.value ?? "");
  const problems = (data ?? []).filter((account) => account.problem);
  const save = useMutation({
    mutationFn: () => {
      const [account = "", space = ""] = choice.split("|");
      return mirrorApi.setUp(id, account, space);
    },
    onError: sayProblem,
    onSuccess: (now) => {
      client.setQueryData(keyOf(id), now);
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("mirror.web.begin")}
      footer={
        <Button tone="primary" isDisabled={!choice || save.isPending} onPress={() => save.mutate()}>
          {t("mirror.web.start")}
        </Button>
      }
    >
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !data ? (
        <Bones rows={2} height={36} />
      ) : (
        <>
          {problems.map((account) => (
            <p key={account.account} className="small sync-reason">
              {account.name}：{account.problem}
            </p>
          ))}
          {options.length === 0 ? (
            <Empty icon="table" title={t("mirror.web.space.none")}>
              {t("mirror.web.space.none.text")}
            </Empty>
          ) : (
            <Field label={t("mirror.web.space")} hint={t("mirror.web.readers")}>
              <Select label={t("mirror.web.space")} value={choice} onChange={setChosen} options={options} />
            </Field>
          )}
        </>
      )}
    </Dialog>
  );
}

function Standing({ id, standing, manages }: { id: string; standing: MirrorStanding; manages: boolean }) {
  const client = useQueryClient();
  const [choosing, setChoosing] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const run = useMutation({
    mutationFn: (running: boolean) => mirrorApi.run(id, running),
    onError: sayProblem,
    onSuccess: (now) => client.setQueryData(keyOf(id), now),
  });
  const giveUp = () => {
    setLeaving(true);
    later(
      t("mirror.web.given_up", { space: standing.space_name }),
      () =>
        void mirrorApi.giveUp(id).then(
          () => client.invalidateQueries({ queryKey: keyOf(id) }),
          (error) => {
            setLeaving(false);
            sayProblem(error);
          },
        ),
      () => setLeaving(false),
    );
  };
  const { problem } = standing;
  const state = problem ? "failing" : !standing.running ? "paused" : standing.mirrored_at ? "running" : "first";
  return (
    <section className={leaving ? "card bond leaving" : "card bond"}>
      <div className="row wrap">
        <PlatformMark platform={standing.platform} />
        <strong className="grow clip">{standing.space_name}</strong>
        <span className={`tag ${problem ? "bad" : state === "running" ? "good" : "warn"}`}>
          {t(`mirror.web.state.${state}`)}
        </span>
      </div>
      <p className="quiet small">
        {t("mirror.web.rows", { count: standing.rows })} ·{" "}
        {t("mirror.web.set_up_by", { name: standing.responsible.name, account: standing.account_name })}
        {standing.mirrored_at && (
          <>
            {" "}
            ·{" "}
            <time dateTime={standing.mirrored_at} title={fullTime(standing.mirrored_at)}>
              {t("mirror.web.last", { time: shortTime(standing.mirrored_at) })}
            </time>
          </>
        )}
      </p>
      {problem && (
        <p className="small">
          <span className="sync-reason">{problem.reason}</span>{" "}
          {problem.detail && <span className="quiet sync-detail">{problem.detail}</span>}{" "}
          <span className="quiet">{t("mirror.web.since", { time: shortTime(problem.since) })}</span>
        </p>
      )}
      <div className="row wrap">
        {standing.address && (
          <a className="link row small" href={standing.address} target="_blank" rel="noreferrer">
            {t("mirror.web.open")} <Icon name="open" size={12} />
          </a>
        )}
        {standing.tables_address && (
          <a className="link row small" href={standing.tables_address} target="_blank" rel="noreferrer">
            {t("mirror.web.open_tables")} <Icon name="open" size={12} />
          </a>
        )}
      </div>
      {manages && (
        <div className="row wrap">
          <Button
            small
            icon={standing.running ? "pause" : "play"}
            isDisabled={run.isPending || leaving}
            onPress={() => run.mutate(!standing.running)}
          >
            {t(standing.running ? "mirror.web.pause" : "mirror.web.go_on")}
          </Button>
          <Button small icon="gear" isDisabled={leaving} onPress={() => setChoosing(true)}>
            {t("mirror.web.set_up")}
          </Button>
          <Button small tone="ghost" isDisabled={leaving} onPress={giveUp}>
            {t("mirror.web.give_up")}
          </Button>
        </div>
      )}
      {choosing && <Choose id={id} standing={standing} onClose={() => setChoosing(false)} />}
    </section>
  );
}

/** The record opens in its table, the task on its page. */
function Title({ id, of }: { id: string; of: { title: string; record?: string | null; task?: string | null } }) {
  const path = of.task ? `/tasks/${of.task}` : of.record ? `/c/${id}/records?row=${of.record}` : null;
  if (!path) return <span className="clip">{of.title}</span>;
  return (
    <Link href={path} className="link clip">
      {of.title}
    </Link>
  );
}

function Lists({ id, mirror }: { id: string; mirror: Mirror }) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: () => mirrorApi.retry(id),
    onError: sayProblem,
    onSuccess: (now) => {
      client.setQueryData(keyOf(id), now);
      say(t("mirror.web.retrying"), { seconds: 3 });
    },
  });
  const { troubles, conflicts } = mirror;
  return (
    <>
      {(troubles.length > 0 || mirror.mirror?.problem) && (
        <section className="section">
          <div className="section-head">
            <h3 className="grow">
              {t("mirror.web.troubles")} <span className="count">{troubles.length}</span>
            </h3>
            {mirror.may_manage && (
              <Button small icon="undo" isDisabled={retry.isPending} onPress={() => retry.mutate()}>
                {t("mirror.web.retry")}
              </Button>
            )}
          </div>
          {troubles.length > 0 && (
            <ul className="card lines">
              {troubles.map((trouble) => (
                <li
                  key={`${trouble.record ?? trouble.task ?? trouble.title}${trouble.field_name}`}
                  className="sync-line"
                >
                  <div className="row wrap">
                    <span className="grow clip sync-title">
                      <Title id={id} of={trouble} />
                    </span>
                    {trouble.field_name && <span className="tag">{trouble.field_name}</span>}
                  </div>
                  <p className="small">
                    <span className="sync-reason">{trouble.reason}</span>{" "}
                    {trouble.detail && <span className="quiet sync-detail">{trouble.detail}</span>}
                  </p>
                  <time className="tiny faint" dateTime={trouble.since} title={fullTime(trouble.since)}>
                    {t("mirror.web.since", { time: shortTime(trouble.since) })}
                  </time>
                </li>
              ))}
            </ul>
          )}
        </section>
      )}
      {conflicts.length > 0 && (
        <section className="section">
          <div className="section-head">
            <h3>
              {t("mirror.web.conflicts")} <span className="count">{conflicts.length}</span>
            </h3>
          </div>
          <p className="quiet small">{t("mirror.web.conflicts.text")}</p>
          <ul className="card lines">
            {conflicts.map((conflict) => (
              <li key={conflict.entry.id} className="sync-line">
                <Title id={id} of={conflict} />
                <p className="small sync-words">{conflict.entry.text}</p>
                <time className="tiny faint" dateTime={conflict.entry.at} title={fullTime(conflict.entry.at)}>
                  {shortTime(conflict.entry.at)}
                </time>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** 飞书镜像: where the collaboration is mirrored, what could not be, and which changes there did not stand. */
export default function MirrorPart({ id }: { id: string }) {
  const [choosing, setChoosing] = useState(false);
  const { data, error, refetch } = useQuery({ queryKey: keyOf(id), queryFn: () => mirrorApi.mirror(id) });
  return (
    <section className="section">
      <div className="section-head">
        <h2>{t("mirror.web.title")}</h2>
      </div>
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !data ? (
        <Bones rows={2} height={56} />
      ) : data.mirror ? (
        <>
          <Standing id={id} standing={data.mirror} manages={data.may_manage} />
          <Lists id={id} mirror={data} />
        </>
      ) : (
        <div className="card">
          <Empty icon="table" title={t("mirror.web.none")}>
            {t(data.may_manage ? "mirror.web.none.text" : "mirror.web.none.manage")}
          </Empty>
          {data.may_manage && (
            <p className="row sync-begin">
              <Button tone="primary" onPress={() => setChoosing(true)}>
                {t("mirror.web.begin")}
              </Button>
            </p>
          )}
        </div>
      )}
      {choosing && <Choose id={id} standing={null} onClose={() => setChoosing(false)} />}
    </section>
  );
}
