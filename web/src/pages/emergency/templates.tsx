import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form, Switch } from "react-aria-components";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Fill, Pace, PlanTemplate, Severity } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { PersonPicker } from "../../ui/people";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import "./emergency.css";

const SEVERITIES: Severity[] = ["one", "two", "three"];
const FILLS = ["owner", "raiser", "superior", "assistant", "call_list", "person"] as const;

const pace = (everybody: boolean): Pace => ({ ring_at_once: 1, everybody });

/** A name for what people do not see; the server wants small letters and digits. */
const mark = (kind: string) => `${kind}_${Math.random().toString(36).slice(2, 12)}`;

const empty = (): PlanTemplate => ({
  key: mark("plan"),
  name: t("later.plan.new"),
  summary: "",
  roles: [{ key: "commander", name: t("later.plan.role.new"), duty: "", fill: { kind: "superior" } }],
  checklist: [],
  paces: { one: pace(true), two: pace(true), three: pace(false) },
});

/** The templates of emergency plans, for an administrator to edit. */
export function PlanTemplates() {
  const client = useQueryClient();
  const [editing, setEditing] = useState<PlanTemplate | null>(null);
  const { data } = useQuery({ queryKey: ["plan_templates"], queryFn: api.planTemplates });
  const change = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onError: sayProblem,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["plan_templates"] }),
  });
  const retired = data?.filter((template) => template.retired) ?? [];
  const row = (template: PlanTemplate) => (
    <li key={template.key} className="setting">
      <span className="grow">
        {template.name} {template.edited && <span className="tag">{t("web.emergency.edited")}</span>}
        <span className="small faint block">{template.summary}</span>
      </span>
      {template.retired ? (
        <Button small onPress={() => change.mutate(() => api.setPlanTemplate({ ...template, retired: false }))}>
          {t("later.plan.restore")}
        </Button>
      ) : (
        <>
          {template.edited && template.ships && (
            <Button small tone="ghost" onPress={() => change.mutate(() => api.dropPlanTemplate(template.key))}>
              {t("web.emergency.reset")}
            </Button>
          )}
          <Button
            small
            tone="ghost"
            onPress={() => change.mutate(() => api.setPlanTemplate({ ...template, retired: true }))}
          >
            {t("later.plan.retire")}
          </Button>
          <Button
            small
            tone="ghost"
            onPress={() =>
              setEditing({
                ...template,
                key: mark("plan"),
                name: t("later.plan.copied", { name: template.name }),
              })
            }
          >
            {t("later.plan.copy")}
          </Button>
        </>
      )}
      <Button small onPress={() => setEditing(template)}>
        {t(template.retired ? "later.plan.read" : "web.edit")}
      </Button>
    </li>
  );
  return (
    <section className="section">
      <div className="section-head">
        <h2 className="grow">{t("web.emergency.templates")}</h2>
        <Button small icon="plus" onPress={() => setEditing(empty())}>
          {t("later.plan.add")}
        </Button>
      </div>
      <p className="quiet small">{t("web.emergency.templates.text")}</p>
      <ul className="card lines">{data?.filter((template) => !template.retired).map(row)}</ul>
      {retired.length > 0 && (
        <>
          <h3 className="quiet">{t("later.plan.retired")}</h3>
          <p className="quiet small">{t("later.plan.retired.text")}</p>
          <ul className="card lines">{retired.map(row)}</ul>
        </>
      )}
      {editing && <TemplateDialog template={editing} onClose={() => setEditing(null)} />}
    </section>
  );
}

const number = (text: string): number | null => (/^\d+$/.test(text.trim()) ? Number(text.trim()) : null);

