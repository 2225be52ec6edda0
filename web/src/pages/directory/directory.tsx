import { useQuery } from "@tanstack/react-query";
import { Link } from "wouter";
import { directory } from "../../api/directory";
import { type Key, t } from "../../i18n/texts";
import { useTitle } from "../../shell/title";
import "./directory.css";
import { DepartmentsTab } from "./departments-tab";
import { ImportTab } from "./import-tab";
import { LeaversTab } from "./leavers-tab";
import { WaitingTab } from "./waiting-tab";

const TABS = ["import", "waiting", "leavers", "departments"] as const;
type Tab = (typeof TABS)[number];

/** Keeping the people directory: for administrators. */
export default function Directory({ tab, open }: { tab?: string; open?: string }) {
  const current: Tab = TABS.find((each) => each === tab) ?? "import";
  useTitle(t("web.directory"));
  const { data: waiting } = useQuery({ queryKey: ["directory", "waiting"], queryFn: () => directory.waiting(null) });
  const { data: leavers } = useQuery({ queryKey: ["directory", "leavers"], queryFn: directory.leavers });
  const counts: Partial<Record<Tab, string>> = {
    waiting: waiting?.items.length ? `${waiting.items.length}${waiting.next ? "+" : ""}` : undefined,
    leavers: leavers
      ?.filter((leaver) => leaver.state === "open")
      .length.toString()
      .replace(/^0$/, ""),
  };
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="grow">{t("web.directory")}</h1>
        <Link href="/people" className="link">
          {t("directory_page.everybody")}
        </Link>
      </header>
      <nav className="tabs" aria-label={t("web.tabs")}>
        {TABS.map((each) => (
          <Link key={each} href={`/directory/${each}`} aria-current={each === current ? "page" : undefined}>
            {t(`directory_page.${each}` as Key)}
            {counts[each] && <span className="tag warn">{counts[each]}</span>}
          </Link>
        ))}
      </nav>
      {current === "import" ? (
        <ImportTab open={open} />
      ) : current === "waiting" ? (
        <WaitingTab />
      ) : current === "leavers" ? (
        <LeaversTab />
      ) : (
        <DepartmentsTab />
      )}
    </div>
  );
}
