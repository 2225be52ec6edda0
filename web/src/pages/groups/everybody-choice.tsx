import { useQuery } from "@tanstack/react-query";
import { Checkbox } from "react-aria-components";
import { everybodyApi } from "../../api/everybody";
import { t } from "../../i18n/texts";
import { Icon } from "../../ui/icon";

/** Whether everybody in the groups is called on with a message, and in words what becomes of that today. */
export function EverybodyChoice({
  collaboration,
  on,
  onChange,
}: {
  collaboration: string;
  on: boolean;
  onChange: (on: boolean) => void;
}) {
  const { data } = useQuery({
    queryKey: ["everybody", collaboration],
    queryFn: () => everybodyApi.of(collaboration),
    staleTime: 0,
  });
  const full = data?.groups.filter((group) => group.left === 0) ?? [];
  const names = full.map((group) => group.title).join("、");
  return (
    <div className="stack tight">
      <Checkbox className="check" isSelected={on} onChange={onChange}>
        <span className="check-box" aria-hidden="true">
          {on && <Icon name="check" size={12} />}
        </span>
        {t("rules.everybody.call")}
      </Checkbox>
      {data && on && (
        <p className="quiet small" role="status">
          {data.limit === 0
            ? t("rules.everybody.never")
            : full.length === 0
              ? t("rules.everybody.room", { limit: data.limit })
              : t("rules.everybody.full", { groups: names, limit: data.limit })}
        </p>
      )}
    </div>
  );
}
