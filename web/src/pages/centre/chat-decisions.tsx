import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { centreApi } from "../../api/centre";
import type { Origin } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { say, sayProblem } from "../../ui/toast";
import { OriginQuote } from "../task/origin";

/** How many are shown at first. */
const FEW = 2;

/** What was said, looks like a decision and is not in the centre: it is recorded, filed, or said to be none. */
export function ChatDecisions({
  collaboration,
  said: first,
  may,
}: {
  collaboration: string;
  /** The newest. */
  said: Origin[];
  may: boolean;
}) {
  const client = useQueryClient();
  const [whole, setWhole] = useState(false);
  const { data, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["centre", collaboration, "chat-decisions"],
    queryFn: ({ pageParam }) => centreApi.chatDecisions(collaboration, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled: whole,
  });
  const again = () => void client.invalidateQueries({ queryKey: ["centre"] });
  const judge = useMutation({
    mutationFn: (message: string) => centreApi.judge(message, true),
    onError: sayProblem,
    onSuccess: (_, message) => {
      again();
      say(t("centre.decided.dismissed"), {
        action: {
          label: t("web.undo"),
          run: () => void centreApi.judge(message, false).then(again).catch(sayProblem),
        },
      });
    },
  });
  const said = (whole && data?.pages.flatMap((page) => page.items)) || first.slice(0, FEW);
  if (said.length === 0) return null;
  return (
    <section className="card centre-decided" aria-label={t("centre.decided")}>
      <h2>
        {t("centre.decided")} <span className="tag warn">{t("centre.decided.tag")}</span>
      </h2>
      <p className="quiet small">{t("centre.decided.hint")}</p>
      <ul className="lines">
        {said.map((origin) => (
          <li key={origin.message}>
            <OriginQuote origin={origin} collaboration={may ? collaboration : undefined}>
              {may && origin.message && (
                <Button
                  small
                  tone="ghost"
                  icon="x"
                  isDisabled={judge.isPending}
                  onPress={() => judge.mutate(origin.message as string)}
                >
                  {t("centre.decided.none")}
                </Button>
              )}
            </OriginQuote>
          </li>
        ))}
      </ul>
      {(whole ? hasNextPage : first.length > FEW) && (
        <p>
          <Button
            small
            tone="ghost"
            isDisabled={isFetchingNextPage}
            onPress={() => (whole ? void fetchNextPage() : setWhole(true))}
          >
            {t("centre.more")}
          </Button>
        </p>
      )}
    </section>
  );
}
