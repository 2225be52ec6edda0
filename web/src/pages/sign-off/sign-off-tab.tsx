import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Collaboration } from "../../api/types";
import { signOffs } from "../../api/sign-offs";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import CallDialog from "./call-dialog";
import { Round } from "./round";
import "./sign-off.css";

/** 「验收」: the round that is open or was last, and the ones before it. */
export default function SignOffTab({ collaboration }: { collaboration: Collaboration }) {
  const id = collaboration.id;
  const [calling, setCalling] = useState(false);
  const { data: before } = useQuery({
    queryKey: ["sign-offs", id, "before"],
    queryFn: () => signOffs.before(id),
  });
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["sign-offs", id, "rounds"],
    queryFn: ({ pageParam }) => signOffs.list(id, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const all = data?.pages.flatMap((page) => page.items);
  const [newest, ...earlier] = all ?? [];
  return (
    <div className="tab-body">
      {before?.may_call && (
        <div className="toolbar">
          <Button tone="primary" icon="check" small onPress={() => setCalling(true)}>
            {t(newest ? "sign_off.call_again" : "sign_off.call")}
          </Button>
        </div>
      )}
      <div className="tab-scroll sign-off">
        {error && !all ? (
          <Failed error={error} again={() => void refetch()} />
        ) : !all ? (
          <Bones rows={3} height={120} />
        ) : !newest ? (
          <Empty icon="check" title={t("sign_off.empty")}>
            {t("sign_off.empty.text")}
          </Empty>
        ) : (
          <>
            <Round round={newest} />
            {earlier.length > 0 && <h2>{t("sign_off.earlier")}</h2>}
            {earlier.map((round) => (
              <Round key={round.id} round={round} folded />
            ))}
          </>
        )}
        {hasNextPage && (
          <p>
            <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
              {t("sign_off.more")}
            </Button>
          </p>
        )}
      </div>
      {calling && before && (
        <CallDialog collaboration={collaboration} before={before} last={newest} onClose={() => setCalling(false)} />
      )}
    </div>
  );
}
