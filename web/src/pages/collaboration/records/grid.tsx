import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Dialog, Popover } from "react-aria-components";
import type { RecordPatch } from "../../../api/api";
import type { Column, Finding, PersonRef, RecordRow } from "../../../api/types";
import { language, t } from "../../../i18n/texts";
import { Icon } from "../../../ui/icon";
import { say } from "../../../ui/toast";
import { COLUMNS, Cell, cellText, Linted } from "./cells";
import { ChoiceEditor } from "./editors";
import type { Saved } from "./use-edits";
import { useWording, WordingFindings } from "./wording";

const ROW = 40;
const NUMBER = 112;
const EDITOR = 320;
const EDGE = 10;
/** The length of year and count in a number, such as `2026-0001`. */
const COUNTED = 9;
/** How many rows are fetched at most on the way to the end. */
const FAR = 5000;

interface Layout {
  /** The left edge of each column. */
  lefts: number[];
  widths: number[];
  width: number;
  template: string;
}

/** Room that is left over goes to the columns with the most words. */
function layout(room: number, english: boolean): Layout {
  const own = (column: (typeof COLUMNS)[number]) => (english && column.name === "status" ? 148 : column.width);
  const needed = COLUMNS.reduce((sum, column) => sum + own(column), NUMBER);
  const extra = Math.max(0, room - needed);
  const widths = COLUMNS.map((column) =>
    Math.floor(
      own(column) + (column.name === "follow_up" ? extra * 0.55 : column.name === "summary" ? extra * 0.45 : 0),
    ),
  );
  const lefts: number[] = [];
  let left = NUMBER;
  for (const width of widths) {
    lefts.push(left);
    left += width;
  }
  return { lefts, widths, width: left, template: `${NUMBER}px ${widths.map((width) => `${width}px`).join(" ")}` };
}

interface Active {
  id: string;
  column: number;
}

