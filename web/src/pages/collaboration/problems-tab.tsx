import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link } from "wouter";
import { api } from "../../api/api";
import { t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { CountdownChip } from "../../ui/countdown-chip";
import { Bones, Empty, Failed } from "../../ui/empty";
import { PersonMark, PlatformMark } from "../../ui/marks";
import { NewProblem } from "../problem/problem-dialogs";
import { StageTag, UrgencyTag } from "../problem/problem-marks";
import { CallListDialog } from "./call-list";

type Scope = "open" | "closed" | "all";

/** The problems of the collaboration, the last changed first. */
export default function ProblemsTab({ id, manages }: { id: string; manages: boolean }) {
  const [scope, setScope] = useState<Scope>("open");
  const [raising, setRaising] = useState(false);
  const [calling, setCalling] = useState(false);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["problems", { collaboration: id, scope }],
    queryFn: ({ pageParam }) =>
      api.problems({ collaboration: id, open: scope === "all" ? undefined : scope === "open" }, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
  const issues = data?.pages.flatMap((page) => page.items);
  return (
    <div className="tab-body">
      <div className="toolbar" role="toolbar" aria-label={t("web.problems.tools")}>
        <Button tone="primary" icon="plus" small onPress={() => setRaising(true)}>
          {t("web.problems.new")}
        </Button>
        <ToggleButtonGroup
          className="segments"
          aria-label={t("web.problems.scope")}
          selectedKeys={[scope]}
          disallowEmptySelection
          onSelectionChange={(keys) => setScope([...keys][0] as Scope)}
        >
          {(["open", "closed", "all"] as const).map((each) => (
            <ToggleButton key={each} id={each}>
              {t(`web.problems.${each}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
        <span className="grow" />
        <Button small icon="bell" onPress={() => setCalling(true)}>
          {t("web.calls.title")}
        </Button>
      </div>
      <div className="tab-scroll">
        {error && !issues ? (
          <Failed error={error} again={() => void refetch()} />
        ) : !issues ? (
          <Bones rows={8} height={40} />
        ) : issues.length === 0 ? (
          <Empty icon="warn" title={t("web.problems.empty")}>
            {t("web.problems.empty.text")}
          </Empty>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="th-number">
                  #
                </th>
                <th scope="col">{t("web.problems.title")}</th>
                <th scope="col">{t("domain.column.status")}</th>
                <th scope="col">{t("web.problems.owner")}</th>
                <th scope="col" className="wide-only">
                  {t("web.problems.raised_by")}
                </th>
                <th scope="col" className="wide-only">
                  {t("web.created")}
                </th>
                <th scope="col">{t("web.clock")}</th>
              </tr>
            </thead>
            <tbody>
              {issues.map((issue) => (
                <tr key={issue.id}>
                  <td className="faint">P{issue.number}</td>
                  <td className="td-main">
                    <Link href={`/problems/${issue.id}`} className="row-link">
                      <span className="clip">{issue.title}</span>
                    </Link>
                    <UrgencyTag issue={issue} />
                    {issue.origin && <PlatformMark platform={issue.origin.platform} />}
                  </td>
                  <td>
                    <StageTag issue={issue} />
                  </td>
                  <td>
                    <PersonMark person={issue.owner} />
                  </td>
                  <td className="wide-only">
                    <PersonMark person={issue.raised_by} />
                  </td>
                  <td className="wide-only">{shortTime(issue.created_at)}</td>
                  <td>{issue.clock && <CountdownChip clock={issue.clock} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {hasNextPage && (
          <p className="pad">
            <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
              {t("web.problems.more")}
            </Button>
          </p>
        )}
      </div>
      {raising && <NewProblem collaboration={id} onClose={() => setRaising(false)} />}
      {calling && <CallListDialog collaboration={id} manages={manages} onClose={() => setCalling(false)} />}
    </div>
  );
}
