import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Problem } from "../../api/client";
import { type Charter, type CharterPage, startsApi } from "../../api/starts";
import type { Collaboration } from "../../api/types";
import { t } from "../../i18n/texts";
import { dayText } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones } from "../../ui/empty";
import { PersonMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { Duties } from "./duties";
import { Milestones } from "./milestones";
import { foundAt } from "./parts";
import "./start.css";
import { Tools } from "./tools";

/** What a collaboration agreed on: milestones, who answers for what, which tool is used for what. */
export default function CharterSection({ collaboration }: { collaboration: Collaboration }) {
  const { data } = useQuery({
    queryKey: ["charter", collaboration.id],
    queryFn: () => startsApi.charter(collaboration.id),
  });
  return (
    <section className="section" aria-labelledby="charter">
      <div className="section-head">
        <h2 id="charter">{t("start.charter")}</h2>
      </div>
      {data ? <Shown page={data} collaboration={collaboration} /> : <Bones rows={3} height={40} />}
    </section>
  );
}

function Shown({ page, collaboration }: { page: CharterPage; collaboration: Collaboration }) {
  const client = useQueryClient();
  const key = ["charter", collaboration.id];
  const [edited, setEdited] = useState<Charter | null>(null);
  const [base, setBase] = useState(page.version);
  const save = useMutation({
    mutationFn: (charter: Charter) => startsApi.setCharter(collaboration.id, charter, base),
    onError: (error) => {
      const current =
        error instanceof Problem && error.code === "version_conflict"
          ? (error.body as { current?: CharterPage }).current
          : undefined;
      if (current) {
        // What was entered stays; the next press writes over what somebody else saved.
        client.setQueryData(key, current);
        setBase(current.version);
        say(t("start.charter.changed"), { tone: "bad" });
      } else sayProblem(error);
    },
    onSuccess: (changed) => {
      client.setQueryData(key, changed);
      void client.invalidateQueries({ queryKey: ["collaboration", collaboration.id] });
      setEdited(null);
      say(t("web.saved"), { seconds: 3 });
    },
  });
  if (edited) {
    const tools = page.tools.map((each) => ({ ...each, tool: edited.tools[each.content] ?? each.tool }));
    return (
      <div className="card pad stack">
        <h3>{t("start.charter.milestones")}</h3>
        <Milestones
          milestones={edited.milestones}
          findings={[]}
          onChange={(milestones) => setEdited({ ...edited, milestones })}
        />
        <h3>{t("start.duties")}</h3>
        <p className="quiet small">{t("start.duties.text")}</p>
        <Duties
          duties={edited.duties}
          findings={holesIn(edited)}
          people={collaboration.members.map((member) => member.person)}
          onChange={(duties) => setEdited({ ...edited, duties })}
        />
        <h3>{t("start.charter.tools")}</h3>
        <Tools
          tools={tools}
          onChange={(content, tool) => setEdited({ ...edited, tools: { ...edited.tools, [content]: tool } })}
        />
        <div className="row">
          <Button tone="primary" isDisabled={save.isPending} onPress={() => save.mutate(edited)}>
            {t("start.charter.save")}
          </Button>
          <Button onPress={() => setEdited(null)}>{t("web.back")}</Button>
        </div>
      </div>
    );
  }
  const { charter } = page;
  const person = (id: string | null) => page.people.find((each) => each.id === id);
  return (
    <div className="card pad stack">
      {charter.milestones.length + charter.duties.length === 0 && (
        <p className="quiet small">{t("start.charter.empty")}</p>
      )}
      {charter.milestones.length > 0 && (
        <ol className="charter-milestones" aria-label={t("start.charter.milestones")}>
          {charter.milestones.map((milestone) => (
            <li key={`${milestone.name}-${milestone.on}`}>
              <span className="small quiet nowrap">{milestone.on && dayText(milestone.on)}</span>
              <span>{milestone.name}</span>
            </li>
          ))}
        </ol>
      )}
      {charter.duties.length > 0 && (
        <ul className="charter-duties" aria-label={t("start.duties")}>
          {charter.duties.map((duty, place) => {
            const who = person(duty.person);
            const found = foundAt(page.findings, "duties", place);
            return (
              <li key={duty.name}>
                <strong>{duty.name}</strong>
                <span className="quiet small grow">{duty.boundary}</span>
                {who && <PersonMark person={who} />}
                {found && <span className="tag bad">{found}</span>}
              </li>
            );
          })}
        </ul>
      )}
      <Tools tools={page.tools} of={{ collaboration: collaboration.id, may: page.may_manage }} />
      {page.may_manage && (
        <div>
          <Button
            onPress={() => {
              setBase(page.version);
              setEdited(charter);
            }}
          >
            {t("start.charter.edit")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** The duties for which nobody answers, while they are edited. */
const holesIn = (charter: Charter) =>
  charter.duties.flatMap((duty, place) =>
    duty.person ? [] : [{ part: "duties" as const, code: "hole", place, message: t("start.flaw.hole") }],
  );
