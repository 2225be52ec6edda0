import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { api } from "../../api/api";
import type { WarRoom } from "../../api/types";
import { t } from "../../i18n/texts";
import { clockText, fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Failed } from "../../ui/empty";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { PlatformMark } from "../../ui/marks";
import { sayProblem } from "../../ui/toast";

/** All that happened, the newest first; it writes itself from what is done and from what is said in the war room. */
export function Timeline({ room, onChange }: { room: WarRoom; onChange: (room: WarRoom) => void }) {
  const [text, setText] = useState("");
  const [brief, setBrief] = useState(true);
  const { data, error, refetch } = useQuery({ queryKey: ["timeline", room.id], queryFn: () => api.timeline(room.id) });
  const note = useMutation({
    mutationFn: () => api.note(room.id, text.trim()),
    onError: sayProblem,
    onSuccess: (changed) => {
      onChange(changed);
      setText("");
    },
  });
  const shown = data?.filter((entry) => !brief || entry.kind !== "called").reverse();
  return (
    <section className="section" aria-label={t("web.emergency.timeline")}>
      <div className="row">
        <h2 className="grow">{t("web.emergency.timeline")}</h2>
        <Button tone="ghost" small onPress={() => setBrief(!brief)}>
          {t(brief ? "web.emergency.timeline.all" : "web.emergency.timeline.brief")}
        </Button>
      </div>
      {room.rights.work && (
        <Form
          className="row"
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim()) note.mutate();
          }}
        >
          <div className="grow">
            <TextField
              label={t("web.emergency.note")}
              hideLabel
              placeholder={t("web.emergency.note.example")}
              value={text}
              onChange={setText}
            />
          </div>
          <Button type="submit" isDisabled={!text.trim() || note.isPending}>
            {t("web.emergency.note")}
          </Button>
        </Form>
      )}
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !shown ? (
        <Bones rows={6} height={36} />
      ) : (
        <ol className="timeline" aria-live="polite">
          {shown.map((entry) => (
            <li key={entry.id} className={`moment k-${entry.kind}`}>
              <time className="small" dateTime={entry.at} title={fullTime(entry.at)}>
                {sameDay(entry.at, room.started_at) ? clockText(entry.at) : shortTime(entry.at)}
              </time>
              <div className="grow">
                <p className="pre">
                  {entry.actor && <strong>{entry.actor} </strong>}
                  {entry.text}
                </p>
                <p className="row wrap tiny faint">
                  <span>{entry.label}</span>
                  {entry.platform && <PlatformMark platform={entry.platform} text />}
                  {entry.link && (
                    <a className="link row" href={entry.link} target="_blank" rel="noreferrer">
                      {t("web.origin.open")} <Icon name="open" size={12} />
                    </a>
                  )}
                </p>
              </div>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

const sameDay = (one: string, other: string) => Math.abs(Date.parse(one) - Date.parse(other)) < 12 * 3_600_000;
