import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { Problem } from "../../api/client";
import { type DigestInput, type DigestLine, type DigestPage, digestsApi, PARTS } from "../../api/digests";
import { t, tMaybe } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark, PlatformMark, StatusTag } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { EverybodyChoice } from "../groups/everybody-choice";
import { DigestEditor } from "./digest-editor";
import { placeOf } from "../../ui/place";
import { keeping, taking } from "./edits";
import { takeDigest } from "./take";

/** How the digest stands: when it goes out, or when it went and to whom. */
function Standing({ digest }: { digest: DigestPage }) {
  if (digest.state === "skipped") return <span className="tag">{t("digest.page.skipped")}</span>;
  if (digest.sent_at)
    return (
      <>
        <span className="tag good">{t("digest.page.sent")}</span>
        {digest.late && <span className="tag warn">{t("digest.page.late")}</span>}
        <time className="quiet small" dateTime={digest.sent_at} title={fullTime(digest.sent_at)}>
          {shortTime(digest.sent_at)}
        </time>
        {digest.sent_by && <span className="quiet small">{t("digest.page.by", { name: digest.sent_by.name })}</span>}
      </>
    );
  const due = shortTime(digest.due_at);
  return (
    <span className="quiet small" title={t("digest.page.spread")}>
      {digest.groups > 0
        ? t("digest.page.goes", { due, count: digest.groups })
        : t("digest.page.goes_nowhere", { due })}
    </span>
  );
}

function LineOf({ digest, line, save }: { digest: DigestPage; line: DigestLine; save: (input: DigestInput) => void }) {
  const place = placeOf(line.subject, digest.collaboration);
  const out = line.standing === "left_out";
  return (
    <li className={out ? "digest-line left-out" : "digest-line"}>
      <span>
        {place ? <Link href={place}>{line.text}</Link> : line.text}
        {line.level === "confidential" && <span className="tag">{t("domain.level.confidential")}</span>}
        {out && <span className="tag">{t("digest.page.left_out")}</span>}
        {digest.may_edit && line.standing === "rewritten" && (
          <span className="tag info">{t("digest.page.rewritten")}</span>
        )}
        {digest.may_edit && line.standing === "added" && <span className="tag info">{t("digest.page.added")}</span>}
      </span>
      {digest.may_edit && line.offered && (
        <div className="digest-offer small">
          <span className="grow">
            {line.standing === "left_out" || line.drafted
              ? t("digest.page.offered", { text: line.drafted ?? line.text })
              : t("digest.page.gone")}
          </span>
          <Button small onPress={() => save(taking(digest, line.key))}>
            {t("digest.page.take")}
          </Button>
          <Button small tone="ghost" onPress={() => save(keeping(digest, line.key))}>
            {t("digest.page.keep")}
          </Button>
        </div>
      )}
    </li>
  );
}

/** What a digest says, part by part. */
function Body({ digest, save }: { digest: DigestPage; save: (input: DigestInput) => void }) {
  if (digest.lines.length === 0 && !digest.note && digest.hidden === 0)
    return <p className="quiet">{t(digest.sent_at ? "digest.page.quiet" : "digest.page.nothing")}</p>;
  return (
    <>
      {digest.note && <p className="digest-note">{digest.note}</p>}
      {PARTS.map((part) => {
        const lines = digest.lines.filter((line) => line.part === part);
        return (
          lines.length > 0 && (
            <section key={part} className={`digest-part part-${part}`}>
              <h3>
                {t(`digest.part.${part}`)} <span className="count">{lines.length}</span>
              </h3>
              <ul>
                {lines.map((line) => (
                  <LineOf key={line.key} digest={digest} line={line} save={save} />
                ))}
              </ul>
            </section>
          )
        );
      })}
      {digest.hidden > 0 && <p className="quiet small">{t("digest.page.hidden", { count: digest.hidden })}</p>}
    </>
  );
}

