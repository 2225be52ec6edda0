import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type Answer, directory, type WaitingPerson } from "../../api/directory";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { PlatformMark } from "../../ui/marks";
import { PersonPicker } from "../../ui/people";
import { say, sayProblem } from "../../ui/toast";

function Who({ one, answer, busy }: { one: WaitingPerson; answer: (answer: Answer) => void; busy: boolean }) {
  const known = [one.job, one.mobile, one.mail, one.staff_number].filter(Boolean).join(" · ");
  return (
    <li className="unsure">
      {one.platform ? (
        <PlatformMark platform={one.platform} />
      ) : (
        <span className="tag">{t("directory_page.list")}</span>
      )}
      <span className="grow unsure-who">
        <strong>{one.name || one.user}</strong>
        {known && <span className="small">{known}</span>}
        <span className="quiet small">{one.doubt ? one.doubt.text : t("directory_page.heard_only")}</span>
      </span>
      <span className="unsure-answers">
        {one.doubt?.candidates.slice(0, 3).map((candidate) => (
          <Button
            key={candidate.id}
            small
            isDisabled={busy}
            onPress={() => answer({ kind: "is", person: candidate.id })}
          >
            {t("directory_page.is", { name: [candidate.name, candidate.department].filter(Boolean).join(" · ") })}
          </Button>
        ))}
        <span className="unmatched-picker">
          <PersonPicker
            label={t("web.people.is_who")}
            value={null}
            onChange={(person) => person && answer({ kind: "is", person })}
          />
        </span>
        <Button small isDisabled={busy} onPress={() => answer({ kind: "new" })}>
          {t("directory_page.make_new")}
        </Button>
        <Button small tone="ghost" isDisabled={busy} onPress={() => answer({ kind: "ignore" })}>
          {t("directory_page.ignore")}
        </Button>
      </span>
    </li>
  );
}

/** 「待确认」 */
export function WaitingTab() {
  const client = useQueryClient();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["directory", "waiting", "all"],
    queryFn: ({ pageParam }) => directory.waiting(pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const answer = useMutation({
    mutationFn: ({ id, answer }: { id: string; answer: Answer }) => directory.answer(id, answer),
    onError: sayProblem,
    onSuccess: () => {
      say(t("web.saved"), { seconds: 3 });
      for (const key of ["directory", "people", "identities", "desk"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
    },
  });
  const waiting = data?.pages.flatMap((page) => page.items);
  if (error && !waiting) return <Failed error={error} again={() => void refetch()} />;
  if (!waiting) return <Bones rows={4} />;
  if (waiting.length === 0) return <Empty icon="people" title={t("directory_page.nobody_waits")} />;
  return (
    <section className="section">
      <p className="quiet small">{t("directory_page.waiting.text")}</p>
      <ul className="card lines">
        {waiting.map((one) => (
          <Who
            key={one.id}
            one={one}
            busy={answer.isPending}
            answer={(chosen) => answer.mutate({ id: one.id, answer: chosen })}
          />
        ))}
      </ul>
      {hasNextPage && (
        <div>
          <Button small isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {t("web.more")}
          </Button>
        </div>
      )}
    </section>
  );
}
