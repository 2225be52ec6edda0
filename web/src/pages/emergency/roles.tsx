import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { WarRoom } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { PersonMark } from "../../ui/marks";
import { PersonPicker, useMembers } from "../../ui/people";
import { sayProblem } from "../../ui/toast";

/** Who has which role. Exactly one person each. */
export function Roles({ room, onChange }: { room: WarRoom; onChange: (room: WarRoom) => void }) {
  const [editing, setEditing] = useState(false);
  const members = useMembers(room.problem.collaboration.id);
  const fill = useMutation({
    mutationFn: ({ role, person }: { role: string; person: string }) => api.fillRole(room.id, role, person),
    onError: sayProblem,
    onSuccess: onChange,
  });
  return (
    <section className="card pad stack" aria-label={t("web.emergency.roles")}>
      <div className="row">
        <h2 className="grow">{t("web.emergency.roles")}</h2>
        {room.phase === "running" && room.rights.lead && (
          <Button tone="ghost" small onPress={() => setEditing(!editing)}>
            {t(editing ? "web.done" : "web.edit")}
          </Button>
        )}
      </div>
      <ul className="stack">
        {room.roles.map((role) => (
          <li key={role.key} className="stack tight">
            <span className="row wrap">
              <strong className="small">{role.name}</strong>
              <span className="grow" />
              {!editing && <PersonMark person={role.person} />}
            </span>
            {editing && (
              <PersonPicker
                label={role.name}
                value={role.person.id}
                among={members.some((one) => one.id === role.person.id) ? members : [role.person, ...members]}
                onChange={(person) => person && fill.mutate({ role: role.key, person })}
              />
            )}
            <span className="tiny faint">{role.duty}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
