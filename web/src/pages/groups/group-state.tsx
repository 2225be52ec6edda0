import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { GroupRequest } from "../../api/types";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { PersonMark, PlatformMark, platformText } from "../../ui/marks";
import { Select } from "../../ui/select";
import { sayProblem } from "../../ui/toast";

/** What became of a group that Huan was to make, and what a person can do about it. */
export function GroupState({ group, leads }: { group: GroupRequest; leads: boolean }) {
  const client = useQueryClient();
  const step = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onError: sayProblem,
    onSettled: () => {
      for (const queryKey of [["groups"], ["emergency"], ["collaboration"], ["channels"]])
        void client.invalidateQueries({ queryKey });
    },
  });
  const { title, state } = group;
  const bad = state === "failed" || state === "uncertain";
  return (
    <div className="stack tight" role={bad ? "alert" : undefined}>
      <p className="row wrap">
        <PlatformMark platform={group.platform} />
        <span className={bad ? "field-error" : undefined}>
          {t(`later.group.state.${state as "made" | "waiting" | "failed" | "uncertain"}`, { title })}
        </span>
      </p>
      {group.reason && (
        <p className="small quiet" title={group.detail ?? undefined}>
          {platformText(group.platform)}：{group.reason}
        </p>
      )}
      {state === "waiting" && group.reason && group.next_at && (
        <p className="small quiet">
          {t("later.group.next")}{" "}
          <time dateTime={group.next_at} title={fullTime(group.next_at)}>
            {shortTime(group.next_at)}
          </time>
        </p>
      )}
      {group.robot_is_out && <p className="field-error">{t("later.group.robot_is_out")}</p>}
      {group.left_out.length > 0 && (
        <>
          <p className="small faint">{t("later.group.left_out")}</p>
          <ul className="stack tight">
            {group.left_out.map((one) => (
              <li key={one.person.id} className="row wrap small">
                <PersonMark person={one.person} />
                <span className="quiet">{one.reason}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {leads && state === "uncertain" && <Look group={group} run={(found) => step.mutate(found)} />}
      {leads && bad && (
        <div className="row wrap">
          <Button small isDisabled={step.isPending} onPress={() => step.mutate(() => api.retryGroup(group.id))}>
            {t(state === "failed" ? "later.group.retry" : "later.group.again")}
          </Button>
          <Button
            small
            tone="ghost"
            isDisabled={step.isPending}
            onPress={() => step.mutate(() => api.dropGroup(group.id))}
          >
            {t("later.group.drop")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** Nobody knows whether it was made: a person looks, and says which group it is. */
function Look({ group, run }: { group: GroupRequest; run: (step: () => Promise<unknown>) => void }) {
  const [channel, setChannel] = useState<string | null>(null);
  const { data } = useQuery({
    queryKey: ["channels", "unbound", group.account],
    queryFn: () => api.channels({ unbound: true, account: group.account }),
  });
  const there = data ?? [];
  return (
    <>
      <p className="small">{t("later.group.uncertain")}</p>
      {there.length > 0 && (
        <div className="row wrap">
          <Select
            label={t("later.group.found")}
            value={channel}
            onChange={setChannel}
            options={there.map((one) => ({ value: one.id, label: one.title }))}
          />
          <Button
            small
            tone="primary"
            isDisabled={!channel}
            onPress={() => channel && run(() => api.foundGroup(group.id, channel))}
          >
            {t("later.group.found")}
          </Button>
        </div>
      )}
    </>
  );
}
