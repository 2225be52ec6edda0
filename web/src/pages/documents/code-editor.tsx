import { defaultKeymap, history, historyKeymap, indentWithTab, redo, undo } from "@codemirror/commands";
import { markdownKeymap, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightSpecialChars, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { type Ref, useEffect, useImperativeHandle, useRef } from "react";
import { t } from "../../i18n/texts";
import { format, type Tool } from "./format";

/** What the page may ask of the editor. */
export interface EditorHandle {
  use: (tool: Tool) => void;
  undo: () => void;
  redo: () => void;
  /** Puts another text in place of this one; undoing brings this one back. */
  replace: (text: string) => void;
  /** Puts words where the cursor is. */
  insert: (text: string) => void;
  focus: () => void;
}

const colours = HighlightStyle.define([
  { tag: tags.heading, fontWeight: "600", color: "var(--ink)" },
  { tag: tags.strong, fontWeight: "600" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: tags.strikethrough, textDecoration: "line-through" },
  { tag: [tags.link, tags.url], color: "var(--accent-ink)" },
  { tag: tags.monospace, color: "var(--teal-ink)" },
  { tag: tags.quote, color: "var(--ink-2)" },
  { tag: [tags.processingInstruction, tags.contentSeparator], color: "var(--ink-3)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font)", fontSize: "16px", lineHeight: "1.75", overflow: "auto" },
  ".cm-content": { padding: "16px", caretColor: "var(--ink)", minHeight: "320px" },
  ".cm-line": { padding: "0" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
});

const words = () => ({
  text: t("documents.tool.text"),
  link: t("documents.tool.link.text"),
  head: t("documents.tool.table.head"),
});

function applyTool(view: EditorView, tool: Tool) {
  view.dispatch(view.state.update(format(view.state, tool, words()), { scrollIntoView: true, userEvent: "input" }));
  view.focus();
}

/** The text as it is typed. It begins with `initial`; what is written is told by `onChange`. */
export default function CodeEditor({
  initial,
  onChange,
  onSave,
  onFiles,
  ref,
}: {
  initial: string;
  onChange: (text: string) => void;
  onSave: () => void;
  /** Files were pasted or dropped; where they came the cursor is. */
  onFiles: (files: File[]) => void;
  ref: Ref<EditorHandle>;
}) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const told = useRef({ onChange, onSave, onFiles });
  useEffect(() => {
    told.current = { onChange, onSave, onFiles };
  });
  const begin = useRef(initial);
  useEffect(() => {
    const key = (tool: Tool) => (view: EditorView) => {
      applyTool(view, tool);
      return true;
    };
    const take = (event: Event, brought: DataTransfer | null) => {
      const files = [...(brought?.files ?? [])];
      if (files.length === 0) return false;
      event.preventDefault();
      told.current.onFiles(files);
      return true;
    };
    const shown = new EditorView({
      parent: place.current ?? undefined,
      state: EditorState.create({
        doc: begin.current,
        extensions: [
          history(),
          highlightSpecialChars(),
          EditorView.lineWrapping,
          EditorState.tabSize.of(4),
          indentUnit.of("  "),
          // Not `markdown()`: that brings the languages of HTML, styles and scripts along, twice the size of all the rest.
          markdownLanguage,
          syntaxHighlighting(colours),
          look,
          Prec.high(
            keymap.of([
              {
                key: "Mod-s",
                preventDefault: true,
                run: () => {
                  told.current.onSave();
                  return true;
                },
              },
              { key: "Mod-b", run: key("bold") },
              { key: "Mod-i", run: key("italic") },
              { key: "Mod-k", run: key("link") },
            ]),
          ),
          keymap.of([...markdownKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
          EditorView.domEventHandlers({
            paste: (event) => take(event, event.clipboardData),
            drop: (event, view) => {
              const place = view.posAtCoords({ x: event.clientX, y: event.clientY });
              if (place !== null && event.dataTransfer?.files.length) view.dispatch({ selection: { anchor: place } });
              return take(event, event.dataTransfer);
            },
          }),
          EditorView.contentAttributes.of({ "aria-label": t("documents.editor"), autocapitalize: "off" }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) told.current.onChange(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = shown;
    return () => {
      begin.current = shown.state.doc.toString();
      shown.destroy();
      view.current = null;
    };
  }, []);
  useImperativeHandle(ref, () => ({
    use: (tool) => view.current && applyTool(view.current, tool),
    undo: () => void (view.current && undo(view.current)),
    redo: () => void (view.current && redo(view.current)),
    replace: (text) =>
      view.current?.dispatch({ changes: { from: 0, to: view.current.state.doc.length, insert: text } }),
    insert: (text) => {
      if (!view.current) return;
      view.current.dispatch(view.current.state.replaceSelection(text), { scrollIntoView: true, userEvent: "input" });
    },
    focus: () => view.current?.focus(),
  }));
  return <div ref={place} className="document-code" />;
}
