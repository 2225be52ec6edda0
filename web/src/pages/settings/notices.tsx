import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import {
  HANDLINGS,
  type Handling,
  type Hours,
  NEWS,
  type News,
  type NoticePreferences,
  type NoticePreferencesInput,
  noticePreferencesApi,
  type OnPlatform,
} from "../../api/notice-preferences";
import { t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { Bones, Failed } from "../../ui/empty";
import { PlatformMark, platformText } from "../../ui/marks";
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

/** A pair of times of day. */
function HoursInput({ hours, onChange }: { hours: Hours; onChange: (hours: Hours) => void }) {
  return (
    <span className="row">
      <TimeInput
        label={t("notice_preference.quiet.from")}
        value={hours.from}
        onChange={(from) => onChange({ ...hours, from })}
      />
      –
      <TimeInput
        label={t("notice_preference.quiet.to")}
        value={hours.to}
        onChange={(to) => onChange({ ...hours, to })}
      />
    </span>
  );
}

function Choice<T extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: T;
  options: { id: T; text: string }[];
  onChange: (value: T) => void;
}) {
  return (
    <ToggleButtonGroup
      className="segments"
      aria-label={label}
      selectedKeys={[value]}
      disallowEmptySelection
      onSelectionChange={(keys) => onChange([...keys][0] as T)}
    >
      {options.map((option) => (
        <ToggleButton key={option.id} id={option.id}>
          {option.text}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

/** What is different on one platform. */
function PlatformPart({
  platform,
  there,
  onChange,
}: {
  platform: string;
  there: OnPlatform;
  onChange: (there: OnPlatform) => void;
}) {
  const name = platformText(platform);
  const own = Object.keys(there.news).length > 0 || there.quiet.kind !== "as_usual";
  const label = (text: string) => `${name} · ${text}`;
  const news = (kind: News, handling: Handling | "as_usual") => {
    const { [kind]: _, ...rest } = there.news;
    onChange({ ...there, news: handling === "as_usual" ? rest : { ...rest, [kind]: handling } });
  };
  return (
    <>
      <div className="setting wrap">
        <span className="grow row">
          <PlatformMark platform={platform} /> {name}
        </span>
        <Choice
          label={label(t("notice_preference.ordinary"))}
          value={there.ordinary ? "on" : "off"}
          options={[
            { id: "on", text: t("notice_preference.ordinary.on") },
            { id: "off", text: t("notice_preference.ordinary.off") },
          ]}
          onChange={(value) => onChange({ ...there, ordinary: value === "on" })}
        />
      </div>
      {there.ordinary && (
        <details className="notice-own" open={own}>
          <summary className="small quiet">{t("notice_preference.own")}</summary>
          {NEWS.map((kind) => (
            <div key={kind} className="setting wrap">
              <span className="grow">{t(`notice_preference.news.${kind}`)}</span>
              <Choice
                label={label(t(`notice_preference.news.${kind}`))}
                value={there.news[kind] ?? "as_usual"}
                options={[
                  { id: "as_usual" as const, text: t("notice_preference.as_usual") },
                  ...HANDLINGS.map((handling) => ({ id: handling, text: t(`notice_preference.handling.${handling}`) })),
                ]}
                onChange={(value) => news(kind, value)}
              />
            </div>
          ))}
          <div className="setting wrap">
            <span className="grow">{t("notice_preference.quiet")}</span>
            {there.quiet.kind === "hours" && (
              <HoursInput
                hours={there.quiet}
                onChange={(hours) => onChange({ ...there, quiet: { ...hours, kind: "hours" } })}
              />
            )}
            <Choice
              label={label(t("notice_preference.quiet"))}
              value={there.quiet.kind}
              options={[
                { id: "as_usual" as const, text: t("notice_preference.as_usual") },
                { id: "off" as const, text: t("notice_preference.quiet.off") },
                { id: "hours" as const, text: t("notice_preference.quiet.on") },
              ]}
              onChange={(kind) =>
                onChange({ ...there, quiet: kind === "hours" ? { kind, from: "22:00:00", to: "08:00:00" } : { kind } })
              }
            />
          </div>
        </details>
      )}
    </>
  );
}

function Form({ known }: { known: NoticePreferences }) {
  const client = useQueryClient();
  const [wanted, setWanted] = useState<NoticePreferencesInput>({
    quiet: known.quiet ?? null,
    silent_until: known.silent_until ?? null,
    platforms: known.platforms,
    news: known.news,
    gather_at: known.gather_at,
    first: known.ways.find((way) => way.first)?.identity,
  });
  const set = (change: Partial<NoticePreferencesInput>) => setWanted((now) => ({ ...now, ...change }));
  const save = useMutation({
    mutationFn: (input: NoticePreferencesInput) => noticePreferencesApi.set(input),
    onError: sayProblem,
    onSuccess: (kept) => {
      client.setQueryData(["notice-preferences"], kept);
      say(t("web.saved"), { seconds: 3 });
    },
  });
  const { quiet, silent_until } = wanted;
  const platforms = Object.entries(wanted.platforms);
  return (
    <div className="card lines">
      {silent_until && (
        <div className="setting wrap" role="status">
          <span className="grow">
            {t("notice_preference.silent", { until: shortTime(silent_until) })}
            <br />
            <span className="faint tiny">{t("notice_preference.silent.text")}</span>
          </span>
          <Button
            isDisabled={save.isPending}
            onPress={() => {
              set({ silent_until: null });
              save.mutate({ ...wanted, silent_until: null });
            }}
          >
            {t("notice_preference.silent.end")}
          </Button>
        </div>
      )}
      {NEWS.map((news) => (
        <div key={news} className="setting wrap">
          <span className="grow">{t(`notice_preference.news.${news}`)}</span>
          <Choice
            label={t(`notice_preference.news.${news}`)}
            value={wanted.news[news]}
            options={HANDLINGS.map((id) => ({ id, text: t(`notice_preference.handling.${id}`) }))}
            onChange={(handling) => set({ news: { ...wanted.news, [news]: handling } })}
          />
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
        {quiet && <HoursInput hours={quiet} onChange={(hours) => set({ quiet: hours })} />}
        <Choice
          label={t("notice_preference.quiet")}
          value={quiet ? "on" : "off"}
          options={[
            { id: "off", text: t("notice_preference.quiet.off") },
            { id: "on", text: t("notice_preference.quiet.on") },
          ]}
          onChange={(value) => set({ quiet: value === "on" ? { from: "22:00:00", to: "08:00:00" } : null })}
        />
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
            options={known.ways.map((way) => {
              const platform = platformText(way.platform);
              // Whoever has one account on a platform mostly calls it like that.
              return {
                value: way.identity,
                label: way.account === platform ? platform : `${platform} · ${way.account}`,
              };
            })}
          />
        )}
      </div>
      {platforms.length > 0 && (
        <div className="setting">
          <span className="grow">
            {t("notice_preference.platforms")}
            <br />
            <span className="faint tiny">{t("notice_preference.platforms.text")}</span>
          </span>
        </div>
      )}
      {platforms.map(([platform, there]) => (
        <PlatformPart
          key={platform}
          platform={platform}
          there={there}
          onChange={(changed) => set({ platforms: { ...wanted.platforms, [platform]: changed } })}
        />
      ))}
      {platforms.length > 0 && platforms.every(([, there]) => !there.ordinary) && (
        <p className="setting small quiet">{t("notice_preference.ordinary.none")}</p>
      )}
      <div className="setting">
        <Button tone="primary" isDisabled={save.isPending} onPress={() => save.mutate(wanted)}>
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
