import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, type PersonInput } from "../../api/api";
import { directory } from "../../api/directory";
import { Problem } from "../../api/client";
import type { Person } from "../../api/types";
import { type Key, t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { fullTime, weekdayText } from "../../time/format";
import { now } from "../../time/now";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Bones, Failed } from "../../ui/empty";
import { Field, TextField } from "../../ui/field";
import { Avatar, PlatformMark } from "../../ui/marks";
import { PersonPicker } from "../../ui/people";
import { Picker } from "../../ui/picker";
import { Select } from "../../ui/select";
import { TimeField } from "../../ui/time-field";
import { say, sayProblem } from "../../ui/toast";
import { DAYS, dayWords, type Day, type Hours, isHours, readDay } from "./hours";

const ZONES = [
  "Asia/Shanghai",
  "Asia/Hong_Kong",
  "Asia/Tokyo",
  "Asia/Singapore",
  "Asia/Kolkata",
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/Los_Angeles",
  "UTC",
];

function HoursForm({ hours, disabled, onSave }: { hours: Hours; disabled: boolean; onSave: (hours: Hours) => void }) {
  const [lines, setLines] = useState<Partial<Record<Day, string>>>({});
  const wrong = DAYS.filter((day) => lines[day] !== undefined && readDay(lines[day] ?? "") === null);
  const changed = Object.keys(lines).length > 0;
  const save = () => {
    const week = { ...hours.week };
    for (const day of DAYS) {
      const line = lines[day];
      if (line !== undefined) week[day] = readDay(line) ?? [];
    }
    onSave({ ...hours, week });
    setLines({});
  };
  return (
    <div className="hours">
      {DAYS.map((day, index) => (
        <label key={day} className="hours-day">
          <span className="quiet small">{weekdayText(index + 1)}</span>
          <input
            className="input"
            readOnly={disabled}
            value={lines[day] ?? dayWords(hours.week[day])}
            placeholder={t("web.people.day_off")}
            aria-invalid={wrong.includes(day) || undefined}
            onChange={(event) => setLines({ ...lines, [day]: event.target.value })}
          />
        </label>
      ))}
      {wrong.length > 0 && <span className="field-error">{t("web.people.hours.wrong")}</span>}
      {changed && (
        <div className="row">
          <Button small tone="primary" isDisabled={wrong.length > 0} onPress={save}>
            {t("web.save")}
          </Button>
          <Button small onPress={() => setLines({})}>
            {t("web.back")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** What platforms do not change, and letting them. */
function ByHand({ person, fields }: { person: Person; fields: string[] }) {
  const client = useQueryClient();
  const follow = useMutation({
    mutationFn: (field: string) => directory.follow(person.id, field),
    onError: sayProblem,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["person", person.id] }),
  });
  return (
    <details className="small quiet">
      <summary>{t("web.people.by_hand", { count: fields.length })}</summary>
      <div className="row by-hand">
        {fields.map((field) => (
          <Button key={field} small tone="ghost" isDisabled={follow.isPending} onPress={() => follow.mutate(field)}>
            {t("web.people.follow", { field: t(`history.field.${field}` as Key) })}
          </Button>
        ))}
      </div>
    </details>
  );
}

function PersonForm({ person, onMade }: { person: Person | null; onMade: (id: string) => void }) {
  const me = useMe();
  const client = useQueryClient();
  const mayEdit = me.administrator;
  const mine = person?.id === me.person.id;
  const [draft, setDraft] = useState<PersonInput>({});
  const [link, setLink] = useState<string | null>(null);
  const { data: departments } = useQuery({ queryKey: ["departments"], queryFn: api.departments });
  const set = (patch: PersonInput) => setDraft((before) => ({ ...before, ...patch }));
  const changed = Object.keys(draft).length > 0;
  const take = (saved: Person) => {
    client.setQueryData(["person", saved.id], saved);
    void client.invalidateQueries({ queryKey: ["people"] });
    if (saved.id === me.person.id) void client.invalidateQueries({ queryKey: ["me"] });
  };
  const save = useMutation({
    mutationFn: (input: PersonInput) =>
      person ? api.editPerson(person.id, person.version, input) : api.addPerson(input),
    onError: (error) => {
      if (error instanceof Problem && error.code === "version_conflict" && person)
        void client.invalidateQueries({ queryKey: ["person", person.id] });
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (saved) => {
      take(saved);
      setDraft({});
      say(t("web.saved"), { seconds: 3 });
      if (!person) onMade(saved.id);
    },
  });
  const invite = useMutation({
    mutationFn: () => api.invite(person?.id ?? ""),
    onError: sayProblem,
    onSuccess: ({ url }) => setLink(url),
  });
  const prefer = useMutation({
    mutationFn: (id: string) => api.joinIdentity(id, { preferred: true }),
    onError: sayProblem,
    onSuccess: () => person && void client.invalidateQueries({ queryKey: ["person", person.id] }),
  });
  const part = useMutation({
    mutationFn: (id: string) => api.joinIdentity(id, { person: null }),
    onError: sayProblem,
    onSuccess: (_, id) => {
      if (!person) return;
      for (const key of [["person", person.id], ["people"], ["identities"]])
        void client.invalidateQueries({ queryKey: key });
      say(t("web.people.parted"), {
        action: {
          label: t("web.undo"),
          run: () =>
            void api.joinIdentity(id, { person: person.id }).then(() => {
              for (const key of [["person", person.id], ["people"], ["identities"]])
                void client.invalidateQueries({ queryKey: key });
            }, sayProblem),
        },
      });
    },
  });
  const again = (changed: Person) => {
    take(changed);
    for (const key of [["identities"], ["tasks"], ["desk"]]) void client.invalidateQueries({ queryKey: key });
  };
  const lookUp = useMutation({
    mutationFn: () => api.lookUp(person?.id ?? ""),
    onError: sayProblem,
    onSuccess: (found) => {
      again(found);
      const more = found.identities.length - (person?.identities.length ?? 0);
      say(more > 0 ? t("web.people.found", { count: more }) : t("web.people.found_none"));
    },
  });
  const [leaving, setLeaving] = useState(false);
  const [successor, setSuccessor] = useState<string | null>(null);
  const leave = useMutation({
    mutationFn: () => api.leave(person?.id ?? "", successor),
    onError: sayProblem,
    onSuccess: (gone) => {
      again(gone);
      setLeaving(false);
      say(t("web.people.gone", { name: gone.name }));
    },
  });
  const field = (name: string) => (save.error instanceof Problem ? save.error.field(name) : undefined);
  const department = draft.department !== undefined ? draft.department : (person?.department?.id ?? null);
  const superior = draft.superior !== undefined ? draft.superior : (person?.superior?.id ?? null);
  const zone = draft.zone ?? person?.zone ?? me.workspace.zone;
  const text = (
    name: "name" | "job" | "mobile" | "mail" | "staff_number",
    label: string,
    type = "text",
    required = false,
  ) => (
    <TextField
      label={label}
      type={type}
      value={(draft[name] !== undefined ? draft[name] : person?.[name]) ?? ""}
      onChange={(value) => set({ [name]: name === "name" || name === "job" ? value : value.trim() || null })}
      isReadOnly={!mayEdit}
      isRequired={required}
      error={field(name)}
    />
  );
  const addDepartment = useMutation({
    mutationFn: api.addDepartment,
    onError: sayProblem,
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["departments"] });
      set({ department: made.id });
    },
  });
  return (
    <>
      {person && (
        <div className="row">
          <Avatar name={person.name} size={48} />
          <div className="grow">
            <h3 className="person-title">{person.name}</h3>
            <p className="quiet small">{[person.department?.name, person.job].filter(Boolean).join(" · ")}</p>
          </div>
          {mayEdit && !mine && (
            <Button small icon="link" isDisabled={invite.isPending} onPress={() => invite.mutate()}>
              {t("web.people.invite")}
            </Button>
          )}
        </div>
      )}
      {link && (
        <div className="notice">
          <span className="grow">
            {t("web.people.invite.text")}
            <br />
            <code className="mono">{link}</code>
          </span>
          <Button small icon="copy" onPress={() => void copy(link)}>
            {t("web.copy")}
          </Button>
        </div>
      )}
      {mayEdit && person?.by_hand && person.by_hand.length > 0 && <ByHand person={person} fields={person.by_hand} />}
      {text("name", t("web.name"), "text", true)}
      <div className="pair">
        {text("job", t("web.people.job"))}
        <Field label={t("web.people.department")} error={field("department")}>
          <Picker
            label={t("web.people.department")}
            disabled={!mayEdit}
            choices={[
              { id: "-", text: t("web.picker.nobody") },
              ...(departments ?? []).map((each) => ({ id: each.id, text: each.name })),
            ]}
            selected={department ? [department] : []}
            onChange={([id]) => set({ department: !id || id === "-" ? null : id })}
            onAdd={mayEdit ? (name) => addDepartment.mutate(name) : undefined}
          />
        </Field>
      </div>
      <Field label={t("web.people.superior")} hint={t("web.people.superior.hint")} error={field("superior")}>
        <PersonPicker
          label={t("web.people.superior")}
          value={superior}
          onChange={(id) => set({ superior: id })}
          optional
          without={person?.id}
          disabled={!mayEdit}
        />
      </Field>
      {(mayEdit || mine) && (
        <div className="pair">
          {text("mail", t("web.mail"), "email")}
          {text("mobile", t("web.people.mobile"), "tel")}
        </div>
      )}
      <div className="pair">
        <Field label={t("web.people.zone")} error={field("zone")}>
          <Select
            label={t("web.people.zone")}
            value={zone}
            disabled={!mayEdit}
            onChange={(next) => set({ zone: next })}
            options={[...new Set([zone, ...ZONES])].map((each) => ({ value: each, label: each }))}
          />
        </Field>
        <Field label={t("web.language")}>
          <Select
            label={t("web.language")}
            disabled={!mayEdit}
            value={(draft.language ?? person?.language ?? "zh-CN") as "zh-CN" | "en"}
            onChange={(language) => set({ language })}
            options={[
              { value: "zh-CN", label: "中文" },
              { value: "en", label: "English" },
            ]}
          />
        </Field>
      </div>
      {person?.standing.kind === "guest" && person.standing.until && (
        <>
          <p className="notice warn">
            {t(Date.parse(person.standing.until) > now() ? "web.people.guest_until" : "web.people.guest_ended", {
              time: fullTime(person.standing.until),
            })}
          </p>
          {mayEdit && (
            <TimeField
              label={t("web.people.guest_time")}
              value={draft.guest_until ?? person.standing.until}
              onChange={(until) => until && until !== person.standing.until && set({ guest_until: until })}
              error={field("guest_until")}
            />
          )}
        </>
      )}
      {mayEdit && (
        <label className="row">
          <input
            type="checkbox"
            checked={draft.administrator ?? person?.administrator ?? false}
            disabled={mine}
            onChange={(event) => set({ administrator: event.target.checked })}
          />
          {t("web.people.is_administrator")}
        </label>
      )}
      {mayEdit && (changed || !person) && (
        <div className="row">
          <Button
            tone="primary"
            isDisabled={save.isPending || !(draft.name ?? person?.name)?.trim()}
            onPress={() => save.mutate(draft)}
          >
            {t("web.save")}
          </Button>
          {person && <Button onPress={() => setDraft({})}>{t("web.back")}</Button>}
        </div>
      )}
      {person && (
        <section className="section">
          <div className="section-head">
            <h3 className="grow">{t("web.people.identities")}</h3>
            {mayEdit && (
              <Button small tone="ghost" isDisabled={lookUp.isPending} onPress={() => lookUp.mutate()}>
                {t("web.people.look_up")}
              </Button>
            )}
          </div>
          <ul className="card lines">
            {person.identities.map((identity) => (
              <li key={identity.id} className="unmatched">
                <PlatformMark platform={identity.platform} text />
                <span className="grow clip">
                  {identity.name} <span className="faint tiny mono">{identity.user}</span>
                </span>
                {identity.preferred ? (
                  <span className="tag info">{t("web.people.preferred")}</span>
                ) : (
                  mayEdit && (
                    <Button small tone="ghost" onPress={() => prefer.mutate(identity.id)}>
                      {t("web.people.prefer")}
                    </Button>
                  )
                )}
                {mayEdit && (
                  <IconButton
                    icon="x"
                    label={t("web.people.part", { name: identity.name })}
                    onPress={() => part.mutate(identity.id)}
                  />
                )}
              </li>
            ))}
            {person.identities.length === 0 && <li className="lines-empty">{t("web.people.no_identity.text")}</li>}
          </ul>
        </section>
      )}
      {person && isHours(person.hours) && (
        <section className="section">
          <h3>{t("web.people.hours")}</h3>
          <HoursForm
            hours={person.hours}
            disabled={!mayEdit}
            onSave={(hours) => save.mutate({ hours } as PersonInput)}
          />
        </section>
      )}
      {person && mayEdit && !mine && person.standing.kind !== "left" && (
        <section className="section">
          <h3>{t("web.people.leave")}</h3>
          <p className="quiet small">{t("web.people.leave.text")}</p>
          {leaving ? (
            <>
              <Field label={t("web.people.successor")} hint={t("web.people.successor.hint")}>
                <PersonPicker
                  label={t("web.people.successor")}
                  value={successor}
                  onChange={setSuccessor}
                  optional
                  without={person.id}
                />
              </Field>
              <div className="row">
                <Button tone="danger" isDisabled={leave.isPending} onPress={() => leave.mutate()}>
                  {t("web.people.leave.do", { name: person.name })}
                </Button>
                <Button onPress={() => setLeaving(false)}>{t("web.back")}</Button>
              </div>
            </>
          ) : (
            <div>
              <Button small onPress={() => setLeaving(true)}>
                {t("web.people.leave.begin")}
              </Button>
            </div>
          )}
        </section>
      )}
    </>
  );
}

export function PersonPanel({
  id,
  onClose,
  onMade,
}: {
  id: string | null;
  onClose: () => void;
  onMade: (id: string) => void;
}) {
  const { data, error, refetch } = useQuery({
    queryKey: ["person", id],
    queryFn: () => api.person(id ?? ""),
    enabled: id !== null,
  });
  return (
    <Dialog open onClose={onClose} shape="panel" title={t(id ? "web.profile" : "web.people.add")}>
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : id && !data ? (
        <Bones rows={6} />
      ) : (
        <PersonForm person={data ?? null} onMade={onMade} />
      )}
    </Dialog>
  );
}
