import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link } from "wouter";
import { minutesApi } from "../../api/minutes";
import { t, withTexts } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { CountdownChip } from "../../ui/countdown-chip";
import { Bones, Empty, Failed } from "../../ui/empty";
import { PersonMark, PlatformMark } from "../../ui/marks";
import BeginMinutes from "./begin-dialog";
import { StageMark } from "./marks";
import "./minutes.css";

const MeetingsPart = lazy(() => withTexts("meeting", import("../meetings/meetings-part")));

type Scope = "owed" | "filed" | "all";

/** The minutes of the collaboration, the latest decision or meeting first. */
export default function MinutesTab({ id, manages }: { id: string; manages: boolean }) {
  const [scope, setScope] = useState<Scope>("all");
  const [beginning, setBeginning] = useState(false);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["minutes", { collaboration: id, scope }],
    queryFn: ({ pageParam }) =>
      minutesApi.list({ collaboration: id, stage: scope === "all" ? undefined : scope }, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const all = data?.pages.flatMap((page) => page.items);
  return (
    <div className="tab-body">
      <div className="toolbar" role="toolbar" aria-label={t("minutes.tools")}>
        <Button tone="primary" icon="plus" small onPress={() => setBeginning(true)}>
          {t("minutes.new")}
        </Button>
        <ToggleButtonGroup
          className="segments"
          aria-label={t("minutes.scope")}
          selectedKeys={[scope]}
          disallowEmptySelection
          onSelectionChange={(keys) => setScope([...keys][0] as Scope)}
        >
          {(["all", "owed", "filed"] as const).map((each) => (
            <ToggleButton key={each} id={each}>
              {t(`minutes.scope.${each}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <div className="tab-scroll">
        <Suspense>
          <MeetingsPart id={id} manages={manages} />
        </Suspense>
        {error && !all ? (
          <Failed error={error} again={() => void refetch()} />
        ) : !all ? (
          <Bones rows={8} height={40} />
        ) : all.length === 0 ? (
          <Empty icon="chat" title={t("minutes.empty")}>
            {t("minutes.empty.text")}
          </Empty>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="th-number">
                  #
                </th>
                <th scope="col">{t("minutes.part.title")}</th>
                <th scope="col">{t("domain.column.status")}</th>
                <th scope="col">{t("minutes.recorder")}</th>
                <th scope="col" className="wide-only">
                  {t("minutes.column.words")}
                </th>
                <th scope="col" className="wide-only">
                  {t("minutes.column.happened")}
                </th>
                <th scope="col">{t("web.clock")}</th>
              </tr>
            </thead>
            <tbody>
              {all.map((minutes) => (
                <tr key={minutes.id}>
                  <td className="faint">M{minutes.number}</td>
                  <td className="td-main">
                    <Link href={`/minutes/${minutes.id}`} className="row-link">
                      <span className="clip">{minutes.title}</span>
                    </Link>
                    <span className="tag">{t(`minutes.occasion.${minutes.occasion}`)}</span>
                    {minutes.origin && <PlatformMark platform={minutes.origin.platform} />}
                  </td>
                  <td>
                    <StageMark minutes={minutes} />
                    {minutes.objected > 0 && <span className="tag bad">{t("minutes.stand.objected")}</span>}
                  </td>
                  <td>
                    <PersonMark person={minutes.recorder} />
                  </td>
                  <td className="wide-only">
                    {minutes.asked > 0 &&
                      t("minutes.words.count", { confirmed: minutes.confirmed, asked: minutes.asked })}
                  </td>
                  <td className="wide-only">
                    <time dateTime={minutes.happened_at} title={fullTime(minutes.happened_at)}>
                      {shortTime(minutes.happened_at)}
                    </time>
                  </td>
                  <td>{minutes.clock && <CountdownChip clock={minutes.clock} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {hasNextPage && (
          <p className="pad">
            <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
              {t("minutes.more")}
            </Button>
          </p>
        )}
      </div>
      {beginning && <BeginMinutes collaboration={id} onClose={() => setBeginning(false)} />}
    </div>
  );
}
