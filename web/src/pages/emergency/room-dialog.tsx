import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Form } from "react-aria-components";
import { api } from "../../api/api";
import { Problem } from "../../api/client";
import type { WarRoom } from "../../api/types";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Field, TextField } from "../../ui/field";
import { platformText } from "../../ui/marks";
import { Select } from "../../ui/select";
import { say, sayProblem } from "../../ui/toast";
import { makerName, useMakers } from "../groups/makers";

/** Where the people concerned meet. */
export function RoomDialog({
  room,
  onDone,
  onClose,
}: {
  room: WarRoom;
  onDone: (room: WarRoom) => void;
  onClose: () => void;
}) {
  const [channel, setChannel] = useState(room.war_room?.id ?? "");
  const [meeting, setMeeting] = useState(room.meeting ?? "");
  const save = useMutation({
    mutationFn: () => api.setRoom(room.id, channel || null, meeting.trim() || null),
    onError: (error) => {
      if (!(error instanceof Problem && error.fields.length > 0)) sayProblem(error);
    },
    onSuccess: (changed) => {
      onDone(changed);
      onClose();
    },
  });
  const client = useQueryClient();
  const makers = useMakers();
  const make = useMutation({
    mutationFn: (account: string) => api.makeWarRoom(room.id, account),
    onError: sayProblem,
    onSuccess: () => {
      say(t("later.group.asked"));
      void client.invalidateQueries({ queryKey: ["emergency", room.id] });
      onClose();
    },
  });
  const field = (name: string) => (save.error instanceof Problem ? save.error.field(name) : undefined);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("web.emergency.room")}
      footer={
        <>
          <Button onPress={onClose}>{t("web.back")}</Button>
          <Button tone="primary" type="submit" form="room" isDisabled={save.isPending}>
            {t("web.save")}
          </Button>
        </>
      }
    >
      <Form
        id="room"
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Field label={t("web.emergency.room.group")} hint={t("web.emergency.room.hint")} error={field("channel")}>
          <Select
            label={t("web.emergency.room.group")}
            value={channel}
            onChange={setChannel}
            options={[
              { value: "", label: t("web.emergency.no_room") },
              ...room.rooms.map((each) => ({
                value: each.id,
                label: `${platformText(each.platform)} · ${each.title}`,
              })),
            ]}
          />
        </Field>
        <div className="row wrap">
          {makers
            .filter((one) => one.able)
            .map((one) => (
              <Button
                key={one.account}
                small
                icon="plus"
                isDisabled={make.isPending}
                onPress={() => make.mutate(one.account)}
              >
                {t("later.group.room.new", { account: makerName(one, makers) })}
              </Button>
            ))}
        </div>
        <TextField
          label={t("web.emergency.meeting")}
          placeholder="https://"
          value={meeting}
          onChange={setMeeting}
          error={field("meeting")}
        />
      </Form>
    </Dialog>
  );
}
