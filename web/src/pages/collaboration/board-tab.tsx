import { combine } from "@atlaskit/pragmatic-drag-and-drop/combine";
import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from "@atlaskit/pragmatic-drag-and-drop/element/adapter";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Button as AriaButton, Menu, MenuItem, MenuTrigger, Popover } from "react-aria-components";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Status, Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { CountdownChip, DueText } from "../../ui/countdown-chip";
import { Bones, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { Avatar, PriorityTag, STATUSES, StatusTag, statusText } from "../../ui/marks";
import { say } from "../../ui/toast";
import { drop } from "../task/steps";
import { useSteps } from "../task/use-steps";

function BoardCard({ task, move }: { task: Task; move: (task: Task, to: Status) => void }) {
  const place = useRef<HTMLLIElement>(null);
  const [dragged, setDragged] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    return draggable({
      element,
      getInitialData: () => ({ task: task.id }),
      onDragStart: () => setDragged(true),
      onDrop: () => setDragged(false),
    });
  }, [task.id]);
  return (
    <li ref={place} className={dragged ? "board-card card dragged" : "board-card card"}>
      <div className="row">
        <span className="faint tiny">#{task.number}</span>
        <PriorityTag priority={task.priority} />
        <span className="grow" />
        <MenuTrigger>
          <AriaButton className="icon-button board-move" aria-label={t("web.board.move", { name: task.name })}>
            <Icon name="more" />
          </AriaButton>
          <Popover className="popover">
            <Menu
              className="menu"
              aria-label={t("web.board.move_to")}
              onAction={(key) => move(task, key as Status)}
              disabledKeys={task.status ? [task.status] : []}
            >
              {STATUSES.map((status) => (
                <MenuItem key={status} id={status} className="option" textValue={statusText(status)}>
                  <StatusTag status={status} />
                </MenuItem>
              ))}
            </Menu>
          </Popover>
        </MenuTrigger>
      </div>
      <Link href={`/tasks/${task.id}`} className="board-name" draggable={false}>
        {task.name}
      </Link>
      {task.stage === "blocked" && task.blocked_reason && (
        <p className="board-note blocked-note">{task.blocked_reason}</p>
      )}
      {task.stage === "declined" && task.refusal && <p className="board-note declined-note">{task.refusal.reason}</p>}
      {task.stage === "in_progress" && task.progress && (
        <p className="board-note">
          {task.progress.text}
          {typeof task.progress.percent === "number" && (
            <progress max={100} value={task.progress.percent} aria-label={t("web.progress.percent")} />
          )}
        </p>
      )}
      <div className="row small">
        <span title={task.owner.name}>
          <Avatar name={task.owner.name} size={22} />
        </span>
        <span className="clip quiet">{task.owner.name}</span>
        <span className="grow" />
        {task.clock ? (
          <CountdownChip clock={task.clock} />
        ) : task.due_at ? (
          <DueText at={task.due_at} since={task.created_at} done={task.stage === "done"} />
        ) : null}
      </div>
    </li>
  );
}

function BoardColumn({
  status,
  tasks,
  dragging,
  move,
}: {
  status: Status;
  tasks: Task[];
  dragging: Task | null;
  move: (task: Task, to: Status) => void;
}) {
  const place = useRef<HTMLElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    return dropTargetForElements({
      element,
      getData: () => ({ status }),
      onDragEnter: () => setOver(true),
      onDragLeave: () => setOver(false),
      onDrop: () => setOver(false),
    });
  }, [status]);
  const meaning = dragging ? drop(dragging, status) : null;
  const hint =
    meaning?.kind === "step"
      ? t("web.board.will", { step: t(`web.step.${meaning.step}`) })
      : meaning?.kind === "impossible"
        ? t(`web.drop.${meaning.reason}`)
        : null;
  return (
    <section
      ref={place}
      aria-label={statusText(status)}
      className={`board-column${over ? " over" : ""}${meaning?.kind === "step" ? " can" : meaning?.kind === "impossible" ? " cannot" : ""}`}
    >
      <header className="row board-head">
        <StatusTag status={status} />
        <span className="faint small">{tasks.length}</span>
        {hint && <span className="board-hint tiny clip">{hint}</span>}
      </header>
      <ul className="board-list">
        {tasks.map((task) => (
          <BoardCard key={task.id} task={task} move={move} />
        ))}
        {tasks.length === 0 && !dragging && (
          <li className="faint small board-empty">{t(`web.board.empty.${status}`)}</li>
        )}
      </ul>
    </section>
  );
}

/** 看板: five columns; a drag is the step that leads there. */
export default function BoardTab({ id }: { id: string }) {
  const begin = useSteps();
  const { data, error, refetch } = useQuery({
    queryKey: ["tasks", { collaboration: id }],
    queryFn: () => api.allTasks({ collaboration: id }),
  });
  const [dragging, setDragging] = useState<Task | null>(null);
  const tasks = useRef<Task[]>([]);
  tasks.current = data ?? [];

  const move = (task: Task, to: Status) => {
    const meaning = drop(task, to);
    if (meaning.kind === "step") begin(task, meaning.step);
    else if (meaning.kind === "impossible") say(t(`web.drop.${meaning.reason}`), { tone: "bad" });
  };
  const moving = useRef(move);
  moving.current = move;

  useEffect(() => {
    const find = (wanted: unknown) => tasks.current.find((task) => task.id === wanted) ?? null;
    return combine(
      monitorForElements({
        onDragStart: ({ source }) => setDragging(find(source.data.task)),
        onDrop: ({ source, location }) => {
          setDragging(null);
          const task = find(source.data.task);
          const to = location.current.dropTargets[0]?.data.status as Status | undefined;
          if (task && to) moving.current(task, to);
        },
      }),
    );
  }, []);

  if (error && !data) return <Failed error={error} again={() => void refetch()} />;
  if (!data)
    return (
      <div className="page">
        <Bones rows={4} height={96} />
      </div>
    );
  return (
    <div className="board">
      {STATUSES.map((status) => (
        <BoardColumn
          key={status}
          status={status}
          dragging={dragging}
          move={move}
          tasks={data.filter((task) => task.status === status)}
        />
      ))}
    </div>
  );
}
