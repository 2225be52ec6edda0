import type { Department } from "../../api/directory";

export interface Branch {
  department: Department;
  below: Branch[];
  /** How many people it has with all departments below. */
  people: number;
}

/** The departments as a tree. One whose parent is unknown stands at the top; circles cannot occur on the server. */
export function treeOf(departments: Department[]): Branch[] {
  const known = new Set(departments.map((one) => one.id));
  const byParent = new Map<string | null, Department[]>();
  for (const one of departments) {
    const parent = one.parent && known.has(one.parent) ? one.parent : null;
    byParent.set(parent, [...(byParent.get(parent) ?? []), one]);
  }
  const branches = (parent: string | null): Branch[] =>
    (byParent.get(parent) ?? []).map((department) => {
      const below = branches(department.id);
      return { department, below, people: below.reduce((sum, each) => sum + each.people, department.people) };
    });
  return branches(null);
}
