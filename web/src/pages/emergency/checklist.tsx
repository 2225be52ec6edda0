import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { Checkbox, Form } from "react-aria-components";
import { api } from "../../api/api";
import type { ChecklistPoint, WarRoom } from "../../api/types";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { DueText } from "../../ui/countdown-chip";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { sayProblem } from "../../ui/toast";
import { WordsDialog } from "../../ui/words-dialog";

/** What is to be done, by whom, by when. One press ticks a point. */
export function Checklist({ room, onChange }: { room: WarRoom; onChange: (room: WarRoom) => void }) {
  const [skipping, setSkipping] = useState<ChecklistPoint | null>(null);
  const [text, setText] = useState("");
  const working = room.phase === "running" && room.rights.work;
  const step = useMutation({
    mutationFn: ({ point, step }: { point: ChecklistPoint; step: "tick" | "untick" }) =>
      api.stepPoint(point.id, step, point.version),
    onError: sayProblem,
    onSuccess: onChange,
  });
  const add = useMutation({
    mutationFn: () => api.addPoint(room.id, text.trim(), null, null),
    onError: sayProblem,
    onSuccess: (changed) => {
      onChange(changed);
      setText("");
    },
  });
  return (
    <section className="section" aria-label={t("web.emergency.checklist")}>
      <div className="row">
        <h2 className="grow">{t("web.emergency.checklist")}</h2>
        <span className="small quiet">{t("web.emergency.points", { done: room.done, total: room.points })}</span>
      </div>
      <progress value={room.done} max={Math.max(room.points, 1)} aria-label={t("web.emergency.checklist")} />
      <ul className="card lines">
        {room.checklist.map((point) => (
          <li key={point.id} className={`point ${point.state}`}>
            <Checkbox
              className="point-box"
              isSelected={point.state !== "open"}
              isDisabled={!working || step.isPending}
              onChange={(done) => step.mutate({ point, step: done ? "tick" : "untick" })}
            >
              <span className="point-mark" aria-hidden="true">
                {point.state === "done" && <Icon name="check" size={14} />}
                {point.state === "skipped" && "–"}
              </span>
              <span className="point-text">{point.text}</span>
            </Checkbox>
            <p className="row wrap tiny faint point-facts">
              {point.person && <PersonMark person={point.person} size={16} />}
              {point.role && <span>{point.role}</span>}
              {point.state === "open" ? (
                <DueText at={point.due_at} since={room.started_at} done={room.phase !== "running"} />
              ) : (
                point.by &&
                point.at && (
                  <time dateTime={point.at} title={fullTime(point.at)}>
                    {t(point.state === "done" ? "web.emergency.done_by" : "web.emergency.skipped_by", {
                      name: point.by.name,
                      at: shortTime(point.at),
                    })}
                  </time>
                )
              )}
              {point.reason && <span>{point.reason}</span>}
              {working && point.state === "open" && (
                <button type="button" className="link" onClick={() => setSkipping(point)}>
                  {t("web.emergency.skip")}
                </button>
              )}
            </p>
          </li>
        ))}
        {working && (
          <li className="point-new">
            <Form
              className="row"
              onSubmit={(event) => {
                event.preventDefault();
                if (text.trim()) add.mutate();
              }}
            >
              <div className="grow">
                <TextField
                  label={t("web.emergency.add_point")}
                  hideLabel
                  placeholder={t("web.emergency.add_point")}
                  value={text}
                  onChange={setText}
                />
              </div>
              <Button type="submit" small isDisabled={!text.trim() || add.isPending}>
                {t("web.add")}
              </Button>
            </Form>
          </li>
        )}
      </ul>
      {skipping && (
        <WordsDialog
          title={t("web.emergency.skip")}
          label={t("web.emergency.skip.reason")}
          hint={skipping.text}
          submit={t("web.emergency.skip")}
          send={(reason) => api.stepPoint(skipping.id, "skip", skipping.version, reason)}
          onDone={onChange}
          onClose={() => setSkipping(null)}
        />
      )}
    </section>
  );
}
