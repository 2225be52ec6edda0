import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import { attendee, type Invited, type MeetingInput, type MeetingPage, meetingsApi } from "../../api/meetings";
import type { Instant } from "../../api/types";
import { t, tMaybe } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { Field, TextField } from "../../ui/field";
import { PersonMark } from "../../ui/marks";
import { PersonPicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";
import { takeMeeting } from "./take";

interface Sheet {
  title: string;
  invitation: string;
  agenda: string;
  starts_at: Instant | null;
  minutes: number;
  place: string;
  online: string | null;
  host: string;
  recorder: string;
  invited: Invited[];
}

const LENGTHS = [30, 45, 60, 90, 120, 180];

const length = ({ starts_at, ends_at }: MeetingPage["meeting"]) =>
  starts_at && ends_at ? Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / 60_000) : 60;

const sheetOf = (page: MeetingPage): Sheet => ({
  title: page.meeting.title,
  invitation: page.invitation,
  agenda: page.agenda,
  starts_at: page.meeting.starts_at,
  minutes: length(page.meeting),
  place: page.meeting.place,
  online: page.online,
  host: page.host.id,
  recorder: page.recorder.id,
  invited: page.invited,
});

const inputOf = ({ minutes, invited, ...sheet }: Sheet, version: number): MeetingInput => ({
  ...sheet,
  ends_at: sheet.starts_at && new Date(Date.parse(sheet.starts_at) + minutes * 60_000).toISOString(),
  invited: invited.map(attendee),
  version,
});

