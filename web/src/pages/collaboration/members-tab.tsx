import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { Collaboration, Member, Role } from "../../api/types";
import { t, withTexts } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Bones, Empty } from "../../ui/empty";
import { Field } from "../../ui/field";
import { Avatar, PlatformMark } from "../../ui/marks";
import { PersonPicker, personChoice, usePeople, useSearchPeople } from "../../ui/people";
import { Picker } from "../../ui/picker";
import { Select } from "../../ui/select";
import { later, say, sayProblem } from "../../ui/toast";
import { GroupState } from "../groups/group-state";
import { MakeGroup } from "../groups/make-group";

const CharterSection = lazy(() => withTexts("start", import("../start/charter-section")));
const UsageRules = lazy(() => withTexts("rules", import("../rules/usage-rules")));

const ROLES: Role[] = ["initiator", "assistant", "member", "guest"];
const roleOptions = () => ROLES.map((role) => ({ value: role, label: t(`domain.role.${role}`) }));

function MemberRow({
  member,
  manages,
  onEdit,
  onRemove,
}: {
  member: Member;
  manages: boolean;
  onEdit: (input: { role?: Role; duty?: string }) => void;
  onRemove: () => void;
}) {
  const [duty, setDuty] = useState<string | null>(null);
  return (
    <li className="member">
      <Avatar name={member.person.name} size={32} />
      <div className="member-name">
        <span className="clip">{member.person.name}</span>
        <span className="faint tiny clip">
          {[member.person.department, member.person.job].filter(Boolean).join(" · ")}
        </span>
      </div>
      {manages ? (
        <Select
          bare
          label={t("web.members.role", { name: member.person.name })}
          value={member.role}
          options={roleOptions()}
          onChange={(role) => onEdit({ role })}
        />
      ) : (
        <span className="tag">{t(`domain.role.${member.role}`)}</span>
      )}
      {manages ? (
        <input
          className="quick-input grow"
          aria-label={t("web.members.duty_of", { name: member.person.name })}
          placeholder={t("web.members.duty.placeholder")}
          value={duty ?? member.duty}
          onChange={(event) => setDuty(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
          onBlur={() => {
            if (duty !== null && duty.trim() !== member.duty) onEdit({ duty: duty.trim() });
            setDuty(null);
          }}
        />
      ) : (
        <span className="grow quiet small">{member.duty}</span>
      )}
      {manages && (
        <IconButton icon="x" label={t("web.members.remove", { name: member.person.name })} onPress={onRemove} />
      )}
    </li>
  );
}

/** Asks who takes over before somebody with open work is taken out. */
function HandOver({
  member,
  collaboration,
  onClose,
  onDone,
}: {
  member: Member;
  collaboration: string;
  onClose: () => void;
  onDone: () => void;
}) {
  const [successor, setSuccessor] = useState<string | null>(null);
  const client = useQueryClient();
  const { name } = member.person;
  const remove = useMutation({
    mutationFn: (person: string) => api.removeMember(collaboration, member.id, person),
    onError: sayProblem,
    onSuccess: () => {
      say(t("web.members.removed", { name }));
      for (const key of ["tasks", "records", "desk", "problems"]) void client.invalidateQueries({ queryKey: [key] });
      onDone();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("web.members.hand_over", { name })}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button
            tone="primary"
            isDisabled={!successor || remove.isPending}
            onPress={() => successor && remove.mutate(successor)}
          >
            {t("web.members.hand_over.confirm")}
          </Button>
        </>
      }
    >
      <p>{t("web.members.hand_over.text", { name })}</p>
      <Field label={t("web.people.successor")}>
        <PersonPicker
          label={t("web.people.successor")}
          value={successor}
          onChange={setSuccessor}
          without={member.person.id}
        />
      </Field>
    </Dialog>
  );
}

/** Who takes part with which duty, and which groups belong to it. */
export default function MembersTab({ collaboration }: { collaboration: Collaboration }) {
  const client = useQueryClient();
  const people = usePeople();
  const search = useSearchPeople();
  const [leaving, setLeaving] = useState<string[]>([]);
  const [burdened, setBurdened] = useState<Member | null>(null);
  const [making, setMaking] = useState(false);
  const id = collaboration.id;
  const manages = collaboration.may_manage ?? false;
  const again = () => {
    void client.invalidateQueries({ queryKey: ["collaboration", id] });
    void client.invalidateQueries({ queryKey: ["channels"] });
  };
  const change = useMutation({
    mutationFn: (run: () => Promise<unknown>) => run(),
    onError: sayProblem,
    onSettled: again,
  });
  const { data: unbound } = useQuery({
    queryKey: ["channels", "unbound"],
    queryFn: () => api.channels({ unbound: true }),
    enabled: manages,
  });
  const { data: groups } = useQuery({ queryKey: ["groups", id], queryFn: () => api.groupsOf(id) });
  const unsettled = (groups ?? []).filter(
    (group) => group.state !== "made" || group.left_out.length > 0 || group.robot_is_out,
  );
  const members = collaboration.members.filter((member) => !leaving.includes(member.id));
  const others = people
    .filter((person) => !collaboration.members.some((member) => member.person.id === person.id))
    .map(personChoice);

  const remove = (member: Member) => {
    setLeaving((list) => [...list, member.id]);
    const back = () => setLeaving((list) => list.filter((each) => each !== member.id));
    later(
      t("web.members.removed", { name: member.person.name }),
      () =>
        api.removeMember(id, member.id).then(again, (error) => {
          back();
          const open = error instanceof Problem && error.fields.some((field) => field.code === "open_work");
          if (open) setBurdened(member);
          else sayProblem(error);
        }),
      back,
    );
  };

  return (
    <div className="page narrow-page">
      {burdened && (
        <HandOver
          member={burdened}
          collaboration={id}
          onClose={() => setBurdened(null)}
          onDone={() => {
            setBurdened(null);
            again();
          }}
        />
      )}
      <section className="section">
        <div className="section-head">
          <h2 className="grow">
            {t("web.members")} <span className="count">{members.length}</span>
          </h2>
        </div>
        {manages && (
          <div className="add-member">
            <Picker
              label={t("web.members.add")}
              placeholder={t("web.members.add")}
              choices={others}
              selected={[]}
              onSearch={search}
              onChange={([person]) =>
                person && change.mutate(() => api.addMember(id, { person, role: "member", duty: "" }))
              }
            />
          </div>
        )}
        <ul className="card lines">
          {members.map((member) => (
            <MemberRow
              key={member.id}
              member={member}
              manages={manages}
              onEdit={(input) => change.mutate(() => api.editMember(id, member.id, input))}
              onRemove={() => remove(member)}
            />
          ))}
          {members.length === 0 && <li className="lines-empty">{t("web.members.empty")}</li>}
        </ul>
      </section>
      <Suspense fallback={<Bones rows={2} height={48} />}>
        <CharterSection collaboration={collaboration} />
        <UsageRules collaboration={id} />
      </Suspense>
      <section className="section">
        <div className="section-head">
          <h2 className="grow">{t("web.channels")}</h2>
          {manages && (
            <Button small icon="plus" onPress={() => setMaking(true)}>
              {t("later.group.make")}
            </Button>
          )}
        </div>
        {making && <MakeGroup collaboration={collaboration} onClose={() => setMaking(false)} />}
        <p className="quiet small">{t("web.channels.text")}</p>
        <ul className="card lines">
          {collaboration.channels.map((channel) => (
            <li key={channel.id} className="member">
              <PlatformMark platform={channel.platform} />
              <span className="grow clip">{channel.title}</span>
              {channel.has_outsiders && (
                <span className="tag warn" title={t("web.channels.outsiders.text")}>
                  {t("web.channels.outsiders")}
                </span>
              )}
              {!channel.present && <span className="tag bad">{t("web.channels.absent")}</span>}
              {manages && (
                <>
                  <Button
                    small
                    tone="ghost"
                    onPress={() =>
                      change.mutate(() => api.editChannel(channel.id, { has_outsiders: !channel.has_outsiders }))
                    }
                  >
                    {t(channel.has_outsiders ? "web.channels.no_outsiders" : "web.channels.set_outsiders")}
                  </Button>
                  <IconButton
                    icon="x"
                    label={t("web.channels.unbind", { title: channel.title })}
                    onPress={() =>
                      change.mutate(async () => {
                        await api.editChannel(channel.id, { collaboration: null });
                        say(t("web.channels.unbound", { title: channel.title }), {
                          action: {
                            label: t("web.undo"),
                            run: () => change.mutate(() => api.editChannel(channel.id, { collaboration: id })),
                          },
                        });
                      })
                    }
                  />
                </>
              )}
            </li>
          ))}
          {collaboration.channels.length === 0 && (
            <li>
              <Empty icon="chat" title={t("web.channels.empty")}>
                {t("web.channels.empty.text")}
              </Empty>
            </li>
          )}
        </ul>
        {unsettled.length > 0 && (
          <ul className="card lines">
            {unsettled.map((group) => (
              <li key={group.id} className="setting">
                <GroupState group={group} leads={manages} />
              </li>
            ))}
          </ul>
        )}
        {manages && unbound && unbound.length > 0 && (
          <>
            <h3 className="quiet">{t("web.channels.seen")}</h3>
            <ul className="card lines">
              {unbound.map((channel) => (
                <li key={channel.id} className="member">
                  <PlatformMark platform={channel.platform} />
                  <span className="grow clip">{channel.title}</span>
                  <Button small onPress={() => change.mutate(() => api.editChannel(channel.id, { collaboration: id }))}>
                    {t("web.channels.bind")}
                  </Button>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
    </div>
  );
}
