import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { RecordRow } from "../../../api/types";
import { DueText } from "../../../ui/countdown-chip";
import { Icon } from "../../../ui/icon";
import { PersonMark, PlatformMark, StatusTag } from "../../../ui/marks";
import { Linted } from "./cells";

/** The record table on a phone: one card for each row. */
export function Cards({
  records,
  total,
  more,
  onOpen,
}: {
  records: RecordRow[];
  total: number;
  more: () => void;
  onOpen: (record: RecordRow) => void;
}) {
  const scroll = useRef<HTMLUListElement>(null);
  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 148,
    overscan: 6,
    getItemKey: (index) => records[index]?.id ?? index,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (records.length < total && last > records.length - 10) more();
  }, [last, records.length, total, more]);
  return (
    <ul className="record-cards" ref={scroll}>
      <li aria-hidden="true" style={{ height: rows.getTotalSize() }} />
      {items.map((item) => {
        const record = records[item.index];
        if (!record) return null;
        return (
          <li
            key={record.id}
            data-index={item.index}
            ref={rows.measureElement}
            style={{ transform: `translateY(${item.start}px)` }}
          >
            <button type="button" className="record-card card" onClick={() => onOpen(record)}>
              <span className="row">
                <span className="faint tiny grow clip">{record.number}</span>
                <StatusTag status={record.status} />
              </span>
              <strong>{record.topic}</strong>
              {record.summary && <span className="quiet small two-lines">{record.summary}</span>}
              {record.follow_up && (
                <span className="small two-lines follow">
                  <Icon name="goal" size={14} /> <Linted text={record.follow_up} findings={record.follow_up_findings} />
                </span>
              )}
              <span className="row small">
                <PersonMark person={record.owner} size={18} />
                <span className="grow" />
                {record.platforms.map((platform) => (
                  <PlatformMark key={platform} platform={platform} />
                ))}
                {record.due_at && (
                  <DueText at={record.due_at} since={record.created_at} done={record.status === "done"} />
                )}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
