import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import {
  Button as AriaButton,
  FileTrigger,
  ToggleButton,
  ToggleButtonGroup,
  Tooltip,
  TooltipTrigger,
} from "react-aria-components";
import { Problem } from "../../api/client";
import { type DocumentPage, documentsApi } from "../../api/documents";
import { fileAddress } from "../../api/files";
import { t } from "../../i18n/texts";
import { useMe } from "../../shell/me";
import { shortTime } from "../../time/format";
import { now } from "../../time/now";
import { Button, IconButton } from "../../ui/button";
import { copy } from "../../ui/copy";
import { Bones } from "../../ui/empty";
import { TextField } from "../../ui/field";
import { Icon, type IconName } from "../../ui/icon";
import { useNarrow } from "../../ui/use-narrow";
import { say, sayProblem } from "../../ui/toast";
import type { EditorHandle } from "./code-editor";
import { Difference } from "./difference";
import { draftOf, dropDraft, keepDraft } from "./draft";
import { useGiving } from "./files";
import type { Tool } from "./format";
import { Prose } from "./prose";
import { fileInMarkdown, stampText } from "./size";
import { takeDocument } from "./take";

const CodeEditor = lazy(() => import("./code-editor"));

type View = "write" | "both" | "read";
const TOOLS: { tool: Tool; sign?: string; icon?: IconName }[] = [
  { tool: "heading", sign: "H" },
  { tool: "bold", sign: "B" },
  { tool: "italic", sign: "I" },
  { tool: "list", sign: "•" },
  { tool: "numbers", sign: "1." },
  { tool: "tasks", icon: "task" },
  { tool: "quote", sign: "“" },
  { tool: "code", sign: "</>" },
  { tool: "link", icon: "link" },
  { tool: "table", icon: "table" },
];

/** Words that come once nothing was typed for a while. */
function useSettled(words: string, pause = 350): string {
  const [settled, setSettled] = useState(words);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(words), pause);
    return () => clearTimeout(timer);
  }, [words, pause]);
  return settled;
}

