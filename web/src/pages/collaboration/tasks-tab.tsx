import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Link } from "wouter";
import { api } from "../../api/api";
import type { Task } from "../../api/types";
import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { Button } from "../../ui/button";
import { CountdownChip, DueText } from "../../ui/countdown-chip";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark, PlatformMark, PriorityTag, StatusTag } from "../../ui/marks";
import { NewTask } from "../task/new-task";

type Scope = "open" | "mine" | "all";

/** Every task of the collaboration, newest matters first. */
export default function TasksTab({ id }: { id: string }) {
  const me = useMe();
  const [scope, setScope] = useState<Scope>("open");
  const [search, setSearch] = useState("");
  const [making, setMaking] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: ["tasks", { collaboration: id }],
    queryFn: () => api.allTasks({ collaboration: id }),
  });
  const words = search.trim().toLowerCase();
  const wanted = (task: Task) =>
    (scope === "all" ||
      (scope === "mine"
        ? task.owner.id === me.person.id || task.initiator.id === me.person.id
        : task.stage !== "done" && task.stage !== "cancelled")) &&
    (!words || `#${task.number} ${task.name} ${task.owner.name}`.toLowerCase().includes(words));
  const tasks = data?.filter(wanted);
  return (
    <div className="tab-body">
      <div className="toolbar" role="toolbar" aria-label={t("web.tasks.tools")}>
        <Button tone="primary" icon="plus" small onPress={() => setMaking(true)}>
          {t("web.tasks.new")}
        </Button>
        <label className="tool-search">
          <Icon name="search" size={14} />
          <input
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            placeholder={t("web.tasks.search")}
            aria-label={t("web.tasks.search")}
          />
        </label>
        <ToggleButtonGroup
          className="segments"
          aria-label={t("web.tasks.scope")}
          selectedKeys={[scope]}
          disallowEmptySelection
          onSelectionChange={(keys) => setScope([...keys][0] as Scope)}
        >
          {(["open", "mine", "all"] as const).map((each) => (
            <ToggleButton key={each} id={each}>
              {t(`web.tasks.${each}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </div>
      <div className="tab-scroll">
        {error && !data ? (
          <Failed error={error} again={() => void refetch()} />
        ) : !tasks ? (
          <Bones rows={8} height={40} />
        ) : tasks.length === 0 ? (
          <Empty icon="task" title={t(data?.length ? "web.tasks.none_found" : "web.tasks.empty")}>
            {!data?.length && t("web.tasks.empty.text")}
          </Empty>
        ) : (
          <table className="table">
            <thead>
              <tr>
                <th scope="col" className="th-number">
                  #
                </th>
                <th scope="col">{t("web.task")}</th>
                <th scope="col">{t("domain.column.status")}</th>
                <th scope="col">{t("domain.column.owner")}</th>
                <th scope="col" className="wide-only">
                  {t("domain.role.initiator")}
                </th>
                <th scope="col">{t("web.due")}</th>
                <th scope="col">{t("web.clock")}</th>
              </tr>
            </thead>
            <tbody>
              {tasks.map((task) => (
                <tr key={task.id}>
                  <td className="faint">{task.number}</td>
                  <td className="td-main">
                    <Link href={`/tasks/${task.id}`} className="row-link">
                      <span className="clip">{task.name}</span>
                    </Link>
                    <PriorityTag priority={task.priority} />
                    {task.origin && <PlatformMark platform={task.origin.platform} />}
                  </td>
                  <td>
                    {task.status ? (
                      <StatusTag status={task.status} />
                    ) : (
                      <span className="tag">{t(`domain.stage.${task.stage}`)}</span>
                    )}
                  </td>
                  <td>
                    <PersonMark person={task.owner} />
                  </td>
                  <td className="wide-only">
                    <PersonMark person={task.initiator} />
                  </td>
                  <td>
                    {task.due_at && <DueText at={task.due_at} since={task.created_at} done={task.stage === "done"} />}
                  </td>
                  <td>{task.clock && <CountdownChip clock={task.clock} />}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {making && <NewTask collaboration={id} onClose={() => setMaking(false)} />}
    </div>
  );
}
