import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../../api/api";
import type { Delivery } from "../../api/types";
import { t, tMaybe } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { PersonMark, PlatformMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import "./deliveries.css";

const TONES: Record<string, string> = {
  failed: "bad",
  uncertain: "warn",
  read: "good",
  delivered: "good",
  answered: "good",
  sent: "info",
};

function lastAt(delivery: Delivery): string {
  return (
    delivery.read_at ?? delivery.delivered_at ?? delivery.sent_at ?? delivery.attempts.at(-1)?.at ?? delivery.queued_at
  );
}

/** A message: to whom, by which platform, how far it got, and why it failed or waits. */
export function DeliveryLine({ delivery, children }: { delivery: Delivery; children?: ReactNode }) {
  const client = useQueryClient();
  const retry = useMutation({
    mutationFn: api.retryDelivery,
    onError: sayProblem,
    onSuccess: () => {
      say(t("web.did.retry"));
      void client.invalidateQueries({ queryKey: ["deliveries"] });
    },
  });
  return (
    <li className="delivery">
      <div className="row">
        {delivery.platform && <PlatformMark platform={delivery.platform} />}
        <span className="grow clip">
          {delivery.to ? <PersonMark person={delivery.to} size={18} /> : delivery.channel}
        </span>
        <span className={`tag ${TONES[delivery.state] ?? ""}`}>
          {tMaybe(`web.delivery.${delivery.state}`, delivery.state)}
        </span>
      </div>
      <p className="row tiny faint">
        <span className="grow clip">
          {tMaybe(`history.what.${delivery.what}`, delivery.what)}
          {children && <> · {children}</>}
          {delivery.next_at && <> · {t("web.deliveries.next", { time: shortTime(delivery.next_at) })}</>}
        </span>
        <time dateTime={lastAt(delivery)} title={fullTime(lastAt(delivery))}>
          {shortTime(lastAt(delivery))}
        </time>
      </p>
      {delivery.reason && <p className="small delivery-reason">{delivery.reason}</p>}
      {delivery.everybody_withheld && <p className="small quiet">{t("later.delivery.withheld")}</p>}
      {delivery.instead?.map((other) => (
        <p key={other.id} className="row wrap small">
          <span className="quiet">{t("later.delivery.instead")}</span>
          {other.platform && <PlatformMark platform={other.platform} />}
          {other.to ? <PersonMark person={other.to} size={18} /> : other.channel}
          <span className={`tag ${TONES[other.state] ?? ""}`}>
            {tMaybe(`web.delivery.${other.state}`, other.state)}
          </span>
        </p>
      ))}
      {delivery.attempts.length > 1 && (
        <details className="tiny faint">
          <summary>{t("web.delivery.attempts", { count: delivery.attempts.length })}</summary>
          <ol>
            {delivery.attempts.map((attempt) => (
              <li key={attempt.at + attempt.outcome}>
                {shortTime(attempt.at)} {attempt.reason ?? attempt.outcome} {attempt.detail}
              </li>
            ))}
          </ol>
        </details>
      )}
      {delivery.may_retry && (
        <div>
          <Button small icon="undo" isDisabled={retry.isPending} onPress={() => retry.mutate(delivery.id)}>
            {t("web.retry")}
          </Button>
        </div>
      )}
    </li>
  );
}