/** A meeting as it is written: before people are invited, and when something of it changes. */
export function MeetingEditor({ page, onDone }: { page: MeetingPage; onDone: () => void }) {
  const client = useQueryClient();
  const { id, stage, collaboration } = page.meeting;
  const members = useMembers(collaboration.id);
  const { data: whole } = useQuery({
    queryKey: ["collaboration", collaboration.id],
    queryFn: () => api.collaboration(collaboration.id),
    staleTime: 60_000,
  });
  const [sheet, setSheet] = useState(() => sheetOf(page));
  // The version that this is written over: what somebody else saved meanwhile is not lost unseen, nor is what is typed here.
  const [base, setBase] = useState(page.meeting.version);
  const [named, setNamed] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const set = (change: Partial<Sheet>) => setSheet((now) => ({ ...now, ...change }));
  const field = (name: string) => problem?.fields.find((each) => each.field === name)?.message;

  const failed = (error: unknown) => {
    if (error instanceof Problem && error.code === "version_conflict") {
      const current = (error.body as { current?: MeetingPage } | null)?.current;
      if (current?.meeting) {
        setBase(current.meeting.version);
        client.setQueryData(["meeting", id], current);
      }
      return say(t("meeting.changed"), { tone: "bad" });
    }
    if (error instanceof Problem && error.fields.length > 0) setProblem(error);
    sayProblem(error);
  };
  const took = (changed: MeetingPage) => {
    setProblem(null);
    setBase(changed.meeting.version);
    takeMeeting(client, changed);
  };
  const save = useMutation({
    mutationFn: () => meetingsApi.write(id, inputOf(sheet, base)),
    onError: failed,
    onSuccess: (changed) => {
      took(changed);
      say(t(stage === "called" ? "meeting.saved.told" : "meeting.saved"));
      if (stage === "called") onDone();
    },
  });
  const send = useMutation({
    mutationFn: async () => {
      const written = await meetingsApi.write(id, inputOf(sheet, base));
      took(written);
      return meetingsApi.send(id, written.meeting.version);
    },
    onError: failed,
    onSuccess: (changed) => {
      took(changed);
      say(t("meeting.sent"));
      onDone();
    },
  });
  const redraft = useMutation({
    mutationFn: () => meetingsApi.draft(id),
    onError: sayProblem,
    onSuccess: (words) => {
      set(words);
      say(t("meeting.redrafted"));
    },
  });
  const busy = save.isPending || send.isPending;
  const lengths = LENGTHS.includes(sheet.minutes) ? LENGTHS : [...LENGTHS, sheet.minutes].sort((a, b) => a - b);
  const others = (whole?.members ?? []).filter(
    ({ person }) => !sheet.invited.some((each) => each.person?.id === person.id),
  );
  const invite = (one: Pick<Invited, "person" | "name" | "guest">) =>
    set({ invited: [...sheet.invited, { ...one, answer: "waiting", words: "", at: null, present: null }] });
  const inviteNamed = () => {
    const name = named.trim();
    if (!name) return;
    if (!sheet.invited.some((each) => !each.person && each.name === name)) invite({ person: null, name, guest: true });
    setNamed("");
  };
  return (
    <Form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextField
        label={t("meeting.part.title")}
        value={sheet.title}
        onChange={(title) => set({ title })}
        isRequired
        error={field("title")}
      />
      <div className="meeting-times">
        <TimeField
          label={t("meeting.part.starts_at")}
          value={sheet.starts_at}
          onChange={(starts_at) => set({ starts_at })}
          error={field("starts_at")}
        />
        <Field label={t("meeting.duration")} error={field("ends_at")}>
          <Select
            label={t("meeting.duration")}
            value={String(sheet.minutes)}
            options={lengths.map((count) => ({ value: String(count), label: t("meeting.minutes.span", { count }) }))}
            onChange={(count) => set({ minutes: Number(count) })}
          />
        </Field>
      </div>
      <TextField
        label={t("meeting.part.place")}
        placeholder={t("meeting.place.hint")}
        value={sheet.place}
        onChange={(place) => set({ place })}
        error={field("place")}
      />
      {page.hosts.length > 0 && (
        <Field label={t("meeting.online")} hint={t("meeting.online.hint")} error={field("online")}>
          <Select
            label={t("meeting.online")}
            value={sheet.online ?? "-"}
            options={[
              { value: "-", label: t("meeting.online.none") },
              ...page.hosts.map((platform) => ({
                value: platform,
                label: t("meeting.online.on", { platform: tMaybe(`domain.platform.${platform}`, platform) }),
              })),
            ]}
            onChange={(platform) => set({ online: platform === "-" ? null : platform })}
          />
        </Field>
      )}
      <div className="meeting-pair">
        <Field label={t("meeting.part.host")} error={field("host")}>
          <PersonPicker
            label={t("meeting.part.host")}
            value={sheet.host}
            onChange={(host) => host && set({ host })}
            among={members}
          />
        </Field>
        <Field label={t("meeting.part.recorder")} error={field("recorder")}>
          <PersonPicker
            label={t("meeting.part.recorder")}
            value={sheet.recorder}
            onChange={(recorder) => recorder && set({ recorder })}
            among={members}
          />
        </Field>
      </div>
      <Field label={`${t("meeting.part.invited")} ${sheet.invited.length}`} error={field("invited")}>
        <ul className="meeting-people">
          {sheet.invited.map((each) => (
            <li key={each.person?.id ?? each.name}>
              <span className="grow">{each.person ? <PersonMark person={each.person} job /> : each.name}</span>
              {each.guest && <span className="tag">{t("meeting.guest")}</span>}
              <IconButton
                icon="x"
                label={t("meeting.invite.remove", { name: each.name })}
                onPress={() => set({ invited: sheet.invited.filter((other) => other !== each) })}
              />
            </li>
          ))}
        </ul>
        <div className="meeting-pair">
          {others.length > 0 && (
            <PersonPicker
              label={t("meeting.invite.member")}
              value={null}
              onChange={(chosen) => {
                const member = others.find((each) => each.person.id === chosen);
                if (member) invite({ person: member.person, name: member.person.name, guest: member.role === "guest" });
              }}
              among={others.map((member) => member.person)}
            />
          )}
          <div className="row">
            <div className="grow">
              <TextField
                label={t("meeting.invite.named")}
                hideLabel
                placeholder={t("meeting.invite.named")}
                value={named}
                onChange={setNamed}
              />
            </div>
            <Button isDisabled={!named.trim()} onPress={inviteNamed}>
              {t("meeting.invite.add")}
            </Button>
          </div>
        </div>
        {sheet.invited.some((each) => !each.person) && <p className="small quiet">{t("meeting.invite.named.text")}</p>}
      </Field>
      <TextField
        label={t("meeting.part.invitation")}
        lines={3}
        value={sheet.invitation}
        onChange={(invitation) => set({ invitation })}
        error={field("invitation")}
      />
      <TextField
        label={t("meeting.part.agenda")}
        lines={16}
        value={sheet.agenda}
        onChange={(agenda) => set({ agenda })}
        error={field("agenda")}
      />
      {stage === "draft" && <p className="small quiet">{t("meeting.send.text")}</p>}
      <div className="row wrap">
        {stage === "draft" && (
          <Button tone="primary" icon="send" isDisabled={busy} onPress={() => send.mutate()}>
            {t("meeting.send")}
          </Button>
        )}
        <Button type="submit" tone={stage === "draft" ? "plain" : "primary"} isDisabled={busy}>
          {t("meeting.save")}
        </Button>
        {stage === "called" && <Button onPress={onDone}>{t("web.back")}</Button>}
        <Button tone="ghost" icon="undo" isDisabled={redraft.isPending} onPress={() => redraft.mutate()}>
          {t("meeting.redraft")}
        </Button>
      </div>
    </Form>
  );
}
