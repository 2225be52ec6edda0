import { EditorSelection, EditorState } from "@codemirror/state";
import { expect, test } from "vitest";
import { format, type Tool } from "./format";

const WORDS = { text: "文字", link: "链接", head: "列" };

/** The text after a tool; `[` and `]` stand around what is chosen. */
function after(marked: string, tool: Tool): string {
  const [before = "", chosen = "", behind = ""] = marked.split(/[[\]]/);
  const selection = EditorSelection.range(before.length, before.length + chosen.length);
  const state = EditorState.create({ doc: before + chosen + behind, selection });
  return state.update(format(state, tool, WORDS)).state.doc.toString();
}

test("c3_a_mark_is_put_around_what_is_chosen_and_taken_away_again", () => {
  expect(after("见[接口]约定", "bold")).toBe("见**接口**约定");
  expect(after("见**[接口]**约定", "bold")).toBe("见接口约定");
  expect(after("[]", "italic")).toBe("*文字*");
});

test("c3_lines_get_one_mark_in_place_of_another", () => {
  expect(after("[一\n二]", "list")).toBe("- 一\n- 二");
  expect(after("[- 一\n- 二]", "list")).toBe("一\n二");
  expect(after("[- 一\n- 二]", "numbers")).toBe("1. 一\n2. 二");
  expect(after("[1. 一]", "tasks")).toBe("- ☐ 一".replace("☐", "[ ]"));
  expect(after("[标题]", "heading")).toBe("## 标题");
  expect(after("  [> 引]", "quote")).toBe("  引");
});

test("c3_code_links_and_tables", () => {
  expect(after("[a]", "code")).toBe("`a`");
  expect(after("[a\nb]", "code")).toBe("```\na\nb\n```");
  expect(after("[接口]", "link")).toBe("[接口](https://)");
  expect(after("[https://a.example/x]", "link")).toBe("[链接](https://a.example/x)");
  expect(after("前[]", "table")).toBe("前\n\n| 列 1 | 列 2 |\n| --- | --- |\n|  |  |\n");
});
