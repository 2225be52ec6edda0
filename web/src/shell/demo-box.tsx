import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { api } from "../api/api";
import { t } from "../i18n/texts";
import { shortTime } from "../time/format";
import { now, onSecond, setServerTime } from "../time/now";
import { Button, IconButton } from "../ui/button";
import { Icon } from "../ui/icon";
import { say, sayProblem } from "../ui/toast";
import { useMe } from "./me";

const STEPS = [
  ["+1h", "web.demo.hour"],
  ["+2h", "web.demo.two_hours"],
  ["next_morning", "web.demo.morning"],
] as const;

/** Only in the demo: moves its clock, so that reminders and escalations can be seen, and plays scenes. */
export default function DemoBox() {
  const me = useMe();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const time = useSyncExternalStore(onSecond, () => shortTime(now()));
  const advance = useMutation({
    mutationFn: api.advance,
    onError: sayProblem,
    onSuccess: async () => {
      const fresh = await api.me();
      setServerTime(fresh.server_time);
      say(t("web.demo.moved", { time: shortTime(now()) }));
      await client.invalidateQueries();
    },
  });
  const play = useMutation({
    mutationFn: api.playScene,
    onError: sayProblem,
    onSuccess: () => say(t("web.demo.payment_broken")),
  });
  if (!open)
    return (
      <button type="button" className="demo-pill" onClick={() => setOpen(true)} aria-expanded="false">
        <Icon name="clock" size={14} /> {t("web.demo")} · {time}
      </button>
    );
  return (
    <section className="demo-box card" aria-label={t("web.demo.title")}>
      <div className="row">
        <strong className="grow">{t("web.demo.title")}</strong>
        <IconButton icon="x" label={t("web.close")} onPress={() => setOpen(false)} />
      </div>
      <p className="quiet small">{t("web.demo.explain", { time })}</p>
      <div className="row wrap">
        {STEPS.map(([to, key]) => (
          <Button key={to} small isDisabled={advance.isPending} onPress={() => advance.mutate(to)}>
            {t(key)}
          </Button>
        ))}
      </div>
      <p className="quiet small">{t("web.demo.scenes")}</p>
      <div className="row wrap">
        <Button small tone="danger" isDisabled={play.isPending} onPress={() => play.mutate("payment_breaks")}>
          {t("web.demo.break_payment")}
        </Button>
      </div>
      {me.features.simulator_url && (
        <a className="link small" href={me.features.simulator_url} target="_blank" rel="noreferrer">
          {t("web.demo.simulator")} ↗
        </a>
      )}
    </section>
  );
}
