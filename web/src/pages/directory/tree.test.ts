import { expect, test } from "vitest";
import { treeOf } from "./tree";

test("departments stand below their parents, with the people of all below", () => {
  const tree = treeOf([
    { id: "c", name: "后端组", parent: "b", people: 3 },
    { id: "a", name: "销售部", people: 2 },
    { id: "b", name: "研发部", parent: null, people: 1 },
    { id: "d", name: "孤儿", parent: "gone", people: 4 },
  ]);
  expect(tree.map((branch) => [branch.department.name, branch.people])).toEqual([
    ["销售部", 2],
    ["研发部", 4],
    ["孤儿", 4],
  ]);
  expect(tree[1]?.below.map((branch) => branch.department.name)).toEqual(["后端组"]);
});
