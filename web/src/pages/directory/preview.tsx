import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "wouter";
import { directory, type DirectoryRun, type PreviewRow } from "../../api/directory";
import { type Key, t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { sayProblem } from "../../ui/toast";
import { Outcome, underWay } from "./source";

const KINDS = ["new", "changed", "doubtful", "left", "parted", "unchanged", "ignored"] as const;

function Row({ row }: { row: PreviewRow }) {
  return (
    <tr>
      <td>
        <strong>{row.name}</strong>
        {row.person && row.person.name !== row.name && <span className="quiet small"> {row.person.name}</span>}
      </td>
      <td>
        <span className={`tag kind-${row.kind}`}>{t(`directory_page.kind.${row.kind}` as Key)}</span>
      </td>
      <td className="small">
        {row.doubt && (
          <span>
            {row.doubt.text}
            {row.doubt.candidates.length > 0 && (
              <span className="quiet"> {row.doubt.candidates.map((one) => one.name).join("、")}</span>
            )}
          </span>
        )}
        {row.joins && row.kind === "changed" && (
          <span className="change">
            {t("directory_page.joined_by", {
              by: row.by.map((by) => t(`directory_page.by.${by}` as Key)).join("、"),
            })}
          </span>
        )}
        {row.kind === "new" ? (
          <span className="told">
            {row.changes
              .filter((change) => change.field !== "name")
              .map((change) => (
                <span key={change.field}>
                  <span className="faint">{change.label}</span> {change.to}
                </span>
              ))}
          </span>
        ) : (
          row.changes.map((change) => (
            <span key={change.field} className="change">
              <span className="quiet">{change.label}</span> {change.from && <del>{change.from}</del>}{" "}
              <ins>{change.to || t("directory_page.nothing")}</ins>
            </span>
          ))
        )}
        {row.kept.length > 0 && (
          <span className="change quiet">{t("directory_page.kept", { fields: row.kept.join("、") })}</span>
        )}
      </td>
    </tr>
  );
}

function Rows({ run }: { run: DirectoryRun }) {
  const first = KINDS.find((kind) => run.counts[kind]) ?? "new";
  const [kind, setKind] = useState<string>(first);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["directory", "rows", run.id, kind],
    queryFn: ({ pageParam }) => directory.rows(run.id, kind, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });
  const rows = data?.pages.flatMap((page) => page.items);
  return (
    <section className="section">
      <nav className="row wrap" aria-label={t("directory_page.kinds")}>
        {KINDS.filter((each) => run.counts[each]).map((each) => (
          <button
            key={each}
            type="button"
            className={`count-button${each === kind ? " chosen" : ""}`}
            aria-pressed={each === kind}
            onClick={() => setKind(each)}
          >
            {t(`directory_page.kind.${each}` as Key)} <strong>{run.counts[each]}</strong>
          </button>
        ))}
      </nav>
      {error && !rows ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !rows ? (
        <Bones rows={6} height={40} />
      ) : (
        <div className="card scroll">
          <table className="preview">
            <thead>
              <tr>
                <th>{t("web.name")}</th>
                <th>{t("directory_page.becomes")}</th>
                <th>{t("directory_page.details")}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.position} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
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

/** What an import would change, and carrying it out. */
export function Preview({ id }: { id: string }) {
  const client = useQueryClient();
  const {
    data: run,
    error,
    refetch,
  } = useQuery({
    queryKey: ["directory", "run", id],
    queryFn: () => directory.run(id),
    refetchInterval: (query) => (underWay(query.state.data) ? 1000 : false),
  });
  const [despite, setDespite] = useState(false);
  const [leavers, setLeavers] = useState(true);
  const [inStep, setInStep] = useState(true);
  const take = (next: DirectoryRun) => {
    client.setQueryData(["directory", "run", id], next);
    for (const key of ["directory", "people", "departments"]) void client.invalidateQueries({ queryKey: [key] });
  };
  const apply = useMutation({
    mutationFn: () =>
      directory.apply(id, {
        despite_problems: despite,
        with_leavers: leavers,
        in_step: inStep && Boolean(run?.account),
      }),
    onError: sayProblem,
    onSuccess: take,
  });
  const discard = useMutation({ mutationFn: () => directory.discard(id), onError: sayProblem, onSuccess: take });
  if (error && !run) return <Failed error={error} again={() => void refetch()} />;
  if (!run) return <Bones rows={6} />;
  const gone = (run.counts.left ?? 0) + (run.counts.parted ?? 0);
  const ready = run.state === "ready";
  return (
    <>
      <section className="section">
        <div className="section-head">
          <h2 className="grow">{run.file || t(`directory_page.run.${run.kind}` as Key)}</h2>
          <Link href="/directory/import" className="link small">
            {t("directory_page.all_imports")}
          </Link>
        </div>
        <Outcome run={run} />
        {run.people > 0 && (
          <p className="quiet small">
            {t("directory_page.told", { people: run.people, departments: run.departments, made: run.new_departments })}
          </p>
        )}
        {run.problems.length > 0 && (
          <div className="notice bad">
            <Icon name="warn" />
            <div className="grow">
              <strong>{t("directory_page.problems", { count: run.problems.length })}</strong>
              <ul className="problems small">
                {run.problems.slice(0, 200).map((problem) => (
                  <li key={`${problem.row} ${problem.column} ${problem.code}`}>
                    {t("directory_page.row", { row: problem.row })}
                    {problem.column ? ` · ${problem.column}` : ""}：{problem.text}
                  </li>
                ))}
              </ul>
            </div>
          </div>
        )}
        {run.ignored_columns.length > 0 && (
          <p className="quiet small">
            {t("directory_page.ignored_columns", { names: run.ignored_columns.join("、") })}
          </p>
        )}
        {run.circles.length > 0 && (
          <div className="notice warn">
            <Icon name="warn" />
            <span className="small">
              {t("directory_page.circles")}
              {run.circles.map((circle) => (
                <span key={circle.join()} className="circle">
                  {[...circle, circle[0]].join(" → ")}
                </span>
              ))}
            </span>
          </div>
        )}
        {ready && (
          <div className="card apply">
            {run.problems.length > 0 && (
              <label className="row">
                <input type="checkbox" checked={despite} onChange={(event) => setDespite(event.target.checked)} />
                {t("directory_page.despite")}
              </label>
            )}
            {gone > 0 && (
              <label className="row">
                <input type="checkbox" checked={leavers} onChange={(event) => setLeavers(event.target.checked)} />
                {t(run.account ? "directory_page.with_leavers" : "directory_page.said_to_have_left", { count: gone })}
              </label>
            )}
            {run.account && (
              <label className="row">
                <input type="checkbox" checked={inStep} onChange={(event) => setInStep(event.target.checked)} />
                {t("directory_page.in_step")}
              </label>
            )}
            <div className="row">
              <Button
                tone="primary"
                isDisabled={apply.isPending || (run.problems.length > 0 && !despite)}
                onPress={() => apply.mutate()}
              >
                {t("directory_page.apply")}
              </Button>
              <Button isDisabled={discard.isPending} onPress={() => discard.mutate()}>
                {t("directory_page.discard")}
              </Button>
            </div>
          </div>
        )}
      </section>
      {run.kind !== "reconcile" && run.state !== "reading" && Object.keys(run.counts).length > 0 && (
        <Rows key={run.id} run={run} />
      )}
    </>
  );
}
