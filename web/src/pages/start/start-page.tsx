import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useLocation } from "wouter";
import { type Start, startsApi } from "../../api/starts";
import { t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import { useMe } from "../../shell/me";
import { Button } from "../../ui/button";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { later, say, sayProblem } from "../../ui/toast";
import { Foresight } from "../collaboration/foresight";
import type { Levels } from "../collaboration/levels";
import { LevelsForm } from "../collaboration/levels-form";
import "../collaboration/collaboration.css";
import { ConfirmPart } from "./confirm-part";
import { GoalPart } from "./goal-part";
import { GroupsPart } from "./groups-part";
import { Milestones } from "./milestones";
import { STEPS, type Step, stepOf } from "./parts";
import { PeoplePart } from "./people-part";
import { RulesPart } from "./rules-part";
import "./start.css";
import { Tools } from "./tools";
import { useStart } from "./use-start";

/** The guided start of one collaboration, step by step. */
export default function StartPage({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["start", id],
    queryFn: () => startsApi.one(id),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  useTitle(t("start.title"));
  if (error && !data)
    return (
      <div className="page">
        <Failed error={error} again={() => void refetch()} />
      </div>
    );
  if (!data)
    return (
      <div className="page narrow-page">
        <Bones rows={6} />
      </div>
    );
  return <Steps first={data} />;
}

function Steps({ first }: { first: Start }) {
  const client = useQueryClient();
  const me = useMe();
  const [, navigate] = useLocation();
  const { view, entered, change, keep, keeping, version } = useStart(first);
  const [step, setStep] = useState<Step>("goal");
  const place = STEPS.indexOf(step);
  const open = (of: Step) => view.findings.filter((finding) => stepOf(finding) === of).length;
  const go = (to: Step | undefined) => {
    if (!to) return;
    setStep(to);
  };
  const begin = useMutation({
    mutationFn: async () => {
      await keep();
      return startsApi.carryOut(first.id, version.current);
    },
    onError: sayProblem,
    onSuccess: (made) => {
      client.removeQueries({ queryKey: ["start", first.id] });
      for (const key of ["starts", "collaborations", "desk"]) void client.invalidateQueries({ queryKey: [key] });
      say(t("start.begun"), { action: { label: t("start.kick_off"), run: () => navigate(`/c/${made.id}`) } });
      navigate(`/c/${made.id}/members`);
    },
  });
  const drop = () => {
    navigate("/collaborations/new");
    later(
      t("start.dropped"),
      () => startsApi.drop(first.id).then(() => client.invalidateQueries({ queryKey: ["starts"] }), sayProblem),
      () => navigate(`/collaborations/new/${first.id}`),
    );
  };
  const top = useRef<HTMLElement>(null);
  useEffect(() => {
    // On a phone the steps are wider than the screen.
    top.current?.scrollIntoView({ block: "nearest" });
    top.current?.querySelector(`[data-step="${step}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [step]);
  const part = { view, entered, change };
  const charter = entered.charter;
  return (
    <div className="page narrow-page start-page">
      <header className="page-head">
        <h1 className="grow clip">{entered.name.trim() || t("start.title")}</h1>
        <span className="small quiet" role="status">
          {t(`start.${keeping}`)}
        </span>
        <Button small tone="ghost" onPress={drop}>
          {t("start.drop")}
        </Button>
      </header>
      <nav ref={top} className="start-steps" aria-label={t("start.steps")}>
        {STEPS.map((each, at) => (
          <button
            key={each}
            type="button"
            data-step={each}
            aria-current={each === step ? "step" : undefined}
            className={at < place ? "start-step before" : "start-step"}
            onClick={() => go(each)}
          >
            <span className="start-step-number" aria-hidden="true">
              {open(each) === 0 && at < place ? <Icon name="check" size={12} /> : at + 1}
            </span>
            <span>{t(`start.step.${each}`)}</span>
            {open(each) > 0 && <span className="start-step-open">{open(each)}</span>}
          </button>
        ))}
      </nav>
      <section className="section" aria-labelledby="start-step">
        <h2 id="start-step">{t(`start.step.${step}`)}</h2>
        {step === "goal" && <GoalPart {...part} />}
        {step === "milestones" && (
          <>
            <p className="quiet small">{t("start.milestones.text")}</p>
            <Milestones
              milestones={charter.milestones}
              findings={view.findings}
              onChange={(milestones) => change({ charter: { ...charter, milestones } })}
            />
          </>
        )}
        {step === "people" && <PeoplePart {...part} />}
        {step === "tools" && (
          <>
            <p className="quiet small">{t("start.tools.text")}</p>
            <Tools
              tools={view.tools.map((each) => ({ ...each, tool: charter.tools[each.content] ?? each.tool }))}
              onChange={(content, tool) =>
                change({ charter: { ...charter, tools: { ...charter.tools, [content]: tool } } })
              }
            />
          </>
        )}
        {step === "rules" && <RulesPart {...part} />}
        {step === "levels" && (
          <>
            <p className="quiet small">{t("start.levels.text")}</p>
            <LevelsForm
              levels={entered.levels as Levels}
              onChange={(levels) => change({ levels })}
              below={(kind) => (
                <Foresight
                  of={first.id}
                  foresee={startsApi.foresee}
                  kind={kind}
                  levels={entered.levels as Levels}
                  owner={me.person.id}
                  startsAt={null}
                />
              )}
            />
          </>
        )}
        {step === "groups" && <GroupsPart {...part} />}
        {step === "confirm" && (
          <ConfirmPart {...part} busy={keeping !== "saved" || begin.isPending} go={go} begin={() => begin.mutate()} />
        )}
      </section>
      <footer className="row start-foot">
        {place > 0 && <Button onPress={() => go(STEPS[place - 1])}>{t("start.back")}</Button>}
        <span className="grow" />
        {place < STEPS.length - 1 && (
          <Button tone="primary" onPress={() => go(STEPS[place + 1])}>
            {t("start.next")}
          </Button>
        )}
      </footer>
    </div>
  );
}
