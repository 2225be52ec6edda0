import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { Button as AriaButton, DropZone, type FileDropItem, FileTrigger } from "react-aria-components";
import { fileAddress, filesApi, type FilesFilter, isPicture, LARGEST_FILE, type StoredFile } from "../../api/files";
import { t } from "../../i18n/texts";
import { fullTime, shortTime } from "../../time/format";
import { Button, IconButton } from "../../ui/button";
import { Bones, Empty, Failed } from "../../ui/empty";
import { Icon } from "../../ui/icon";
import { PersonMark } from "../../ui/marks";
import { say, sayProblem } from "../../ui/toast";
import { sizeText } from "./size";

interface Coming {
  name: string;
  share: number;
}

/** Gives files to the library, one after the other, and tells how far they are. */
export function useGiving(collaboration: string, document?: string) {
  const client = useQueryClient();
  const [coming, setComing] = useState<Coming | null>(null);
  const give = async (files: File[]): Promise<StoredFile[]> => {
    const given: StoredFile[] = [];
    for (const file of files) {
      if (file.size > LARGEST_FILE) {
        say(t("documents.files.too_large", { name: file.name, most: sizeText(LARGEST_FILE) }), { tone: "bad" });
        continue;
      }
      try {
        setComing({ name: file.name, share: 0 });
        given.push(
          await filesApi.give({ collaboration, document, name: file.name }, file, (share) =>
            setComing({ name: file.name, share }),
          ),
        );
      } catch (error) {
        sayProblem(error);
      }
    }
    setComing(null);
    void client.invalidateQueries({ queryKey: ["files"] });
    return given;
  };
  return { give, coming };
}

