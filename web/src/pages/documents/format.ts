// What the buttons of the editor do to a text in Markdown.
import { type ChangeSpec, EditorSelection, type EditorState, type TransactionSpec } from "@codemirror/state";

export type Tool = "heading" | "bold" | "italic" | "list" | "numbers" | "tasks" | "quote" | "code" | "link" | "table";

/** The words that stand where nothing was chosen. */
export interface Words {
  text: string;
  link: string;
  head: string;
}

/** Puts `mark` around what is chosen, or takes it away where it stands. */
function around(state: EditorState, mark: string, words: string): TransactionSpec {
  return state.changeByRange((range) => {
    const [from, to] = [range.from - mark.length, range.to + mark.length];
    const before = from >= 0 ? state.sliceDoc(from, range.from) : "";
    const behind = state.sliceDoc(range.to, to);
    if (before === mark && behind === mark)
      return {
        changes: [
          { from, to: range.from },
          { from: range.to, to },
        ],
        range: EditorSelection.range(range.from - mark.length, range.to - mark.length),
      };
    const chosen = state.sliceDoc(range.from, range.to) || words;
    const start = range.from + mark.length;
    return {
      changes: { from: range.from, to: range.to, insert: `${mark}${chosen}${mark}` },
      range: EditorSelection.range(start, start + chosen.length),
    };
  });
}

const MARKS = /^(\s*)(?:#{1,6} |[-*+] \[[ xX]\] |[-*+] |\d+[.)] |> )?/;

/** Begins each chosen line with a mark, in place of the one it has; takes it away where all lines have it. */
function lines(state: EditorState, mark: (place: number) => string): TransactionSpec {
  const { from, to } = state.selection.main;
  const first = state.doc.lineAt(from).number;
  const chosen = Array.from({ length: state.doc.lineAt(to).number - first + 1 }, (_, place) =>
    state.doc.line(first + place),
  );
  const marked = chosen.every((line, place) => line.text.trimStart().startsWith(mark(place)));
  const changes: ChangeSpec[] = chosen.map((line, place) => {
    const [whole = "", indent = ""] = MARKS.exec(line.text) ?? [];
    return {
      from: line.from,
      to: line.from + whole.length,
      insert: marked ? indent : indent + mark(place),
    };
  });
  const changed = state.changes(changes);
  return { changes: changed, selection: state.selection.map(changed, 1) };
}

function code(state: EditorState, words: string): TransactionSpec {
  const { from, to } = state.selection.main;
  if (!state.sliceDoc(from, to).includes("\n")) return around(state, "`", words);
  const [start, end] = [state.doc.lineAt(from).from, state.doc.lineAt(to).to];
  return {
    changes: [
      { from: start, insert: "```\n" },
      { from: end, insert: "\n```" },
    ],
    selection: { anchor: start + 3 },
  };
}

function link(state: EditorState, words: string): TransactionSpec {
  const { from, to } = state.selection.main;
  const chosen = state.sliceDoc(from, to);
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  const text = isAddress || !chosen ? words : chosen;
  const address = isAddress ? chosen : "https://";
  const start = from + text.length + 3;
  return {
    changes: { from, to, insert: `[${text}](${address})` },
    selection: isAddress
      ? { anchor: from + 1, head: from + 1 + text.length }
      : { anchor: start, head: start + address.length },
  };
}

function table(state: EditorState, head: string): TransactionSpec {
  const line = state.doc.lineAt(state.selection.main.to);
  const before = line.text.trim() ? "\n\n" : "";
  const rows = `| ${head} 1 | ${head} 2 |\n| --- | --- |\n|  |  |\n`;
  const start = line.to + before.length + 2;
  return {
    changes: { from: line.to, insert: before + rows },
    selection: { anchor: start, head: start + `${head} 1`.length },
  };
}

export function format(state: EditorState, tool: Tool, words: Words): TransactionSpec {
  switch (tool) {
    case "bold":
      return around(state, "**", words.text);
    case "italic":
      return around(state, "*", words.text);
    case "heading":
      return lines(state, () => "## ");
    case "list":
      return lines(state, () => "- ");
    case "numbers":
      return lines(state, (place) => `${place + 1}. `);
    case "tasks":
      return lines(state, () => "- [ ] ");
    case "quote":
      return lines(state, () => "> ");
    case "code":
      return code(state, words.text);
    case "link":
      return link(state, words.link);
    case "table":
      return table(state, words.head);
  }
}
