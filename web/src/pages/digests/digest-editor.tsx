import { useState } from "react";
import { type DigestInput, type DigestPage, type Part, PARTS } from "../../api/digests";
import { t } from "../../i18n/texts";
import { Button, IconButton } from "../../ui/button";
import { TextField } from "../../ui/field";
import { Select } from "../../ui/select";
import { inputOf, sheetOf } from "./edits";

/** A digest as somebody edits it: every drafted line can be reworded or left out, and lines of one's own be added. */
export function DigestEditor({
  digest,
  busy,
  onSave,
  onClose,
}: {
  digest: DigestPage;
  busy: boolean;
  onSave: (input: DigestInput) => void;
  onClose: () => void;
}) {
  const [sheet, setSheet] = useState(() => sheetOf(digest));
  // What it is written over: a draft that is fetched meanwhile does not change what is typed here.
  const [base] = useState(digest);
  const setLine = (key: string, text: string | null) =>
    setSheet((now) => ({
      ...now,
      lines: now.lines.map((each) => (each.line.key === key ? { ...each, text } : each)),
    }));
  const setAdded = (place: number, change: Partial<{ part: Part; text: string }>) =>
    setSheet((now) => ({
      ...now,
      added: now.added.map((each, index) => (index === place ? { ...each, ...change } : each)),
    }));
  return (
    <div className="digest-body digest-editor">
      <TextField
        label={t("digest.page.note")}
        hint={t("digest.page.note.hint")}
        lines={2}
        value={sheet.note}
        onChange={(note) => setSheet((now) => ({ ...now, note }))}
      />
      {PARTS.map((part) => {
        const lines = sheet.lines.filter((each) => each.line.part === part);
        return (
          lines.length > 0 && (
            <section key={part} className="digest-part">
              <h3>{t(`digest.part.${part}`)}</h3>
              {lines.map(({ line, text }) => (
                <div key={line.key} className="row digest-edit">
                  {text === null ? (
                    <>
                      <span className="grow left-out">{line.text}</span>
                      <Button small onPress={() => setLine(line.key, line.drafted ?? line.text)}>
                        {t("digest.page.put_back")}
                      </Button>
                    </>
                  ) : (
                    <>
                      <TextField
                        label={t("digest.page.line")}
                        hideLabel
                        value={text}
                        onChange={(next) => setLine(line.key, next)}
                      />
                      <IconButton icon="x" label={t("digest.page.leave_out")} onPress={() => setLine(line.key, null)} />
                    </>
                  )}
                </div>
              ))}
            </section>
          )
        );
      })}
      {sheet.added.map((each, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line that is being written has no other name
        <div key={place} className="row digest-edit">
          <Select
            label={t("digest.page.part")}
            value={each.part}
            onChange={(part) => setAdded(place, { part })}
            options={PARTS.map((part) => ({ value: part, label: t(`digest.part.${part}`) }))}
          />
          <TextField
            label={t("digest.page.line")}
            hideLabel
            value={each.text}
            onChange={(text) => setAdded(place, { text })}
          />
          <IconButton
            icon="x"
            label={t("digest.page.remove")}
            onPress={() => setSheet((now) => ({ ...now, added: now.added.filter((_, index) => index !== place) }))}
          />
        </div>
      ))}
      <div className="row wrap digest-steps">
        <Button
          small
          icon="plus"
          onPress={() => setSheet((now) => ({ ...now, added: [...now.added, { part: "next", text: "" }] }))}
        >
          {t("digest.page.add")}
        </Button>
        <span className="grow" />
        <Button tone="ghost" onPress={onClose}>
          {t("digest.page.cancel")}
        </Button>
        <Button tone="primary" isDisabled={busy} onPress={() => onSave(inputOf(base, sheet))}>
          {t("digest.page.done")}
        </Button>
      </div>
    </div>
  );
}
