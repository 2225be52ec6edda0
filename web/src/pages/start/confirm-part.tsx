import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api } from "../../api/api";
import { t } from "../../i18n/texts";
import { dayText } from "../../time/format";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { type PartProps, type Step, stepOf } from "./parts";

/** Everything that was entered on one page, and what is still open. */
export function ConfirmPart({
  view,
  entered,
  busy,
  go,
  begin,
}: PartProps & {
  /** While it is being saved or carried out. */
  busy: boolean;
  go: (step: Step) => void;
  begin: () => void;
}) {
  const open = view.findings.length > 0;
  return (
    <div className="stack">
      <p>{t("start.confirm.text")}</p>
      {open ? (
        <>
          <p className="bad">{t("start.confirm.open", { count: view.findings.length })}</p>
          <ul className="card lines">
            {view.findings.map((finding) => (
              <li key={`${finding.part}-${finding.code}-${finding.place ?? ""}`} className="start-row">
                <span className="tag">{t(`start.step.${stepOf(finding)}`)}</span>
                <span className="grow">
                  {finding.place != null &&
                    `${(finding.part === "duties" ? entered.charter.duties : entered.charter.milestones)[finding.place]?.name ?? ""} `}
                  {finding.message}
                </span>
                <Button small onPress={() => go(stepOf(finding))}>
                  {t("start.confirm.go")}
                </Button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <p className="row">
          <Icon name="check" /> {t("start.confirm.ready")}
        </p>
      )}
      <Entries view={view} entered={entered} go={go} />
      <div>
        <Button tone="primary" icon="send" isDisabled={open || busy} onPress={begin}>
          {t("start.begin")}
        </Button>
      </div>
    </div>
  );
}

function Entries({ view, entered, go }: Pick<PartProps, "view" | "entered"> & { go: (step: Step) => void }) {
  const { data: channels } = useQuery({
    queryKey: ["channels", "unbound"],
    queryFn: () => api.channels({ unbound: true }),
  });
  const person = (id: string | null) => view.people.find((each) => each.id === id);
  const { milestones, duties } = entered.charter;
  const groups = entered.groups.map((group) =>
    group.kind === "make" ? group.title : (channels?.find((channel) => channel.id === group.channel)?.title ?? ""),
  );
  const people = [view.people[0]?.id ?? null, ...entered.members.map((member) => member.person)];
  return (
    <dl className="card lines start-entries">
      <Entry step="goal" go={go}>
        {entered.goal && (
          <p>
            {entered.goal}
            {entered.goal_on && <span className="quiet"> · {dayText(entered.goal_on)}</span>}
          </p>
        )}
      </Entry>
      <Entry step="milestones" go={go}>
        {milestones.map((milestone, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a milestone has nothing but its place
          <p key={place}>
            {milestone.name}
            {milestone.on && <span className="quiet"> · {dayText(milestone.on)}</span>}
          </p>
        ))}
      </Entry>
      <Entry step="people" go={go}>
        <p className="row wrap">
          {[...new Set(people)].map((id) => {
            const who = person(id);
            return who && <PersonMark key={id} person={who} />;
          })}
        </p>
        {duties.map((duty, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a duty has nothing but its place
          <p key={place}>
            {duty.name}
            <span className="quiet"> · {person(duty.person)?.name ?? t("web.picker.nobody")}</span>
          </p>
        ))}
      </Entry>
      <Entry step="groups" go={go}>
        {groups.length > 0 && <p>{groups.join(" · ")}</p>}
      </Entry>
      <Entry step="rules" go={go}>
        {entered.rules && <p className="pre start-entries-rules">{entered.rules}</p>}
      </Entry>
    </dl>
  );
}

function Entry({ step, go, children }: { step: Step; go: (step: Step) => void; children: ReactNode }) {
  const empty = !children || (Array.isArray(children) && children.length === 0);
  return (
    <div className="start-row start-entry">
      <dt className="quiet">{t(`start.step.${step}`)}</dt>
      <dd className="grow">{empty ? <span className="quiet">{t("start.confirm.nothing")}</span> : children}</dd>
      <Button
        small
        tone="ghost"
        aria-label={t("start.confirm.change_of", { step: t(`start.step.${step}`) })}
        onPress={() => go(step)}
      >
        {t("start.confirm.change")}
      </Button>
    </div>
  );
}
