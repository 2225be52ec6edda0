import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "wouter";
import { directory, type DirectoryRun, type DirectorySource } from "../../api/directory";
import { type Key, t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { PlatformMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import "./directory.css";

export const underWay = (run?: DirectoryRun | null) => run?.state === "reading" || run?.state === "applying";

/** What came of a reading, in a line. */
export function Outcome({ run }: { run: DirectoryRun }) {
  const counted = ["new", "changed", "doubtful", "left"].filter((kind) => run.counts[kind]);
  return (
    <span className="run-outcome small">
      <span className={`tag ${run.state === "failed" ? "bad" : run.state === "done" ? "good" : "info"}`}>
        {t(`directory_page.state.${run.state}` as Key)}
      </span>
      {run.state === "reading" && (
        <span className="quiet">{t("directory_page.read_so_far", { count: run.people })}</span>
      )}
      {run.state === "applying" && (
        <progress value={run.done} max={run.people || 1} aria-label={t("directory_page.progress")} />
      )}
      {counted.map((kind) => (
        <span key={kind} className="quiet">
          {t(`directory_page.kind.${kind}` as Key)} {run.counts[kind]}
        </span>
      ))}
      {run.error && <span className="run-error">{run.error}</span>}
    </span>
  );
}

/** An account whose people can be read: how it stands, and what can be done. */
export function Source({ source }: { source: DirectorySource }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const again = () => void client.invalidateQueries({ queryKey: ["directory"] });
  const begin = useMutation({
    mutationFn: () => directory.begin(source.account),
    onError: sayProblem,
    onSuccess: (run) => {
      again();
      navigate(`/directory/import/${run.id}`);
    },
  });
  const now = useMutation({
    mutationFn: () => directory.reconcile(source.account),
    onError: sayProblem,
    onSuccess: () => {
      again();
      say(t("directory_page.reconciling"));
    },
  });
  const keep = useMutation({
    mutationFn: (inStep: boolean) => directory.keepInStep(source.account, inStep),
    onError: sayProblem,
    onSuccess: again,
  });
  const busy = underWay(source.last);
  return (
    <li className="source">
      <PlatformMark platform={source.platform} />
      <span className="grow source-name">
        <strong>{source.name}</strong>
        {source.last && (
          <span className="small quiet">
            {t("directory_page.last", { time: shortTime(source.last.ended_at ?? source.last.begun_at) })}
          </span>
        )}
        {source.last && <Outcome run={source.last} />}
        {source.last?.state === "ready" && (
          <Link href={`/directory/import/${source.last.id}`} className="link small">
            {t("directory_page.look")}
          </Link>
        )}
        {source.last && source.last.circles.length > 0 && (
          <span className="notice warn small">
            <Icon name="warn" />
            <span>
              {t("directory_page.circles")}
              {source.last.circles.map((circle) => (
                <span key={circle.join()} className="circle">
                  {[...circle, circle[0]].join(" → ")}
                </span>
              ))}
            </span>
          </span>
        )}
      </span>
      <label className="row small">
        <input
          type="checkbox"
          checked={source.in_step}
          disabled={!source.can_list || keep.isPending}
          onChange={(event) => keep.mutate(event.target.checked)}
        />
        <span>
          {t("directory_page.in_step")}
          {source.in_step && source.next_at && (
            <span className="quiet"> · {t("directory_page.next", { time: shortTime(source.next_at) })}</span>
          )}
        </span>
      </label>
      <span className="row">
        {source.in_step && (
          <Button small isDisabled={busy || !source.can_list || now.isPending} onPress={() => now.mutate()}>
            {t("directory_page.now")}
          </Button>
        )}
        <Button
          small
          tone="primary"
          isDisabled={busy || !source.can_list || begin.isPending}
          onPress={() => begin.mutate()}
        >
          {t("directory_page.import")}
        </Button>
      </span>
    </li>
  );
}
