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
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import "./emergency.css";

const SEVERITIES: Severity[] = ["one", "two", "three"];
const FILLS = ["owner", "raiser", "superior", "assistant"] as const;

/** The templates of emergency plans, for an administrator to edit. */
export function PlanTemplates() {
  const client = useQueryClient();
  const [editing, setEditing] = useState<PlanTemplate | null>(null);
  const { data } = useQuery({ queryKey: ["plan_templates"], queryFn: api.planTemplates });
  const reset = useMutation({
    mutationFn: (key: string) => api.dropPlanTemplate(key),
    onError: sayProblem,
    onSuccess: () => void client.invalidateQueries({ queryKey: ["plan_templates"] }),
  });
  return (
    <section className="section">
      <h2>{t("web.emergency.templates")}</h2>
      <p className="quiet small">{t("web.emergency.templates.text")}</p>
      <ul className="card lines">
        {data?.map((template) => (
          <li key={template.key} className="setting">
            <span className="grow">
              {template.name} {template.edited && <span className="tag">{t("web.emergency.edited")}</span>}
              <span className="small faint block">{template.summary}</span>
            </span>
            {template.edited && (
              <Button small tone="ghost" onPress={() => reset.mutate(template.key)}>
                {t("web.emergency.reset")}
              </Button>
            )}
            <Button small onPress={() => setEditing(template)}>
              {t("web.edit")}
            </Button>
          </li>
        ))}
      </ul>
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
  const pace = (severity: Severity, change: Partial<Pace>) =>
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
          <Button tone="primary" type="submit" form="template" isDisabled={save.isPending}>
            {t("web.save")}
          </Button>
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
        <fieldset className="measures stack">
          <legend>{t("web.emergency.roles")}</legend>
          {field("roles") && <p className="field-error">{field("roles")}</p>}
          {draft.roles.map((one, place) => (
            <div key={one.key} className="measure">
              <TextField
                label={t("web.emergency.template.role")}
                value={one.name}
                onChange={(name) => role(place, { name })}
              />
              <TextField
                label={t("web.emergency.template.duty")}
                value={one.duty}
                onChange={(duty) => role(place, { duty })}
              />
              <Field label={t("web.emergency.template.fill")}>
                <Select
                  label={t("web.emergency.template.fill")}
                  value={one.fill.kind}
                  onChange={(kind) => role(place, { fill: { kind } as Fill })}
                  options={[...new Set<Fill["kind"]>([...FILLS, one.fill.kind])].map((kind) => ({
                    value: kind,
                    label: t(`web.emergency.fill.${kind}`),
                  }))}
                />
              </Field>
            </div>
          ))}
        </fieldset>
        <fieldset className="measures stack">
          <legend>{t("web.emergency.checklist")}</legend>
          {field("checklist") && <p className="field-error">{field("checklist")}</p>}
          {draft.checklist.map((one, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a point of a template has no other name
            <div key={place} className="measure">
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
                  onChange={(text) => pace(severity, { ring_at_once: number(text) ?? 1 })}
                />
                <TextField
                  label={t("web.emergency.pace.ring")}
                  inputMode="numeric"
                  placeholder={t("web.emergency.pace.level")}
                  value={one.ring_every_minutes == null ? "" : String(one.ring_every_minutes)}
                  onChange={(text) => pace(severity, { ring_every_minutes: number(text) })}
                />
                <TextField
                  label={t("web.emergency.pace.report")}
                  inputMode="numeric"
                  placeholder={t("web.emergency.pace.level")}
                  value={one.report_every_minutes == null ? "" : String(one.report_every_minutes)}
                  onChange={(text) => pace(severity, { report_every_minutes: number(text) })}
                />
                <Switch
                  className="switch"
                  isSelected={one.everybody}
                  onChange={(everybody) => pace(severity, { everybody })}
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
