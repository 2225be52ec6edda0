import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "../../api/api";
import type { StartGroup } from "../../api/starts";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import { PlatformMark } from "../../ui/marks";
import { Select } from "../../ui/select";
import { makerName, useMakers } from "../groups/makers";
import type { PartProps } from "./parts";

/** Groups that exist are bound, others are made with all members. */
export function GroupsPart({ view, entered, change }: PartProps) {
  const { data: unbound } = useQuery({
    queryKey: ["channels", "unbound"],
    queryFn: () => api.channels({ unbound: true }),
  });
  const makers = useMakers();
  const wanted = view.tools.find((each) => each.content === "daily_talk")?.tool;
  // The platform chosen for daily talk comes first.
  const able = makers
    .filter((maker) => maker.able)
    .sort((one, other) => Number(other.platform === wanted) - Number(one.platform === wanted));
  const [chosen, setChosen] = useState<string | null>(null);
  const [title, setTitle] = useState<string | null>(null);
  const account = chosen ?? able[0]?.account ?? null;
  const name = title ?? entered.name;
  const bound = (id: string) => entered.groups.some((group) => group.kind === "bind" && group.channel === id);
  const without = (group: StartGroup) => change({ groups: entered.groups.filter((each) => each !== group) });
  const made = entered.groups.filter((group) => group.kind === "make");
  return (
    <div className="stack">
      <p className="quiet small">
        {t("start.groups.text")} {t("start.groups.skip")}
      </p>
      <section className="stack" aria-labelledby="start-seen">
        <h3 id="start-seen">{t("start.groups.seen")}</h3>
        <ul className="card lines">
          {unbound?.length === 0 && <li className="lines-empty">{t("start.groups.none")}</li>}
          {unbound?.map((channel) => (
            <li key={channel.id}>
              <label className="start-row">
                <input
                  type="checkbox"
                  checked={bound(channel.id)}
                  onChange={(event) =>
                    change({
                      groups: event.target.checked
                        ? [...entered.groups, { kind: "bind", channel: channel.id }]
                        : entered.groups.filter((group) => group.kind !== "bind" || group.channel !== channel.id),
                    })
                  }
                />
                <PlatformMark platform={channel.platform} />
                <span className="grow clip">{channel.title}</span>
                {channel.has_outsiders && <span className="tag warn">{t("start.groups.outsiders")}</span>}
              </label>
            </li>
          ))}
        </ul>
      </section>
      <section className="stack" aria-labelledby="start-make">
        <h3 id="start-make">{t("start.groups.make")}</h3>
        {made.length > 0 && (
          <ul className="card lines">
            {made.map((group, place) => {
              const maker = makers.find((one) => one.account === group.account);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: two groups may have one name
                <li key={place} className="start-row">
                  {maker && <PlatformMark platform={maker.platform} />}
                  <span className="grow clip">{group.title}</span>
                  <span className="tag">{t("start.groups.will_make")}</span>
                  <IconButton
                    icon="x"
                    label={t("start.members.remove", { name: group.title })}
                    onPress={() => without(group)}
                  />
                </li>
              );
            })}
          </ul>
        )}
        {able.length > 0 && (
          <div className="row wrap start-make">
            <Select
              label={t("start.groups.account")}
              value={account}
              onChange={setChosen}
              options={able.map((maker) => ({ value: maker.account, label: makerName(maker, makers) }))}
            />
            <span className="grow">
              <TextField hideLabel label={t("start.groups.title")} value={name} onChange={setTitle} />
            </span>
            <Button
              icon="plus"
              isDisabled={!account || !name.trim()}
              onPress={() => {
                if (!account) return;
                change({ groups: [...entered.groups, { kind: "make", account, title: name.trim() }] });
                setTitle(null);
              }}
            >
              {t("start.groups.make")}
            </Button>
          </div>
        )}
      </section>
    </div>
  );
}