function TemplateDialog({ template, onClose }: { template: PlanTemplate; onClose: () => void }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState(template);
  const save = useMutation({
    mutationFn: () => api.setPlanTemplate(draft),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["plan_templates"] });
      say(t("web.saved"));
      onClose();
    },
  });
  const field = (name: string) => (save.error instanceof Problem ? save.error.field(name) : undefined);
  const role = (place: number, change: Partial<PlanTemplate["roles"][number]>) =>
    setDraft({ ...draft, roles: draft.roles.map((one, at) => (at === place ? { ...one, ...change } : one)) });
  const point = (place: number, change: Partial<PlanTemplate["checklist"][number]>) =>
    setDraft({ ...draft, checklist: draft.checklist.map((one, at) => (at === place ? { ...one, ...change } : one)) });
  const setPace = (severity: Severity, change: Partial<Pace>) =>
    setDraft({ ...draft, paces: { ...draft.paces, [severity]: { ...draft.paces[severity], ...change } } });
  return (
    <Dialog
      open
      shape="panel"
      onClose={onClose}
      title={template.name}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          {!template.retired && (
            <Button tone="primary" type="submit" form="template" isDisabled={save.isPending}>
              {t("web.save")}
            </Button>
          )}
        </>
      }
    >
      <Form
        id="template"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <TextField
          label={t("web.emergency.template.name")}
          value={draft.name}
          onChange={(name) => setDraft({ ...draft, name })}
          error={field("name")}
        />
        <TextField
          label={t("web.emergency.template.summary")}
          value={draft.summary}
          onChange={(summary) => setDraft({ ...draft, summary })}
          error={field("summary")}
        />
        <Switch
          className="switch"
          isSelected={draft.new_group ?? false}
          onChange={(new_group) => setDraft({ ...draft, new_group })}
        >
          <span className="switch-track" aria-hidden="true" />
          {t("later.group.template")}
        </Switch>
        <p className="small faint">{t("later.group.template.hint")}</p>
        <fieldset className="measures stack">
          <legend>{t("web.emergency.roles")}</legend>
          {field("roles") && <p className="field-error">{field("roles")}</p>}
          {draft.roles.map((one, place) => (
            <div key={one.key} className="measure plan-role">
              <TextField
                label={t("web.emergency.template.role")}
                value={one.name}
                onChange={(name) => role(place, { name })}
              />
              <Field label={t("web.emergency.template.fill")}>
                <Select
                  label={t("web.emergency.template.fill")}
                  value={one.fill.kind}
                  onChange={(kind) => role(place, { fill: filled(kind) })}
                  options={FILLS.map((kind) => ({ value: kind, label: t(`web.emergency.fill.${kind}`) }))}
                />
              </Field>
              <TextField
                label={t("web.emergency.template.duty")}
                value={one.duty}
                onChange={(duty) => role(place, { duty })}
              />
              {one.fill.kind === "call_list" && (
                <TextField
                  label={t("later.plan.fill.place")}
                  inputMode="numeric"
                  value={String(one.fill.place + 1)}
                  onChange={(text) =>
                    role(place, { fill: { kind: "call_list", place: Math.max(0, (number(text) ?? 1) - 1) } })
                  }
                />
              )}
              {one.fill.kind === "person" && (
                <Field label={t("later.plan.fill.person")}>
                  <PersonPicker
                    label={t("later.plan.fill.person")}
                    value={one.fill.person || null}
                    onChange={(person) => person && role(place, { fill: { kind: "person", person } })}
                  />
                </Field>
              )}
              {draft.roles.length > 1 && (
                <IconButton
                  icon="x"
                  label={t("later.plan.remove_role", { name: one.name })}
                  onPress={() => setDraft(withoutRole(draft, one.key))}
                />
              )}
            </div>
          ))}
          <div>
            <Button
              small
              icon="plus"
              onPress={() =>
                setDraft({
                  ...draft,
                  roles: [
                    ...draft.roles,
                    { key: mark("role"), name: t("later.plan.role.new"), duty: "", fill: { kind: "owner" } },
                  ],
                })
              }
            >
              {t("later.plan.add_role")}
            </Button>
          </div>
        </fieldset>
        <fieldset className="measures stack">
          <legend>{t("web.emergency.checklist")}</legend>
          {field("checklist") && <p className="field-error">{field("checklist")}</p>}
          {draft.checklist.map((one, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a point of a template has no other name
            <div key={place} className="measure plan-point">
              <TextField
                label={t("web.emergency.template.point")}
                lines={2}
                value={one.text}
                onChange={(text) => point(place, { text })}
              />
              <TextField
                label={t("web.emergency.template.after")}
                inputMode="numeric"
                value={String(one.after_minutes)}
                onChange={(text) => point(place, { after_minutes: number(text) ?? 0 })}
              />
              <Field label={t("web.emergency.template.role")}>
                <Select
                  label={t("web.emergency.template.role")}
                  value={one.role ?? draft.roles[0]?.key ?? ""}
                  onChange={(key) => point(place, { role: key })}
                  options={draft.roles.map((each) => ({ value: each.key, label: each.name }))}
                />
              </Field>
              <Field label={t("web.emergency.template.from")}>
                <Select
                  label={t("web.emergency.template.from")}
                  value={one.from}
                  onChange={(from) => point(place, { from })}
                  options={SEVERITIES.map((each) => ({ value: each, label: t(`web.emergency.from.${each}`) }))}
                />
              </Field>
              <IconButton
                icon="x"
                label={t("web.emergency.template.remove")}
                onPress={() => setDraft({ ...draft, checklist: draft.checklist.filter((_, at) => at !== place) })}
              />
            </div>
          ))}
          <div>
            <Button
              small
              icon="plus"
              onPress={() =>
                setDraft({
                  ...draft,
                  checklist: [
                    ...draft.checklist,
                    { text: "", role: draft.roles[0]?.key ?? null, after_minutes: 15, from: "three" },
                  ],
                })
              }
            >
              {t("web.emergency.add_point")}
            </Button>
          </div>
        </fieldset>
        <fieldset className="measures stack">
          <legend>{t("web.emergency.paces")}</legend>
          {field("paces") && <p className="field-error">{field("paces")}</p>}
          {SEVERITIES.map((severity) => {
            const one = draft.paces[severity];
            return (
              <fieldset key={severity} className="measure" aria-label={t(`domain.severity.${severity}`)}>
                <strong>{t(`domain.severity.${severity}`)}</strong>
                <TextField
                  label={t("web.emergency.pace.at_once")}
                  inputMode="numeric"
                  value={String(one.ring_at_once)}
                  onChange={(text) => setPace(severity, { ring_at_once: number(text) ?? 1 })}
                />
                <TextField
                  label={t("web.emergency.pace.ring")}
                  inputMode="numeric"
                  placeholder={t("web.emergency.pace.level")}
                  value={one.ring_every_minutes == null ? "" : String(one.ring_every_minutes)}
                  onChange={(text) => setPace(severity, { ring_every_minutes: number(text) })}
                />
                <TextField
                  label={t("web.emergency.pace.report")}
                  inputMode="numeric"
                  placeholder={t("web.emergency.pace.level")}
                  value={one.report_every_minutes == null ? "" : String(one.report_every_minutes)}
                  onChange={(text) => setPace(severity, { report_every_minutes: number(text) })}
                />
                <Switch
                  className="switch"
                  isSelected={one.everybody}
                  onChange={(everybody) => setPace(severity, { everybody })}
                >
                  <span className="switch-track" aria-hidden="true" />
                  {t("web.emergency.pace.everybody")}
                </Switch>
              </fieldset>
            );
          })}
        </fieldset>
      </Form>
    </Dialog>
  );
}

/** A template without a role: what it was to do is the first role's. */
function withoutRole(draft: PlanTemplate, key: string): PlanTemplate {
  return {
    ...draft,
    roles: draft.roles.filter((one) => one.key !== key),
    checklist: draft.checklist.map((point) => (point.role === key ? { ...point, role: null } : point)),
  };
}

function filled(kind: Fill["kind"]): Fill {
  if (kind === "call_list") return { kind, place: 0 };
  if (kind === "person") return { kind, person: "" };
  return { kind };
}
