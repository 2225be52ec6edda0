import { useInfiniteQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { type CentreEntry, centreApi, type Section, type Sections as Outline } from "../../api/centre";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { EntryCard } from "./entry-card";

const NewEntry = lazy(() => import("./entry-dialogs").then((all) => ({ default: all.NewEntry })));
const SectionsDialog = lazy(() => import("./sections-dialog"));

/** The sections with what came of conversations. */
export function Sections({
  collaboration,
  outline,
  entries,
  may,
}: {
  collaboration: string;
  outline: Outline;
  /** The last entries of each section. */
  entries: Record<string, CentreEntry[]>;
  may: boolean;
}) {
  const [chosen, setChosen] = useState("all");
  const [filing, setFiling] = useState(false);
  const [arranging, setArranging] = useState(false);
  const sections = outline.sections;
  const shown = sections.filter((section) => chosen === "all" || section.key === chosen);
  const total = sections.reduce((sum, section) => sum + section.count, 0);
  return (
    <section className="centre-sections" aria-label={t("centre.results")}>
      <div className="row wrap centre-tools">
        <h2 className="grow">{t("centre.results")}</h2>
        {may && (
          <Button small icon="plus" onPress={() => setFiling(true)}>
            {t("centre.new")}
          </Button>
        )}
        {outline.may_manage && (
          <Button small tone="ghost" icon="gear" onPress={() => setArranging(true)}>
            {t("centre.sections")}
          </Button>
        )}
      </div>
      <div className="centre-scope">
        <ToggleButtonGroup
          className="segments"
          aria-label={t("centre.section")}
          selectedKeys={[chosen]}
          disallowEmptySelection
          onSelectionChange={(keys) => setChosen(String([...keys][0]))}
        >
          <ToggleButton id="all">{t("centre.all", { count: total })}</ToggleButton>
          {sections.map((section) => (
            <ToggleButton key={section.key} id={section.key}>
              {section.title} {section.count > 0 && <span className="faint">{section.count}</span>}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      {total === 0 ? (
        <div className="card">
          <Empty icon="chat" title={t("centre.empty")}>
            {t("centre.empty.text")}
          </Empty>
        </div>
      ) : (
        <div className={chosen === "all" ? "centre-columns" : undefined}>
          {shown.map((section) => (
            <SectionList
              key={section.key}
              collaboration={collaboration}
              section={section}
              first={entries[section.key] ?? []}
              sections={sections}
              whole={chosen !== "all"}
              onOpen={() => setChosen(section.key)}
            />
          ))}
        </div>
      )}
      <Suspense>
        {filing && (
          <NewEntry
            collaboration={collaboration}
            sections={sections}
            section={chosen === "all" ? undefined : chosen}
            onClose={() => setFiling(false)}
          />
        )}
        {arranging && (
          <SectionsDialog collaboration={collaboration} sections={outline} onClose={() => setArranging(false)} />
        )}
      </Suspense>
    </section>
  );
}

function SectionList({
  collaboration,
  section,
  first,
  sections,
  whole,
  onOpen,
}: {
  collaboration: string;
  section: Section;
  /** The last entries, known already. */
  first: CentreEntry[];
  sections: Section[];
  whole: boolean;
  onOpen: () => void;
}) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["entries", { collaboration, section: section.key }],
    queryFn: ({ pageParam }) => centreApi.entries({ collaboration, section: section.key }, pageParam, 30),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled: whole && section.count > 0,
  });
  const entries = whole ? data?.pages.flatMap((page) => page.items) : first;
  const more = whole ? hasNextPage : section.count > first.length;
  return (
    <section className="card centre-section" aria-label={section.title}>
      <h3 className="row">
        <span className="grow">{section.title}</span>
        <span className="faint small">{section.count}</span>
      </h3>
      {section.count === 0 ? (
        <p className="faint small centre-hint">{rulesHint(section)}</p>
      ) : error && !entries ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !entries ? (
        <Bones rows={2} />
      ) : (
        <ul className="lines">
          {entries.map((entry) => (
            <EntryCard key={entry.id} entry={entry} sections={sections} />
          ))}
        </ul>
      )}
      {more && (
        <p className="centre-more">
          <Button
            small
            tone="ghost"
            isDisabled={isFetchingNextPage}
            onPress={() => (whole ? void fetchNextPage() : onOpen())}
          >
            {whole ? t("centre.more") : t("centre.show_all", { count: section.count })}
          </Button>
        </p>
      )}
    </section>
  );
}

/** How something gets into the section by itself. */
function rulesHint(section: Section): string {
  const prefix = section.rules.find((rule) => rule.kind === "prefix")?.words;
  const tag = section.rules.find((rule) => rule.kind === "tag")?.words;
  if (prefix && tag) return t("centre.rules.both", { prefix, tag });
  if (prefix) return t("centre.rules.prefix", { prefix });
  if (tag) return t("centre.rules.tag", { tag });
  return t("centre.rules.none", { section: section.title });
}
