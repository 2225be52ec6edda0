import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Link, useLocation } from "wouter";
import { directory, type DirectoryRun } from "../../api/directory";
import { type Key, t } from "../../i18n/texts";
import { shortTime } from "../../time/format";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { sayProblem } from "../../ui/toast";
import { Preview } from "./preview";
import { Outcome, Source, underWay } from "./source";

function GiveList() {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const give = useMutation({
    mutationFn: directory.giveList,
    onError: sayProblem,
    onSuccess: (run) => {
      void client.invalidateQueries({ queryKey: ["directory"] });
      navigate(`/directory/import/${run.id}`);
    },
  });
  return (
    <section className="section">
      <div className="section-head">
        <h2 className="grow">{t("directory_page.list")}</h2>
        <a href={directory.templateUrl("xlsx")} className="link small" download>
          {t("directory_page.template")}
        </a>
        <a href={directory.templateUrl("csv")} className="link small" download>
          csv
        </a>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping a file has the button below as its other way */}
      <div
        className={`drop card${over ? " over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          const [file] = event.dataTransfer.files;
          if (file) give.mutate(file);
        }}
      >
        <p className="quiet small">{t("directory_page.list.text")}</p>
        <input
          ref={input}
          type="file"
          className="sr"
          accept=".xlsx,.csv,.txt"
          aria-label={t("directory_page.choose")}
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) give.mutate(file);
            event.target.value = "";
          }}
        />
        <Button isDisabled={give.isPending} onPress={() => input.current?.click()}>
          {t("directory_page.choose")}
        </Button>
      </div>
    </section>
  );
}

function Earlier() {
  const { data } = useQuery({ queryKey: ["directory", "runs"], queryFn: directory.runs });
  const { data: sources } = useQuery({ queryKey: ["directory", "sources"], queryFn: directory.sources });
  if (!data || data.length === 0) return null;
  const name = (run: DirectoryRun) =>
    run.account ? (sources?.find((source) => source.account === run.account)?.name ?? "") : run.file;
  return (
    <section className="section">
      <h2>{t("directory_page.earlier")}</h2>
      <ul className="card lines">
        {data.map((run) => (
          <li key={run.id}>
            <Link href={`/directory/import/${run.id}`} className="run-line">
              <span className="run-name clip">{name(run) || t("directory_page.list")}</span>
              <span className="faint tiny">{t(`directory_page.run.${run.kind}` as Key)}</span>
              <span className="faint tiny">{shortTime(run.begun_at)}</span>
              <Outcome run={run} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function ImportTab({ open }: { open?: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ["directory", "sources"],
    queryFn: directory.sources,
    refetchInterval: (query) => (query.state.data?.some((source) => underWay(source.last)) ? 2000 : false),
  });
  if (open) return <Preview id={open} />;
  return (
    <>
      <section className="section">
        <h2>{t("directory_page.platforms")}</h2>
        <p className="quiet small">{t("directory_page.platforms.text")}</p>
        {error && !data ? (
          <Failed error={error} again={() => void refetch()} />
        ) : !data ? (
          <Bones rows={2} />
        ) : data.length === 0 ? (
          <Empty icon="plug" title={t("directory_page.no_platform")}>
            <Link href="/accounts" className="link">
              {t("web.nav.accounts")}
            </Link>
          </Empty>
        ) : (
          <ul className="card lines">
            {data.map((source) => (
              <Source key={source.account} source={source} />
            ))}
          </ul>
        )}
      </section>
      <GiveList />
      <Earlier />
    </>
  );
}
