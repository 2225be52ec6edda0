import { useQuery } from "@tanstack/react-query";
import { api } from "../../api/api";
import type { PersonRef } from "../../api/types";
import { t } from "../../i18n/texts";
import { Icon } from "../../ui/icon";

/** Who is rung with an urgent problem, in order, until somebody answers. */
export function useCallList(collaboration: string) {
  return useQuery({
    queryKey: ["call-list", collaboration],
    queryFn: () => api.callList(collaboration),
    enabled: collaboration !== "",
  });
}

/** Says in one line who is rung, one after the other. */
export function CallOrder({ collaboration, owner }: { collaboration: string; owner?: PersonRef }) {
  const { data: listed } = useCallList(collaboration);
  if (!listed) return null;
  // Without an owner the first of the list is asked, without a list the initiator.
  const people = owner ? [owner, ...listed.filter((person) => person.id !== owner.id)] : listed;
  const names = people.length > 0 ? people.map((person) => person.name) : [t("domain.role.initiator")];
  const line = listed.length === 0 ? [...names, t("web.calls.superiors")] : names;
  return (
    <p className="notice bad small">
      <Icon name="bell" />
      <span>
        {t("web.calls.order")}
        {[...line, t("web.calls.everybody")].join(" → ")}
      </span>
    </p>
  );
}
