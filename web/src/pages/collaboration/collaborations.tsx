import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { Link, useLocation } from "wouter";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Counts } from "../../api/types";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { dayText } from "../../time/format";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Bones, Empty, Failed } from "../../ui/empty";
import { TextField } from "../../ui/field";
import { Icon } from "../../ui/icon";
import { STATUSES, statusText } from "../../ui/marks";
import { Select } from "../../ui/select";
import { sayProblem } from "../../ui/toast";
import "./collaboration.css";

function Share({ counts }: { counts: Counts }) {
  const total = STATUSES.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
  const text = STATUSES.map((status) => `${statusText(status)} ${counts[status] ?? 0}`).join(" · ");
  return (
    <span className="share" role="img" aria-label={text} title={text}>
      {total > 0 &&
        STATUSES.map((status) =>
          counts[status] ? (
            <i key={status} className={`status-${status}`} style={{ flexGrow: counts[status] }} />
          ) : null,
        )}
    </span>
  );
}

function NewCollaboration({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const [name, setName] = useState("");
  const [goal, setGoal] = useState("");
  const [on, setOn] = useState("");
  const [situation, setSituation] = useState("joint_project");
  const { data: situations } = useQuery({ queryKey: ["situations"], queryFn: api.situations });
  const chosen = situations?.find((each) => each.key === situation);
  const create = useMutation({
    mutationFn: () => api.addCollaboration({ name: name.trim(), goal: goal.trim(), goal_on: on || null, situation }),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ["collaborations"] });
      onClose();
      navigate(`/c/${made.id}/members`);
    },
  });
  const field = (wanted: string) => (create.error instanceof Problem ? create.error.field(wanted) : undefined);
  // B1: a goal without a date is questioned.
  const doubt = goal.trim().length > 0 && !on && !/\d/.test(goal) ? t("web.goal.no_date") : undefined;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("web.collaborations.new")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="new" isDisabled={create.isPending || !name.trim()}>
            {t("web.collaborations.create")}
          </Button>
        </>
      }
    >
      <Form
        id="new"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <div className="field">
          <span className="field-label">{t("web.collaborations.situation")}</span>
          <Select
            label={t("web.collaborations.situation")}
            value={situation}
            onChange={setSituation}
            options={(situations ?? []).map((each) => ({ value: each.key, label: each.name }))}
          />
          {chosen && <span className="field-hint">{chosen.text}</span>}
        </div>
        <TextField
          label={t("web.collaborations.name")}
          value={name}
          onChange={setName}
          isRequired
          autoFocus
          error={field("name")}
        />
        <TextField
          label={t("web.goal")}
          value={goal}
          onChange={setGoal}
          lines={2}
          placeholder={t("web.goal.example")}
          hint={doubt ?? t("web.goal.hint")}
          error={field("goal")}
        />
        <label className="field">
          <span className="field-label">{t("web.goal.on")}</span>
          <input type="date" className="input" value={on} onChange={(event) => setOn(event.target.value)} />
        </label>
      </Form>
    </Dialog>
  );
}

export default function Collaborations() {
  const { data, error, refetch } = useQuery({ queryKey: ["collaborations"], queryFn: api.collaborations });
  const [making, setMaking] = useState(false);
  useTitle(t("web.nav.collaborations"));
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="grow">{t("web.nav.collaborations")}</h1>
        <Button tone="primary" icon="plus" onPress={() => setMaking(true)}>
          {t("web.collaborations.new")}
        </Button>
      </header>
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !data ? (
        <Bones rows={4} height={96} />
      ) : data.length === 0 ? (
        <div className="card">
          <Empty icon="goal" title={t("web.collaborations.empty")}>
            {t("web.collaborations.empty.text")}
          </Empty>
        </div>
      ) : (
        <ul className="collaboration-cards">
          {data.map((each) => (
            <li key={each.id}>
              <Link href={`/c/${each.id}`} className="card collaboration-card">
                <span className="row">
                  <strong className="grow clip">{each.name}</strong>
                  {each.counts.overdue > 0 && (
                    <span className="tag bad">{t("web.overdue", { count: each.counts.overdue })}</span>
                  )}
                </span>
                <span className="row quiet small">
                  <Icon name="goal" size={14} />
                  <span className="clip grow">{each.goal || t("web.goal.none")}</span>
                  {each.goal_on && <span className="nowrap">{dayText(each.goal_on)}</span>}
                </span>
                <span className="share-lines small faint">
                  <span>{t("web.tab.tasks")}</span>
                  <Share counts={each.counts.tasks} />
                  <span>{t("web.tab.records")}</span>
                  <Share counts={each.counts.records} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {making && <NewCollaboration onClose={() => setMaking(false)} />}
    </div>
  );
}