/** Files, and the way to give more: chosen, or dropped here. */
export function Files({
  filter,
  writes,
  compact,
}: {
  filter: FilesFilter & { collaboration: string };
  writes: boolean;
  /** At the side of a page: without what a narrow list has no room for. */
  compact?: boolean;
}) {
  const { give, coming } = useGiving(filter.collaboration, filter.document);
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ["files", filter],
    queryFn: ({ pageParam }) => filesApi.list(filter, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: (before) => before,
  });
  const all = data?.pages.flatMap((page) => page.items);
  const list = (
    <>
      {error && !all ? (
        <Failed error={error} again={() => void refetch()} />
      ) : !all ? (
        <Bones rows={compact ? 1 : 6} height={40} />
      ) : all.length === 0 ? (
        !compact &&
        !filter.trashed && (
          <Empty icon="copy" title={t("documents.files.empty")}>
            {t("documents.files.empty.text", { most: sizeText(LARGEST_FILE) })}
          </Empty>
        )
      ) : (
        <ul className={compact ? "document-files" : "document-files lines"}>
          {all.map((file) => (
            <FileLine key={file.id} file={file} compact={compact} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <p className="pad">
          <Button isDisabled={isFetchingNextPage} onPress={() => void fetchNextPage()}>
            {t("documents.more")}
          </Button>
        </p>
      )}
    </>
  );
  if (!writes) return list;
  return (
    <DropZone
      className="document-drop"
      aria-label={t("documents.files.drop")}
      getDropOperation={() => "copy"}
      onDrop={async (event) => {
        const files = event.items.filter((item): item is FileDropItem => item.kind === "file");
        await give(await Promise.all(files.map((item) => item.getFile())));
      }}
    >
      <div className="row wrap document-give">
        <FileTrigger allowsMultiple onSelect={(chosen) => void give([...(chosen ?? [])])}>
          <AriaButton className="button plain small-button">
            <Icon name="plus" /> {t("documents.files.give")}
          </AriaButton>
        </FileTrigger>
        {!compact && (
          <span className="small quiet document-keys">
            {t("documents.files.hint", { most: sizeText(LARGEST_FILE) })}
          </span>
        )}
        {coming && (
          <span className="small quiet" role="status">
            {t("documents.files.coming", { name: coming.name, percent: Math.round(coming.share * 100) })}
          </span>
        )}
      </div>
      {list}
    </DropZone>
  );
}

/** The name of a file, being written anew. Enter or leaving it saves, Escape leaves it as it was. */
function FileName({ file, onDone }: { file: StoredFile; onDone: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState(file.name);
  const given = useRef(false);
  const rename = useMutation({
    mutationFn: ({ name, version }: { name: string; version: number }) => filesApi.change(file.id, { name, version }),
    onError: (error) => {
      sayProblem(error);
      void client.invalidateQueries({ queryKey: ["files"] });
    },
    onSuccess: (changed, { name: asked }) => {
      void client.invalidateQueries({ queryKey: ["files"] });
      if (asked === file.name) say(t("documents.restored"));
      else
        say(t("documents.files.renamed", { name: changed.name }), {
          action: {
            label: t("web.undo"),
            run: () => rename.mutate({ name: file.name, version: changed.version }),
          },
        });
    },
    onSettled: onDone,
  });
  const save = () => {
    if (given.current) return;
    given.current = true;
    const wanted = name.trim();
    if (!wanted || wanted === file.name) onDone();
    else rename.mutate({ name: wanted, version: file.version });
  };
  return (
    <input
      className="input"
      // biome-ignore lint/a11y/noAutofocus: whoever asked to rename it begins to type
      autoFocus
      aria-label={t("documents.files.name")}
      value={name}
      maxLength={200}
      disabled={rename.isPending}
      onFocus={(event) => {
        // The ending stays as it is unless somebody means to change it.
        const end = file.name.lastIndexOf(".");
        event.target.setSelectionRange(0, end > 0 ? end : file.name.length);
      }}
      onChange={(event) => setName(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.nativeEvent.isComposing) save();
        if (event.key === "Escape") {
          given.current = true;
          onDone();
        }
      }}
    />
  );
}

function FileLine({ file, compact }: { file: StoredFile; compact?: boolean }) {
  const client = useQueryClient();
  const [renaming, setRenaming] = useState(false);
  const step = useMutation({
    mutationFn: (trashed: boolean) => (trashed ? filesApi.trash(file.id) : filesApi.restore(file.id)),
    onError: sayProblem,
    onSuccess: (changed, trashed) => {
      void client.invalidateQueries({ queryKey: ["files"] });
      if (trashed)
        say(t("documents.trashed", { title: changed.name }), {
          action: { label: t("web.undo"), run: () => step.mutate(false) },
        });
      else say(t("documents.restored"));
    },
  });
  return (
    <li className="row document-file">
      {isPicture(file) ? (
        <img src={fileAddress(file.id)} alt="" width="32" height="32" loading="lazy" />
      ) : (
        <span className="document-file-kind" aria-hidden="true">
          {(file.name.includes(".") ? (file.name.split(".").at(-1) ?? "") : "").slice(0, 4).toUpperCase()}
        </span>
      )}
      <span className="grow document-file-name">
        {renaming ? (
          <FileName file={file} onDone={() => setRenaming(false)} />
        ) : (
          <a
            className="link"
            href={fileAddress(file.id)}
            download={isPicture(file) ? undefined : file.name}
            target={isPicture(file) ? "_blank" : undefined}
            rel="noreferrer"
          >
            {file.name}
          </a>
        )}
        <span className="row wrap tiny faint">
          {sizeText(file.size)}
          {!compact && <PersonMark person={file.created_by} size={16} />}
          <time dateTime={file.created_at} title={fullTime(file.created_at)}>
            {shortTime(file.created_at)}
          </time>
          {!compact && <span>{t(`domain.level.${file.level}`)}</span>}
        </span>
      </span>
      {file.may.share && !file.trashed && !renaming && (
        <IconButton
          icon="task"
          label={`${t("documents.files.rename")} ${file.name}`}
          onPress={() => setRenaming(true)}
        />
      )}
      {file.may.write &&
        (file.trashed ? (
          <Button small onPress={() => step.mutate(false)} isDisabled={step.isPending}>
            {t("documents.restore")}
          </Button>
        ) : (
          <IconButton
            icon="x"
            label={`${t("documents.trash")} ${file.name}`}
            isDisabled={step.isPending}
            onPress={() => step.mutate(true)}
          />
        ))}
    </li>
  );
}
