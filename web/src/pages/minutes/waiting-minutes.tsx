import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { minutesApi } from "../../api/minutes";
import type { Waiting } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { CountdownChip } from "../../ui/countdown-chip";
import { Icon } from "../../ui/icon";
import { say, sayProblem } from "../../ui/toast";
import { takeMinutes } from "./take";

/** Minutes that wait for the reader: to be filed, to be confirmed, or objected to. */
export default function WaitingMinutes({ waiting }: { waiting: Waiting }) {
  const client = useQueryClient();
  const { minutes } = waiting;
  const confirm = useMutation({
    mutationFn: ({ id, edition }: { id: string; edition: number }) => minutesApi.confirm(id, edition),
    onError: sayProblem,
    onSuccess: (changed) => {
      takeMinutes(client, changed);
      say(t("minutes.confirmed"));
    },
  });
  if (!minutes) return null;
  const asks = waiting.kind === "confirm_minutes";
  return (
    <li className="card waiting-card">
      <div className="waiting-head">
        <Icon name="chat" />
        <span className="grow quiet small">
          {t(
            asks
              ? "minutes.waits.confirm"
              : waiting.kind === "objection"
                ? "minutes.waits.objection"
                : "minutes.waits.minutes",
          )}
        </span>
        {waiting.clock && <CountdownChip clock={waiting.clock} />}
      </div>
      <p className="waiting-title">
        <Link href={`/minutes/${minutes.id}`}>
          <span className="faint">M{minutes.number}</span> <strong>{minutes.title}</strong>
        </Link>
        <span className="tag">{t(`minutes.occasion.${minutes.occasion}`)}</span>
      </p>
      <p className="quiet small">
        {minutes.collaboration.name}
        {asks && ` · ${t("minutes.waits.by", { name: minutes.recorder.name })}`}
      </p>
      <div className="waiting-actions">
        <Link className={asks ? "button plain" : "button primary"} href={`/minutes/${minutes.id}`}>
          {t(waiting.kind === "minutes" ? "minutes.waits.write" : "minutes.waits.read")}
        </Link>
        {asks && (
          <Button
            tone="primary"
            isDisabled={confirm.isPending}
            onPress={() => confirm.mutate({ id: minutes.id, edition: minutes.edition })}
          >
            {t("minutes.confirm")}
          </Button>
        )}
      </div>
    </li>
  );
}