/** The record table. One cell is active; arrows move, `Enter` edits, typing replaces, `Space` opens the row. */
export function Grid({
  records,
  total,
  people,
  more,
  sort,
  onSort,
  onSave,
  onUndo,
  onRedo,
  onOpen,
  focus,
}: {
  records: RecordRow[];
  total: number;
  people: PersonRef[];
  more: () => void;
  sort: string;
  onSort: (sort: string) => void;
  onSave: (record: RecordRow, patch: RecordPatch) => Promise<Saved>;
  onUndo: () => void;
  onRedo: () => void;
  onOpen: (record: RecordRow, column?: Column) => void;
  /** A row that was just added and wants its topic. */
  focus: string | null;
}) {
  const scroll = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLTextAreaElement>(null);
  const cell = useRef<HTMLDivElement | null>(null);
  const [active, setActive] = useState<Active | null>(null);
  const [draft, setDraft] = useState<string | null>(null);
  const [choosing, setChoosing] = useState(false);
  const [refused, setRefused] = useState<Finding[]>([]);
  const [excuse, setExcuse] = useState("");
  /** The row as it was when the edit began: what others wrote into the same cell since then must not be lost. */
  const begun = useRef<RecordRow | null>(null);

  const [room, setRoom] = useState(0);
  useLayoutEffect(() => {
    const box = scroll.current;
    if (!box) return;
    const watch = new ResizeObserver(() => setRoom(box.clientWidth));
    watch.observe(box);
    setRoom(box.clientWidth);
    return () => watch.disconnect();
  }, []);
  const { lefts, widths, width, template } = useMemo(() => layout(room, language() === "en"), [room]);

  const rows = useVirtualizer({
    count: records.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
    // The sticky heading covers the first row's height.
    scrollPaddingStart: ROW,
    scrollPaddingEnd: 16,
  });
  const items = rows.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (records.length < total && lastShown > records.length - 30) more();
  }, [lastShown, records.length, total, more]);

  const index = useMemo(() => new Map(records.map((record, at) => [record.id, at])), [records]);
  const at = active ? (index.get(active.id) ?? -1) : -1;
  const record = at >= 0 ? records[at] : undefined;
  const column = active ? COLUMNS[active.column] : undefined;
  const editing = draft !== null;
  const followUp = column?.name === "follow_up";

  const activate = useCallback(
    (row: number, to: number) => {
      const target = records[Math.max(0, Math.min(records.length - 1, row))];
      if (!target) return;
      setActive({ id: target.id, column: Math.max(0, Math.min(COLUMNS.length - 1, to)) });
      setDraft(null);
      setRefused([]);
      setExcuse("");
      rows.scrollToIndex(Math.max(0, Math.min(records.length - 1, row)), { align: "auto" });
      const box = scroll.current;
      const wide = widths[to];
      const left = lefts[to];
      if (box && wide !== undefined && left !== undefined) {
        const sticky = NUMBER + (widths[0] ?? 0);
        if (to > 0 && left < box.scrollLeft + sticky) box.scrollLeft = left - sticky;
        else if (left + wide > box.scrollLeft + box.clientWidth) box.scrollLeft = left + wide - box.clientWidth;
      }
      input.current?.focus({ preventScroll: true });
    },
    [records, rows, lefts, widths],
  );

  // The end is known when everything up to it is there; a table longer than that is better read from its other end.
  const [toEnd, setToEnd] = useState<number | null>(null);
  useEffect(() => {
    if (toEnd === null) return;
    const far = records.length >= FAR;
    if (records.length < total && !far) {
      more();
      return;
    }
    setToEnd(null);
    activate(records.length - 1, toEnd);
    if (records.length < total) say(t("web.records.far_end", { count: records.length }));
  }, [toEnd, records.length, total, more, activate]);

  // The words of the active cell are typed into one text area, so that input methods work from the first key.
  useEffect(() => {
    if (active) input.current?.focus({ preventScroll: true });
  }, [active]);

  useEffect(() => {
    const row = focus ? index.get(focus) : undefined;
    if (row !== undefined && active?.id !== focus) {
      activate(row, 0);
      begun.current = null;
      setDraft("");
    }
    // Only when a new row arrives.
    // eslint-disable-next-line
  }, [focus, index.get, activate, active?.id]);

  const begin = (text?: string) => {
    if (!record || !column || !record.may_edit) return;
    begun.current = record;
    if (column.words) {
      setDraft(text ?? cellText(record, column.name));
      setRefused([]);
    } else setChoosing(true);
  };

  const commit = async (text: string, withExcuse?: string): Promise<boolean> => {
    if (!record || !column) return true;
    const patch: RecordPatch = { [column.name]: text.trim() };
    if (followUp) patch.follow_up_excuse = withExcuse?.trim() || null;
    if (followUp && text.trim() === record.follow_up && !withExcuse) return true;
    if (!followUp && text.trim() === cellText(record, column.name)) return true;
    if (followUp && !patch.follow_up_excuse && record.follow_up_excuse == null) delete patch.follow_up_excuse;
    const saved = await onSave(begun.current?.id === record.id ? begun.current : record, patch);
    if (saved.kind === "vague") {
      setRefused(saved.findings);
      return false;
    }
    return true;
  };
  const leave = async (row: number, to: number) => {
    const text = draft;
    if (text === null) {
      activate(row, to);
      return;
    }
    if (followUp) {
      // Stays until the wording is mended or explained.
      if (await commit(text, excuse)) activate(row, to);
      return;
    }
    void commit(text);
    activate(row, to);
  };

  const onKey = (event: KeyboardEvent) => {
    // What is pressed in a popover of a cell comes by here too.
    if (!active || event.nativeEvent.isComposing || !scroll.current?.contains(event.target as Node)) return;
    const control = event.ctrlKey || event.metaKey;
    const key = event.key;
    const go = (row: number, to: number) => {
      event.preventDefault();
      setToEnd(null);
      activate(row, to);
    };
    const end = (to: number) => {
      event.preventDefault();
      setToEnd(to);
    };
    if (editing) {
      if (key === "Escape") {
        event.preventDefault();
        setDraft(null);
        setRefused([]);
      } else if (key === "Enter" && !event.shiftKey && !event.altKey) {
        event.preventDefault();
        void leave(at + 1, active.column);
      } else if (key === "Tab") {
        event.preventDefault();
        void leave(at, active.column + (event.shiftKey ? -1 : 1));
      } else if (key === "." && control && findings[0]?.suggestion) {
        event.preventDefault();
        setDraft(findings[0].suggestion);
      }
      return;
    }
    if (control && key.toLowerCase() === "z") {
      event.preventDefault();
      if (event.shiftKey) onRedo();
      else onUndo();
    } else if (control && key.toLowerCase() === "y") {
      event.preventDefault();
      onRedo();
    } else if (key === "ArrowDown" && control) end(active.column);
    else if (key === "ArrowDown") go(at + 1, active.column);
    else if (key === "ArrowUp") go(control ? 0 : at - 1, active.column);
    else if (key === "ArrowRight") go(at, control ? COLUMNS.length - 1 : active.column + 1);
    else if (key === "ArrowLeft") go(at, control ? 0 : active.column - 1);
    else if (key === "PageDown") go(at + Math.floor((scroll.current?.clientHeight ?? 400) / ROW) - 2, active.column);
    else if (key === "PageUp") go(at - Math.floor((scroll.current?.clientHeight ?? 400) / ROW) + 2, active.column);
    else if (key === "Home") go(control ? 0 : at, 0);
    else if (key === "End" && control) end(COLUMNS.length - 1);
    else if (key === "End") go(at, COLUMNS.length - 1);
    else if (key === "Tab") {
      const next = active.column + (event.shiftKey ? -1 : 1);
      if (next >= 0 && next < COLUMNS.length) go(at, next);
      else if (!event.shiftKey && at < records.length - 1) go(at + 1, 0);
      else if (event.shiftKey && at > 0) go(at - 1, COLUMNS.length - 1);
    } else if (key === "Enter" || key === "F2") {
      event.preventDefault();
      begin();
    } else if (key === " " && record) {
      event.preventDefault();
      onOpen(record, column?.name);
    } else if (key === "Escape") {
      setActive(null);
      scroll.current?.focus();
    } else if ((key === "Delete" || key === "Backspace") && record?.may_edit && column) {
      event.preventDefault();
      if (column.name === "due") void onSave(record, { due_at: null });
      else if (column.words && column.name !== "topic") void onSave(record, { [column.name]: "" });
    } else if (!column?.words && key.length === 1 && !control) {
      event.preventDefault();
      begin();
    }
  };

  const wording = useWording(draft ?? "", editing && followUp, record?.owner.id, record?.due_at);
  const findings = refused.length > 0 && wording.length === 0 ? refused : wording;

  // The editor grows with its words.
  useLayoutEffect(() => {
    const area = input.current;
    if (!area) return;
    area.style.height = `${ROW - 1}px`;
    if (draft !== null) area.style.height = `${Math.min(220, Math.max(ROW - 1, area.scrollHeight + 2))}px`;
  }, [draft]);
  useEffect(() => {
    if (editing && input.current) {
      input.current.focus({ preventScroll: true });
      const end = input.current.value.length;
      input.current.setSelectionRange(end, end);
    }
    // Only when editing begins.
  }, [editing]);

  const editorWidth = Math.max(EDITOR, (active ? (widths[active.column] ?? 0) : 0) - EDGE);
  const sorted = sort.replace("-", "");
  const heading = (name: string, text: string) => (
    <button type="button" className="grid-sort" onClick={() => onSort(sort === name ? `-${name}` : name)}>
      <span className="clip">{text}</span>
      <span className={sorted === name ? "sort-mark on" : "sort-mark"}>
        <Icon name={sort === `-${name}` ? "down" : "up"} size={12} />
      </span>
    </button>
  );
  const ariaSort = (name: string) =>
    sorted === name ? (sort.startsWith("-") ? "descending" : "ascending") : undefined;

  return (
    <div
      ref={scroll}
      className="grid"
      role="grid"
      aria-label={t("web.tab.records")}
      aria-rowcount={total > records.length ? -1 : total + 1}
      aria-colcount={COLUMNS.length + 1}
      tabIndex={active ? -1 : 0}
      onFocus={(event) => {
        if (event.target === scroll.current && !active && records.length > 0) activate(0, 0);
      }}
      onKeyDown={onKey}
    >
      <div className="grid-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, width }}>
        <div
          role="columnheader"
          aria-colindex={1}
          aria-sort={ariaSort("number")}
          tabIndex={-1}
          className="grid-cell pinned"
        >
          {heading("number", t("web.records.number"))}
        </div>
        {COLUMNS.map((each, position) => (
          <div
            key={each.name}
            role="columnheader"
            tabIndex={-1}
            aria-colindex={position + 2}
            aria-sort={each.sort ? ariaSort(each.sort) : undefined}
            className={position === 0 ? "grid-cell pinned second" : "grid-cell"}
          >
            {each.sort ? (
              heading(each.sort, t(`domain.column.${each.name}`))
            ) : (
              <span className="clip">{t(`domain.column.${each.name}`)}</span>
            )}
          </div>
        ))}
      </div>
      <div className="grid-rows" role="presentation" style={{ height: rows.getTotalSize(), width }}>
        {items.map((item) => {
          const each = records[item.index];
          if (!each) return null;
          return (
            <div
              key={each.id}
              role="row"
              tabIndex={-1}
              aria-rowindex={item.index + 2}
              className={each.id === active?.id ? "grid-row active-row" : "grid-row"}
              style={{ transform: `translateY(${item.start}px)`, gridTemplateColumns: template }}
            >
              <div role="rowheader" tabIndex={-1} aria-colindex={1} className="grid-cell pinned number">
                <span className="clip" title={each.number}>
                  {/* The department may stand on a line of its own, year and count stay together. */}
                  {each.number.slice(0, -COUNTED)}
                  <wbr />
                  <span className="nowrap">{each.number.slice(-COUNTED)}</span>
                </span>
                <button
                  type="button"
                  className="row-open"
                  tabIndex={-1}
                  aria-label={t("web.records.open", { number: each.number })}
                  onClick={() => onOpen(each)}
                >
                  <Icon name="panel" size={14} />
                </button>
              </div>
              {COLUMNS.map((one, position) => {
                const here = each.id === active?.id && position === active.column;
                return (
                  <div
                    key={one.name}
                    ref={here ? cell : undefined}
                    role="gridcell"
                    tabIndex={-1}
                    id={`${each.id}-${one.name}`}
                    aria-colindex={position + 2}
                    aria-selected={here}
                    className={`grid-cell${position === 0 ? " pinned second" : ""}${here ? " here" : ""}`}
                    onMouseDown={(event) => {
                      if (event.button !== 0) return;
                      event.preventDefault();
                      if (here && !editing) begin();
                      else if (!here) void leave(item.index, position);
                    }}
                  >
                    <Cell record={each} column={one.name} />
                  </div>
                );
              })}
            </div>
          );
        })}
        {record && column && active && (
          // biome-ignore lint/a11y/noStaticElementInteractions: it only hears that the editor inside was left
          <div
            className={`cell-editor${editing ? " on" : ""}${active.column === 0 ? " first" : ""}`}
            style={{
              top: at * ROW,
              left: lefts[active.column],
              width: editing ? editorWidth : widths[active.column],
              // The last column ends at the window's edge; its editor keeps off it.
              marginLeft:
                editing && active.column === COLUMNS.length - 1
                  ? Math.min(0, (widths[active.column] ?? 0) - editorWidth - EDGE)
                  : 0,
            }}
            onBlur={(event) => {
              if (event.currentTarget.contains(event.relatedTarget) || draft === null || followUp) return;
              const text = draft;
              setDraft(null);
              void commit(text);
            }}
          >
            {followUp && editing && (
              <div className="lint-layer" aria-hidden="true">
                <Linted text={draft} findings={findings} />
              </div>
            )}
            <textarea
              ref={input}
              rows={1}
              aria-label={`${t(`domain.column.${column.name}`)} · ${record.number} · ${cellText(record, column.name)}`}
              readOnly={!column.words || !record.may_edit}
              value={draft ?? ""}
              onChange={(event) => (editing ? setDraft(event.target.value) : begin(event.target.value))}
              onCompositionStart={() => !editing && begin("")}
              onCopy={(event) => {
                if (editing) return;
                event.preventDefault();
                event.clipboardData.setData("text/plain", cellText(record, column.name));
              }}
            />
            {editing && findings.length > 0 && (
              <div className="cell-wording">
                <WordingFindings
                  findings={findings}
                  onApply={(text) => {
                    setDraft(text);
                    setRefused([]);
                    input.current?.focus();
                  }}
                />
                {refused.length > 0 && (
                  <label className="field">
                    <span className="field-hint">{t("web.wording.excuse")}</span>
                    <input
                      className="input"
                      value={excuse}
                      placeholder={t("web.wording.excuse.example")}
                      onChange={(event) => setExcuse(event.target.value)}
                    />
                  </label>
                )}
              </div>
            )}
          </div>
        )}
      </div>
      {record && column && (
        <Popover
          className="popover"
          triggerRef={cell}
          isOpen={choosing && !column.words}
          onOpenChange={setChoosing}
          placement="bottom start"
          offset={2}
        >
          <Dialog className="popover-body" aria-label={t(`domain.column.${column.name}`)}>
            <ChoiceEditor
              record={record}
              column={column.name}
              people={people}
              onSave={(patch) => {
                const from = begun.current?.id === record.id ? begun.current : record;
                // Of several choices one after the other each begins where the last one ended.
                begun.current = null;
                void onSave(from, patch);
              }}
              onClose={() => {
                setChoosing(false);
                input.current?.focus({ preventScroll: true });
              }}
            />
          </Dialog>
        </Popover>
      )}
    </div>
  );
}
