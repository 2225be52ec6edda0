import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form, Switch } from "react-aria-components";
import { useLocation } from "wouter";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Severity, WarRoomChoice } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { PersonPicker, useMembers } from "../../ui/people";
import { Select } from "../../ui/select";
import { sayProblem } from "../../ui/toast";
import { makerName, useMakers } from "../groups/makers";
import { takeWarRoom } from "./take";

const SEVERITIES: Severity[] = ["one", "two", "three"];

/** Raises an emergency, or a drill. One line is enough: nothing else must be filled in at two in the morning. */
export function RaiseDialog({ drill, onClose }: { drill: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const { data: collaborations } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const { data: all } = useQuery({ queryKey: ["plan_templates"], queryFn: api.planTemplates });
  const templates = all?.filter((template) => !template.retired);
  const [chosen, setChosen] = useState<string | null>(null);
  const collaboration = chosen ?? collaborations?.[0]?.id ?? null;
  const members = useMembers(collaboration ?? "");
  const [title, setTitle] = useState("");
  const [detail, setDetail] = useState("");
  const [owner, setOwner] = useState<string | null>(null);
  const [severity, setSeverity] = useState<Severity>("two");
  const [plan, setPlan] = useState<string | null>(null);
  const [calls, setCalls] = useState(false);
  const makers = useMakers();
  const [room, setRoom] = useState("as_planned");
  const [tried, setTried] = useState(false);
  const raise = useMutation({
    mutationFn: () =>
      api.raiseEmergency({
        collaboration: collaboration ?? "",
        title: title.trim(),
        detail,
        severity,
        owner: owner ?? undefined,
        plan: plan ?? undefined,
        drill,
        calls,
        war_room: roomChoice(room),
      }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (room) => {
      takeWarRoom(client, room);
      onClose();
      navigate(`/emergencies/${room.id}`);
    },
  });
  const field = (name: string) => (raise.error instanceof Problem ? raise.error.field(name) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(drill ? "web.emergency.drill" : "web.emergency.raise")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone={drill ? "primary" : "danger"} type="submit" form="raise" isDisabled={raise.isPending}>
            {t(drill ? "web.emergency.start_drill" : "web.emergency.raise_now")}
          </Button>
        </>
      }
    >
      <Form
        id="raise"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (title.trim() && collaboration) raise.mutate();
        }}
      >
        <TextField
          label={t("web.problems.title")}
          value={title}
          onChange={setTitle}
          isRequired
          autoFocus
          placeholder={t("web.emergency.title.example")}
          error={field("title") ?? (tried && !title.trim() ? t("web.words.missing") : undefined)}
        />
        <Field label={t("web.emergency.severity")} hint={t(`web.emergency.severity.${severity}`)}>
          <Select
            label={t("web.emergency.severity")}
            value={severity}
            onChange={setSeverity}
            options={SEVERITIES.map((each) => ({ value: each, label: t(`domain.severity.${each}`) }))}
          />
        </Field>
        {collaborations && collaborations.length > 1 && (
          <Field label={t("web.emergency.collaboration")}>
            <Select
              label={t("web.emergency.collaboration")}
              value={collaboration}
              onChange={setChosen}
              options={collaborations.map((each) => ({ value: each.id, label: each.name }))}
            />
          </Field>
        )}
        <Field label={t("web.problems.owner")} hint={t("web.problems.owner.urgent")} error={field("owner")}>
          <PersonPicker label={t("web.problems.owner")} value={owner} onChange={setOwner} among={members} />
        </Field>
        {templates && (
          <Field label={t("web.emergency.plan")}>
            <Select
              label={t("web.emergency.plan")}
              value={plan ?? templates[0]?.key ?? null}
              onChange={setPlan}
              options={templates.map((each) => ({ value: each.key, label: each.name }))}
            />
          </Field>
        )}
        {makers.some((one) => one.able) && (
          <Field label={t("later.group.room")} hint={t("later.group.room.hint")} error={field("account")}>
            <Select
              label={t("later.group.room")}
              value={room}
              onChange={setRoom}
              options={[
                { value: "as_planned", label: t("later.group.room.planned") },
                { value: "existing", label: t("later.group.room.existing") },
                ...makers
                  .filter((one) => one.able)
                  .map((one) => ({
                    value: one.account,
                    label: t("later.group.room.new", { account: makerName(one, makers) }),
                  })),
              ]}
            />
          </Field>
        )}
        <TextField label={t("web.problems.detail")} lines={2} value={detail} onChange={setDetail} />
        {drill && (
          <Switch className="switch" isSelected={calls} onChange={setCalls}>
            <span className="switch-track" aria-hidden="true" />
            {t("web.emergency.real_calls")}
          </Switch>
        )}
      </Form>
    </Dialog>
  );
}

function roomChoice(room: string): WarRoomChoice {
  return room === "as_planned" || room === "existing" ? { kind: room } : { kind: "new", account: room };
}
