import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import {
  HANDLINGS,
  type Handling,
  NEWS,
  type NoticePreferences,
  type NoticePreferencesInput,
  noticePreferencesApi,
} from "../../api/notice-preferences";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { Bones, Failed } from "../../ui/empty";
import { platformText } from "../../ui/marks";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";

function TimeInput({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <input
      type="time"
      className="input notice-time"
      aria-label={label}
      value={value.slice(0, 5)}
      onChange={(event) => event.target.value && onChange(`${event.target.value}:00`)}
    />
  );
}

function Form({ known }: { known: NoticePreferences }) {
  const client = useQueryClient();
  const [wanted, setWanted] = useState<NoticePreferencesInput>({
    quiet: known.quiet ?? null,
    news: known.news,
    gather_at: known.gather_at,
    first: known.ways.find((way) => way.first)?.identity,
  });
  const set = (change: Partial<NoticePreferencesInput>) => setWanted((now) => ({ ...now, ...change }));
  const save = useMutation({
    mutationFn: () => noticePreferencesApi.set(wanted),
    onError: sayProblem,
    onSuccess: (kept) => {
      client.setQueryData(["notice-preferences"], kept);
      say(t("web.saved"), { seconds: 3 });
    },
  });
  const { quiet } = wanted;
  return (
    <div className="card lines">
      {NEWS.map((news) => (
        <div key={news} className="setting wrap">
          <span className="grow">{t(`notice_preference.news.${news}`)}</span>
          <ToggleButtonGroup
            className="segments"
            aria-label={t(`notice_preference.news.${news}`)}
            selectedKeys={[wanted.news[news]]}
            disallowEmptySelection
            onSelectionChange={(keys) => set({ news: { ...wanted.news, [news]: [...keys][0] as Handling } })}
          >
            {HANDLINGS.map((handling) => (
              <ToggleButton key={handling} id={handling}>
                {t(`notice_preference.handling.${handling}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </div>
      ))}
      <div className="setting wrap">
        <span className="grow">{t("notice_preference.gather_at")}</span>
        {wanted.gather_at.map((at, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a time that is being edited has no other name
          <span key={place} className="row">
            <TimeInput
              label={t("notice_preference.gather_at")}
              value={at}
              onChange={(next) =>
                set({ gather_at: wanted.gather_at.map((each, index) => (index === place ? next : each)) })
              }
            />
            {wanted.gather_at.length > 1 && (
              <IconButton
                icon="x"
                label={t("notice_preference.gather_at.remove")}
                onPress={() => set({ gather_at: wanted.gather_at.filter((_, index) => index !== place) })}
              />
            )}
          </span>
        ))}
        {wanted.gather_at.length < 6 && (
          <IconButton
            icon="plus"
            label={t("notice_preference.gather_at.add")}
            onPress={() => set({ gather_at: [...wanted.gather_at, "12:00:00"] })}
          />
        )}
      </div>
      <div className="setting wrap">
        <span className="grow">
          {t("notice_preference.quiet")}
          <br />
          <span className="faint tiny">{t("notice_preference.quiet.text")}</span>
        </span>
        {quiet && (
          <span className="row">
            <TimeInput
              label={t("notice_preference.quiet.from")}
              value={quiet.from}
              onChange={(from) => set({ quiet: { ...quiet, from } })}
            />
            –
            <TimeInput
              label={t("notice_preference.quiet.to")}
              value={quiet.to}
              onChange={(to) => set({ quiet: { ...quiet, to } })}
            />
          </span>
        )}
        <ToggleButtonGroup
          className="segments"
          aria-label={t("notice_preference.quiet")}
          selectedKeys={[quiet ? "on" : "off"]}
          disallowEmptySelection
          onSelectionChange={(keys) =>
            set({ quiet: [...keys][0] === "on" ? { from: "22:00:00", to: "08:00:00" } : null })
          }
        >
          <ToggleButton id="off">{t("notice_preference.quiet.off")}</ToggleButton>
          <ToggleButton id="on">{t("notice_preference.quiet.on")}</ToggleButton>
        </ToggleButtonGroup>
      </div>
      <div className="setting wrap">
        <span className="grow">{t("notice_preference.first")}</span>
        {known.ways.length === 0 ? (
          <span className="quiet small">{t("notice_preference.first.none")}</span>
        ) : (
          <Select
            label={t("notice_preference.first")}
            value={wanted.first ?? null}
            onChange={(first) => set({ first })}
            options={known.ways.map((way) => ({
              value: way.identity,
              label: `${platformText(way.platform)} · ${way.account}`,
            }))}
          />
        )}
      </div>
      <div className="setting">
        <Button tone="primary" isDisabled={save.isPending} onPress={() => save.mutate()}>
          {t("notice_preference.save")}
        </Button>
      </div>
    </div>
  );
}

/** How the reader wants to be told of what is not urgent. */
export default function Notices() {
  const { data, error, refetch } = useQuery({ queryKey: ["notice-preferences"], queryFn: noticePreferencesApi.own });
  return (
    <section className="section" aria-label={t("notice_preference.heading")}>
      <h2>{t("notice_preference.heading")}</h2>
      <p className="quiet small">{t("notice_preference.text")}</p>
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : data ? (
        <Form known={data} />
      ) : (
        <Bones rows={5} height={44} />
      )}
    </section>
  );
}
