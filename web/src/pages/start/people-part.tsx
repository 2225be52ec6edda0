import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { IconButton } from "../../ui/button";
import { Avatar } from "../../ui/marks";
import { personChoice, usePeople, useSearchPeople } from "../../ui/people";
import { Picker } from "../../ui/picker";
import { Select } from "../../ui/select";
import type { Role } from "../../api/types";
import { Duties } from "./duties";
import { type PartProps, changedAt, withoutAt } from "./parts";

const ROLES: Role[] = ["assistant", "member", "guest"];

/** Who takes part, and who answers for what. */
export function PeoplePart({ view, entered, change }: PartProps) {
  const me = useMe();
  const search = useSearchPeople();
  const known = usePeople(entered.members.map((member) => member.person));
  const person = (id: string) => known.find((each) => each.id === id) ?? view.people.find((each) => each.id === id);
  const mine = view.people[0];
  const part = [...(mine ? [mine] : []), ...entered.members.flatMap((member) => person(member.person) ?? [])];
  const others = known
    .filter((each) => each.id !== me.person.id && !entered.members.some((member) => member.person === each.id))
    .map(personChoice);
  return (
    <div className="stack">
      <section className="stack" aria-labelledby="start-members">
        <h3 id="start-members">{t("start.members")}</h3>
        <p className="quiet small">{t("start.members.text")}</p>
        <div className="add-member">
          <Picker
            label={t("start.members.add")}
            placeholder={t("start.members.add")}
            choices={others}
            selected={[]}
            onSearch={search}
            onChange={([id]) => id && change({ members: [...entered.members, { person: id, role: "member" }] })}
          />
        </div>
        <ul className="card lines">
          <li className="start-row">
            <Avatar name={me.person.name} size={28} />
            <span className="grow clip">{me.person.name}</span>
            <span className="tag">{t("start.you")}</span>
          </li>
          {entered.members.map((member, place) => {
            const found = person(member.person);
            const name = found?.name ?? "…";
            return (
              <li key={member.person} className="start-row">
                <Avatar name={name} size={28} />
                <span className="grow clip">
                  {name}{" "}
                  <span className="faint tiny">{[found?.department, found?.job].filter(Boolean).join(" · ")}</span>
                </span>
                <Select
                  bare
                  label={t("start.members.role", { name })}
                  value={member.role}
                  options={ROLES.map((role) => ({ value: role, label: t(`domain.role.${role}`) }))}
                  onChange={(role) => change({ members: changedAt(entered.members, place, { role }) })}
                />
                <IconButton
                  icon="x"
                  label={t("start.members.remove", { name })}
                  onPress={() => change({ members: withoutAt(entered.members, place) })}
                />
              </li>
            );
          })}
        </ul>
      </section>
      <section className="stack" aria-labelledby="start-duties">
        <h3 id="start-duties">{t("start.duties")}</h3>
        <p className="quiet small">{t("start.duties.text")}</p>
        <Duties
          duties={entered.charter.duties}
          findings={view.findings}
          people={part}
          onChange={(duties) => change({ charter: { ...entered.charter, duties } })}
        />
      </section>
    </div>
  );
}
