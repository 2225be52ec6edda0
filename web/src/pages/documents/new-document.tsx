import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { useLocation } from "wouter";
import { Problem } from "../../api/client";
import { documentsApi } from "../../api/documents";
import type { Level } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { Select } from "../../ui/select";
import { sayProblem } from "../../ui/toast";
import { LEVELS } from "./share-card";
import { takeDocument } from "./take";

/** The templates that are shipped; they change with the program only. */
export const useShipped = () =>
  useQuery({
    queryKey: ["document-templates"],
    queryFn: async () => (await documentsApi.templates()).items,
    staleTime: Number.POSITIVE_INFINITY,
  }).data ?? [];

const EMPTY = "empty";

/** Begins a document, empty or from a template, and opens it to be written. */
export default function NewDocument({
  collaboration,
  from,
  about,
  onClose,
}: {
  collaboration: string;
  /** The template it is copied from: the key of a shipped one, or the id of a document. */
  from?: string;
  /** The thing it is about. */
  about?: string;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [, navigate] = useLocation();
  const shipped = useShipped();
  const { data: own } = useQuery({
    queryKey: ["documents", { collaboration, template: true }],
    queryFn: () => documentsApi.list({ collaboration, template: true }),
  });
  const templates = [
    ...(own?.items ?? []).map((document) => ({ key: document.id, title: document.title })),
    ...shipped.map(({ key, title }) => ({ key, title })),
  ];
  const [begin, setBegin] = useState(from ?? EMPTY);
  const [typed, setTitle] = useState<string | null>(null);
  const title = typed ?? templates.find((template) => template.key === begin)?.title ?? "";
  const [level, setLevel] = useState<Level>("internal");
  const create = useMutation({
    mutationFn: async () => {
      const known = shipped.find((template) => template.key === begin);
      const text = begin === EMPTY ? "" : (known?.text ?? (await documentsApi.one(begin)).text);
      return documentsApi.create({ collaboration, title: title.trim(), text, level, about });
    },
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (begun) => {
      takeDocument(client, begun);
      onClose();
      navigate(`/documents/${begun.id}?edit=1`);
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("documents.new")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="new-document" isDisabled={create.isPending}>
            {t("documents.create")}
          </Button>
        </>
      }
    >
      <Form
        id="new-document"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Field label={t("documents.start_from")}>
          <Select
            label={t("documents.start_from")}
            value={begin}
            onChange={setBegin}
            options={[
              { value: EMPTY, label: t("documents.blank") },
              ...templates.map((template) => ({ value: template.key, label: template.title })),
            ]}
          />
        </Field>
        <TextField
          label={t("documents.title")}
          value={title}
          onChange={setTitle}
          placeholder={t("documents.title.example")}
          isRequired
          autoFocus
          error={create.error instanceof Problem ? create.error.field("title") : undefined}
        />
        <Field label={t("web.level")} hint={t(`documents.level.hint.${level}`)}>
          <Select
            label={t("web.level")}
            value={level}
            onChange={setLevel}
            options={LEVELS.map((each) => ({ value: each, label: t(`domain.level.${each}`) }))}
          />
        </Field>
      </Form>
    </Dialog>
  );
}