/** The rows of the record table that should have been touched before it goes out. */
function StaleRows({ digest }: { digest: DigestPage }) {
  if (digest.stale.length === 0) return null;
  return (
    <section className="digest-stale">
      <h3 className="row">
        <Icon name="warn" size={15} /> {t("digest.page.stale")} <span className="count">{digest.stale.length}</span>
      </h3>
      <p className="quiet small">{t("digest.page.stale.text")}</p>
      <ul>
        {digest.stale.map((row) => (
          <li key={row.record} className="row wrap">
            <Link href={`/c/${digest.collaboration}/records?row=${row.record}`} className="grow">
              <span className="faint">{row.number}</span> {row.topic}
            </Link>
            <span className={row.why === "untouched" ? "tag" : "tag warn"}>{t(`digest.stale.${row.why}`)}</span>
            <PersonMark person={row.owner} />
            <span className="quiet small">{t("digest.page.touched", { at: shortTime(row.touched_at) })}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One digest: what it says, and for whoever may, its editor. */
export function DigestSheet({ id }: { id: string }) {
  const client = useQueryClient();
  const [editing, setEditing] = useState(false);
  const [everybody, setEverybody] = useState(false);
  const [asking, setAsking] = useState<"send" | "skip" | null>(null);
  const { data, error, refetch } = useQuery({
    queryKey: ["digest", id],
    queryFn: () => digestsApi.one(id),
    // What happens in the collaboration changes the draft.
    refetchInterval: (query) => (query.state.data && !query.state.data.sent_at && !editing ? 30_000 : false),
  });
  const refused = (failure: unknown) => {
    if (failure instanceof Problem && failure.code === "version_conflict") {
      const current = (failure.body as { current?: DigestPage }).current;
      if (current) takeDigest(client, current);
      setEditing(false);
      say(t("digest.page.conflict"), { tone: "bad" });
    } else sayProblem(failure);
  };
  const save = useMutation({
    mutationFn: (input: DigestInput) => digestsApi.edit(id, input),
    onError: refused,
    onSuccess: (changed) => {
      takeDigest(client, changed);
      setEditing(false);
      say(t("digest.page.saved"));
    },
  });
  const step = useMutation({
    mutationFn: ({ what, version }: { what: "send" | "skip"; version: number }) =>
      what === "send" ? digestsApi.send(id, version, everybody) : digestsApi.skip(id, version),
    onError: refused,
    onSuccess: (changed) => {
      takeDigest(client, changed);
      setAsking(null);
    },
  });
  if (error && !data) return <Failed error={error} again={() => void refetch()} />;
  if (!data) return <Bones rows={5} height={28} />;
  if (!data.id) return <Empty icon="search" title={t("digest.page.unknown")} />;
  return (
    <article className="card digest" aria-label={`${t(`digest.rhythm.${data.rhythm}`)} ${data.period}`}>
      <header className="digest-head">
        <h2>
          {t(`digest.rhythm.${data.rhythm}`)} <span className="quiet">{data.period}</span>
        </h2>
        <Standing digest={data} />
        <span className="grow" />
        {data.may_edit && !editing && (
          <span className="row digest-steps">
            <Button small icon="task" onPress={() => setEditing(true)}>
              {t("digest.page.edit")}
            </Button>
            <Button small icon="send" onPress={() => setAsking("send")}>
              {t("digest.page.send")}
            </Button>
            <Button small tone="ghost" onPress={() => setAsking("skip")}>
              {t("digest.page.skip")}
            </Button>
          </span>
        )}
      </header>
      {editing ? (
        <DigestEditor
          digest={data}
          busy={save.isPending}
          onSave={(input) => save.mutate(input)}
          onClose={() => setEditing(false)}
        />
      ) : (
        <div className="digest-body">
          <StaleRows digest={data} />
          <Body digest={data} save={(input) => save.mutate(input)} />
          <footer className="digest-foot row wrap small">
            {data.table.length > 0 && (
              <span className="row wrap">
                <span className="quiet">{t("digest.page.table")}</span>
                {data.table.map(({ status, count }) => (
                  <span key={status} className="row">
                    <StatusTag status={status} /> {count}
                  </span>
                ))}
              </span>
            )}
            <Link className="link" href={`/c/${data.collaboration}/board`}>
              {t("digest.page.board")}
            </Link>
            <span className="grow" />
            {data.edited_by && data.edited_at && (
              <span className="quiet">
                {t("digest.page.edited", { name: data.edited_by.name, at: shortTime(data.edited_at) })}
              </span>
            )}
          </footer>
          {data.posted.length > 0 && (
            <p className="row wrap small quiet">
              {t("digest.page.posted", { count: data.posted.length })}
              {data.posted.map((group) => (
                <span key={`${group.platform} ${group.title}`} className="tag">
                  <PlatformMark platform={group.platform} /> {group.title} ·{" "}
                  {tMaybe(`web.delivery.${group.state}`, group.state)}
                </span>
              ))}
            </p>
          )}
        </div>
      )}
      {asking && (
        <Dialog
          open
          onClose={() => setAsking(null)}
          title={t(`digest.page.${asking}`)}
          footer={
            <Button
              tone="primary"
              isDisabled={step.isPending}
              onPress={() => step.mutate({ what: asking, version: data.version })}
            >
              {t(`digest.page.${asking}`)}
            </Button>
          }
        >
          <p>{t(`digest.page.${asking}.confirm`)}</p>
          {asking === "send" && (
            <EverybodyChoice collaboration={data.collaboration} on={everybody} onChange={setEverybody} />
          )}
        </Dialog>
      )}
    </article>
  );
}
