import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { centreApi, type SectionRule, type Sections } from "../../api/centre";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { TextField } from "../../ui/field";
import { sayProblem } from "../../ui/toast";

interface Draft {
  key: string;
  title: string;
  name: string;
  built_in: boolean;
  prefixes: string;
  tags: string;
}

const words = (rules: SectionRule[], kind: SectionRule["kind"]) =>
  rules
    .filter((rule) => rule.kind === kind)
    .map((rule) => rule.words)
    .join("、");

const rules = (text: string, kind: SectionRule["kind"]): SectionRule[] =>
  text
    .split(/[、，,;；\n]/)
    .map((each) => each.trim().replace(/^[#＃]/, ""))
    .filter(Boolean)
    .map((each) => ({ kind, words: each }));

/** A key that no other section has. */
function newKey(drafts: Draft[]): string {
  for (let number = 1; ; number++) if (!drafts.some((draft) => draft.key === `s${number}`)) return `s${number}`;
}

/** The sections, what they are called, and which messages go into them by themselves. */
export default function SectionsDialog({
  collaboration,
  sections,
  onClose,
}: {
  collaboration: string;
  sections: Sections;
  onClose: () => void;
}) {
  const client = useQueryClient();
  const [drafts, setDrafts] = useState<Draft[]>(() =>
    sections.sections.map((section) => ({
      key: section.key,
      title: section.title,
      name: section.name,
      built_in: section.built_in,
      prefixes: words(section.rules, "prefix"),
      tags: words(section.rules, "tag"),
    })),
  );
  const change = (key: string, part: Partial<Draft>) =>
    setDrafts(drafts.map((draft) => (draft.key === key ? { ...draft, ...part } : draft)));
  const save = useMutation({
    mutationFn: () =>
      centreApi.setSections(
        collaboration,
        sections.version,
        drafts.map((draft) => ({
          key: draft.key,
          name: draft.name.trim(),
          rules: [...rules(draft.prefixes, "prefix"), ...rules(draft.tags, "tag")],
        })),
      ),
    onError: sayProblem,
    onSuccess: () => {
      for (const queryKey of [["centre"], ["entries"]]) void client.invalidateQueries({ queryKey });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("centre.sections")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" onPress={() => save.mutate()} isDisabled={save.isPending}>
            {t("web.save")}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="quiet small">{t("centre.sections.hint")}</p>
        {drafts.map((draft) => (
          <fieldset key={draft.key} className="card section-draft">
            <legend className="sr">{draft.name || draft.title}</legend>
            <div className="row">
              <div className="grow">
                <TextField
                  label={t("centre.sections.name")}
                  value={draft.name}
                  placeholder={draft.title}
                  onChange={(name) => change(draft.key, { name })}
                />
              </div>
              {!draft.built_in && (
                <IconButton
                  icon="x"
                  label={t("centre.sections.remove", { section: draft.name || draft.title })}
                  onPress={() => setDrafts(drafts.filter((each) => each.key !== draft.key))}
                />
              )}
            </div>
            <TextField
              label={t("centre.sections.prefixes")}
              value={draft.prefixes}
              onChange={(prefixes) => change(draft.key, { prefixes })}
            />
            <TextField
              label={t("centre.sections.tags")}
              value={draft.tags}
              onChange={(tags) => change(draft.key, { tags })}
            />
          </fieldset>
        ))}
        <Button
          icon="plus"
          onPress={() =>
            setDrafts([
              ...drafts,
              {
                key: newKey(drafts),
                title: t("centre.sections.own"),
                name: "",
                built_in: false,
                prefixes: "",
                tags: "",
              },
            ])
          }
        >
          {t("centre.sections.add")}
        </Button>
      </div>
    </Dialog>
  );
}
