import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { directory } from "../../api/directory";
import { t } from "../../i18n/texts";
import { Bones, Empty, Failed } from "../../ui/empty";
import { type Branch, treeOf } from "./tree";

function Branches({ branches }: { branches: Branch[] }) {
  return (
    <ul className="tree">
      {branches.map((branch) => (
        <li key={branch.department.id}>
          {branch.below.length > 0 ? (
            <details open>
              <summary>
                <span className="grow">{branch.department.name}</span> <span className="count">{branch.people}</span>
              </summary>
              <Branches branches={branch.below} />
            </details>
          ) : (
            <div className="leaf">
              <span className="grow">{branch.department.name}</span> <span className="count">{branch.people}</span>
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}

/** The departments as a tree. */
export function DepartmentsTab() {
  const { data, error, refetch } = useQuery({
    queryKey: ["departments", "tree"],
    queryFn: directory.departments,
  });
  const tree = useMemo(() => treeOf(data ?? []), [data]);
  if (error && !data) return <Failed error={error} again={() => void refetch()} />;
  if (!data) return <Bones rows={6} height={36} />;
  if (tree.length === 0) return <Empty icon="people" title={t("directory_page.no_departments")} />;
  return (
    <div className="card departments">
      <Branches branches={tree} />
    </div>
  );
}