/** A document as it is written. What is typed is kept in this browser until it is saved. */
export function Editor({ document, onDone }: { document: DocumentPage; onDone: () => void }) {
  const client = useQueryClient();
  const me = useMe().person.id;
  const narrow = useNarrow();
  const [kept, setKept] = useState(() => draftOf(localStorage, me, document.id));
  const [title, setTitle] = useState(document.title);
  const [text, setText] = useState(document.text);
  const [note, setNote] = useState("");
  // The version that this is written over. Another one that is saved meanwhile is shown, and nothing of this is lost.
  const [base, setBase] = useState({ edition: document.edition, title: document.title, text: document.text });
  const [view, setView] = useState<View>("both");
  const shown = narrow && view === "both" ? "write" : view;
  const hand = useRef<EditorHandle>(null);
  const changed = title !== base.title || text !== base.text;

  // Saved or given up: nothing of it is kept any more, whatever is drawn between that and leaving the page.
  const finished = useRef(false);

  const save = useMutation({
    mutationFn: () =>
      documentsApi.save(document.id, { title: title.trim(), text, note: note.trim(), edition: base.edition }),
    onError: (error) => {
      if (error instanceof Problem && error.code === "version_conflict") {
        const current = (error.body as { current?: DocumentPage }).current;
        if (current) takeDocument(client, current);
      } else if (!(error instanceof Problem && error.fields.some((field) => field.field === "title")))
        sayProblem(error);
    },
    onSuccess: (saved) => {
      finished.current = true;
      latest.current.changed = false;
      dropDraft(localStorage, me, document.id);
      takeDocument(client, saved);
      say(t("documents.saved", { edition: saved.edition }));
      onDone();
    },
  });
  const conflict = document.edition !== base.edition && !save.isPending && !save.isSuccess;

  // What is typed is kept a moment later, and at once when the page is left.
  const latest = useRef({ changed, keep: () => {} });
  latest.current = {
    changed: changed && !finished.current,
    keep: () =>
      void keepDraft(localStorage, me, document.id, {
        title,
        text,
        note,
        edition: base.edition,
        at: new Date(now()).toISOString(),
      }),
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: kept anew with whatever was typed
  useEffect(() => {
    const timer = setTimeout(() => latest.current.changed && latest.current.keep(), 400);
    return () => clearTimeout(timer);
  }, [title, text, note, changed]);
  useEffect(() => {
    const keep = () => latest.current.changed && latest.current.keep();
    addEventListener("pagehide", keep);
    return () => {
      removeEventListener("pagehide", keep);
      keep();
    };
  }, []);

  const put = (words: string) => {
    // The editor tells of it too, once it is there.
    setText(words);
    hand.current?.replace(words);
  };
  const { give, coming } = useGiving(document.collaboration.id, document.id);
  const takeFiles = async (files: File[]) => {
    // A pasted picture has no name of its own.
    const named = files.map((file) => {
      const at = stampText(new Date(now()));
      return file.name === "image.png"
        ? new File([file], t("documents.files.pasted", { at }), { type: file.type })
        : file;
    });
    const given = await give(named);
    const lines = given.map((file) => fileInMarkdown(file, fileAddress(file.id)));
    if (lines.length > 0) hand.current?.insert(`${lines.join("\n")}\n`);
  };
  const send = () => {
    if (changed && !save.isPending && !conflict) save.mutate();
  };
  const leave = () => {
    finished.current = true;
    dropDraft(localStorage, me, document.id);
    latest.current.changed = false;
    save.reset();
    onDone();
  };
  return (
    <div className="stack document-editor">
      {kept && (
        <p className="notice row wrap">
          <span className="grow">
            {kept.edition === document.edition
              ? t("documents.draft", { at: shortTime(kept.at) })
              : t("documents.draft.older", { at: shortTime(kept.at), edition: kept.edition })}
          </span>
          <Button
            small
            tone="primary"
            onPress={() => {
              setTitle(kept.title);
              setNote(kept.note);
              put(kept.text);
              if (kept.edition !== document.edition)
                setBase({ edition: kept.edition, title: document.title, text: document.text });
              setKept(null);
            }}
          >
            {t("documents.draft.take")}
          </Button>
          <Button
            small
            onPress={() => {
              dropDraft(localStorage, me, document.id);
              setKept(null);
            }}
          >
            {t("documents.draft.drop")}
          </Button>
        </p>
      )}
      {conflict && (
        <Conflict
          document={document}
          title={title}
          text={text}
          onMine={() => setBase({ edition: document.edition, title: document.title, text: document.text })}
          onTheirs={() => {
            setTitle(document.title);
            put(document.text);
            setBase({ edition: document.edition, title: document.title, text: document.text });
          }}
        />
      )}
      <TextField
        label={t("documents.title")}
        value={title}
        onChange={setTitle}
        isRequired
        error={save.error instanceof Problem ? save.error.field("title") : undefined}
      />
      <div className="document-desk card">
        <div className="document-tools">
          <div className="document-tool-row row" role="toolbar" aria-label={t("documents.editor.tools")}>
            {TOOLS.map(({ tool, sign, icon }) => (
              <TooltipTrigger key={tool} delay={500}>
                <AriaButton
                  className="icon-button"
                  aria-label={t(`documents.tool.${tool}`)}
                  isDisabled={shown === "read"}
                  onPress={() => hand.current?.use(tool)}
                >
                  {icon ? (
                    <Icon name={icon} />
                  ) : (
                    <span aria-hidden="true" className={`sign sign-${tool}`} data-sign={sign} />
                  )}
                </AriaButton>
                <Tooltip className="tooltip" offset={6}>
                  {t(`documents.tool.${tool}`)}
                </Tooltip>
              </TooltipTrigger>
            ))}
            <FileTrigger allowsMultiple onSelect={(chosen) => void takeFiles([...(chosen ?? [])])}>
              <IconButton icon="plus" label={t("documents.files.give")} isDisabled={shown === "read"} />
            </FileTrigger>
            <IconButton icon="undo" label={t("documents.tool.undo")} onPress={() => hand.current?.undo()} />
          </div>
          <ToggleButtonGroup
            className="segments"
            aria-label={t("documents.view")}
            selectedKeys={[shown]}
            disallowEmptySelection
            onSelectionChange={(keys) => setView([...keys][0] as View)}
          >
            {(narrow ? (["write", "read"] as const) : (["write", "both", "read"] as const)).map((each) => (
              <ToggleButton key={each} id={each}>
                {t(`documents.view.${each}`)}
              </ToggleButton>
            ))}
          </ToggleButtonGroup>
        </div>
        <div className={`document-panes panes-${shown}`}>
          <div className="document-pane document-writing">
            <Suspense fallback={<Bones rows={6} height={28} />}>
              <CodeEditor
                ref={hand}
                initial={text}
                onChange={setText}
                onSave={send}
                onFiles={(files) => void takeFiles(files)}
              />
            </Suspense>
          </div>
          {shown !== "write" && <Preview text={text} />}
        </div>
      </div>
      {coming && (
        <p className="small quiet" role="status">
          {t("documents.files.coming", { name: coming.name, percent: Math.round(coming.share * 100) })}
        </p>
      )}
      <p className="tiny faint document-keys">{t("documents.keys")}</p>
      <TextField
        label={t("documents.note")}
        value={note}
        onChange={setNote}
        placeholder={t("documents.note.example")}
        error={save.error instanceof Problem ? save.error.field("note") : undefined}
      />
      <div className="row wrap document-send">
        <Button tone="primary" isDisabled={!changed || save.isPending || conflict} onPress={send}>
          {t("documents.save")}
        </Button>
        <Button onPress={leave}>{t("documents.cancel")}</Button>
        {changed && <span className="small quiet">{t("documents.draft.kept")}</span>}
      </div>
    </div>
  );
}

function Preview({ text }: { text: string }) {
  const settled = useSettled(text);
  const { data, isError } = useQuery({
    queryKey: ["document-preview", settled],
    queryFn: () => documentsApi.preview(settled),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be within reach of the keys
    <section className="document-pane document-reading" aria-label={t("documents.preview")} tabIndex={0}>
      {isError && <p className="notice warn small">{t("documents.preview.failed")}</p>}
      {data && (data.html ? <Prose html={data.html} /> : <p className="faint">{t("documents.preview.empty")}</p>)}
    </section>
  );
}

/** Somebody else saved meanwhile: both texts, and what lies between them. */
function Conflict({
  document,
  title,
  text,
  onMine,
  onTheirs,
}: {
  document: DocumentPage;
  title: string;
  text: string;
  onMine: () => void;
  onTheirs: () => void;
}) {
  const settled = useSettled(text);
  const { data } = useQuery({
    queryKey: ["document-compare", document.id, document.edition, title, settled],
    queryFn: () => documentsApi.compare(document.id, title, settled),
    placeholderData: (before) => before,
    gcTime: 0,
  });
  return (
    <section className="card pad stack document-conflict" role="alert">
      <p>
        <strong>{t("documents.conflict", { name: document.changed_by.name, edition: document.edition })}</strong>
      </p>
      <div className="document-both">
        <div className="stack tight">
          <h3>{t("documents.conflict.theirs")}</h3>
          <pre className="document-text">{document.text}</pre>
        </div>
        <div className="stack tight">
          <h3>{t("documents.conflict.mine")}</h3>
          <pre className="document-text">{text}</pre>
        </div>
      </div>
      {data && (
        <div className="stack tight">
          <h3>{t("documents.conflict.difference")}</h3>
          <Difference difference={data} label={t("documents.conflict.difference")} />
        </div>
      )}
      <div className="row wrap">
        <Button tone="primary" onPress={onMine}>
          {t("documents.conflict.merge")}
        </Button>
        <Button onPress={onTheirs}>{t("documents.conflict.theirs.take")}</Button>
        <Button icon="copy" onPress={() => void copy(text)}>
          {t("documents.conflict.copy")}
        </Button>
      </div>
    </section>
  );
}
