import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useDeferredValue, useEffect, useMemo, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { useLocation, useSearch } from "wouter";
import { api } from "../../../api/api";
import type { Column, RecordRow, Status } from "../../../api/types";
import { t } from "../../../i18n/texts";
import { useMe } from "../../../shell/me";
import { Button, IconButton } from "../../../ui/button";
import { Bones, Empty, Failed } from "../../../ui/empty";
import { Icon } from "../../../ui/icon";
import { STATUSES, StatusTag } from "../../../ui/marks";
import { usePeople } from "../../../ui/people";
import { Select } from "../../../ui/select";
import { sayProblem } from "../../../ui/toast";
import { useNarrow } from "../../../ui/use-narrow";
import { Cards } from "./cards";
import { Grid } from "./grid";
import { RecordPanel } from "./record-panel";
import "./records.css";
import { useEdits } from "./use-edits";

/** 协作信息记录表. */
export default function RecordsTab({ id }: { id: string }) {
  const me = useMe();
  const client = useQueryClient();
  const narrow = useNarrow();
  const people = usePeople();
  const edits = useEdits(people);
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim());
  const [statuses, setStatuses] = useState<Status[]>([]);
  const [owner, setOwner] = useState("all");
  const [sort, setSort] = useState("-created");
  const [added, setAdded] = useState<string | null>(null);
  const [, navigate] = useLocation();
  const row = new URLSearchParams(useSearch()).get("row");
  const [column, setColumn] = useState<Column | undefined>();

  const filter = {
    collaboration: id,
    status: statuses.join(","),
    owner: owner === "all" ? "" : owner,
    query: wanted,
    sort,
  };
  const { data, error, refetch, fetchNextPage, isFetchingNextPage, hasNextPage } = useInfiniteQuery({
    queryKey: ["records", filter],
    queryFn: ({ pageParam }) => api.records(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const records = useMemo(() => data?.pages.flatMap((page) => page.items) ?? [], [data]);
  const total = hasNextPage ? records.length + 1 : records.length;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  // A list does not say how long it is; the collaboration knows its rows.
  const { data: collaboration } = useQuery({ queryKey: ["collaboration", id], queryFn: () => api.collaboration(id) });

  const open = useCallback(
    (record: RecordRow | null, at?: Column) => {
      setColumn(at);
      navigate(record ? `/c/${id}/records?row=${record.id}` : `/c/${id}/records`, { replace: true });
    },
    [id, navigate],
  );
  const add = useMutation({
    mutationFn: () => {
      // An administrator may look after a table without taking part; then the initiator owns the new row.
      const members = collaboration?.members ?? [];
      const owner = members.some((member) => member.person.id === me.person.id)
        ? me.person.id
        : members.find((member) => member.role === "initiator")?.person.id;
      return api.addRecord(id, { topic: t("web.records.new_topic"), owner, status: "pending" });
    },
    onError: sayProblem,
    onSuccess: async (record) => {
      setSort("-created");
      await client.invalidateQueries({ queryKey: ["records"] });
      if (narrow) open(record, "topic");
      else setAdded(record.id);
    },
  });
  useEffect(() => {
    if (!added) return;
    const timer = setTimeout(() => setAdded(null), 1500);
    return () => clearTimeout(timer);
  }, [added]);
  const all = Object.values(collaboration?.counts.records ?? {}).reduce((sum, count) => sum + count, 0);
  const filtered = statuses.length > 0 || owner !== "all" || wanted.length > 0;

  return (
    <div className="records">
      <div className="toolbar" role="toolbar" aria-label={t("web.records.tools")}>
        <Button tone="primary" icon="plus" small onPress={() => add.mutate()} isDisabled={add.isPending}>
          {t("web.records.add")}
        </Button>
        <label className="tool-search">
          <Icon name="search" size={14} />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder={t("web.records.search")}
            aria-label={t("web.records.search")}
          />
        </label>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be a flex container in older webviews */}
        <div className="status-filter" role="group" aria-label={t("domain.column.status")}>
          {STATUSES.map((status) => (
            <ToggleButton
              key={status}
              className="filter-toggle"
              isSelected={statuses.includes(status)}
              onChange={(on) => setStatuses(on ? [...statuses, status] : statuses.filter((each) => each !== status))}
            >
              <StatusTag status={status} />
            </ToggleButton>
          ))}
        </div>
        <Select
          bare
          label={t("domain.column.owner")}
          value={owner}
          onChange={setOwner}
          options={[
            { value: "all", label: t("web.records.all_owners") },
            { value: me.person.id, label: t("web.records.only_mine") },
            ...people
              .filter((person) => person.id !== me.person.id)
              .map((person) => ({ value: person.id, label: person.name })),
          ]}
        />
        {narrow && (
          <Select
            bare
            label={t("web.records.sort")}
            value={sort}
            onChange={setSort}
            options={[
              { value: "-updated", label: t("web.records.sort.updated") },
              { value: "due", label: t("web.records.sort.due") },
              { value: "-created", label: t("web.records.sort.created") },
            ]}
          />
        )}
        <span className="grow" />
        <span className="faint small nowrap" aria-live="polite">
          {data
            ? t("web.records.count", {
                count: hasNextPage ? (filtered ? `${records.length}+` : Math.max(all, records.length)) : records.length,
              })
            : ""}
        </span>
        <IconButton icon="undo" label={t("web.records.undo")} onPress={edits.undo} isDisabled={!edits.canUndo} />
      </div>
      {error && !data ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !data ? (
        <Bones rows={10} height={32} />
      ) : records.length === 0 ? (
        <Empty icon="table" title={t(filtered ? "web.records.none_found" : "web.records.empty")}>
          {filtered ? (
            <Button
              small
              onPress={() => {
                setSearch("");
                setStatuses([]);
                setOwner("all");
              }}
            >
              {t("web.records.clear_filter")}
            </Button>
          ) : (
            t("web.records.empty.text")
          )}
        </Empty>
      ) : narrow ? (
        <Cards records={records} more={more} total={total} onOpen={open} />
      ) : (
        <Grid
          records={records}
          total={total}
          people={people}
          more={more}
          sort={sort}
          onSort={setSort}
          onSave={edits.save}
          onUndo={edits.undo}
          onRedo={edits.redo}
          onOpen={open}
          focus={added}
        />
      )}
      {row && <RecordPanel id={row} column={column} people={people} edits={edits} onClose={() => open(null)} />}
    </div>
  );
}
