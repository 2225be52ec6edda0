import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { centreApi } from "../../api/centre";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";
import { NewEntry } from "./entry-dialogs";

/** Takes a message into the centre. */
export default function FileButton({
  collaboration,
  message,
  text,
}: {
  collaboration: string;
  message: string;
  text: string;
}) {
  const [open, setOpen] = useState(false);
  const { data } = useQuery({
    queryKey: ["centre", collaboration, "sections"],
    queryFn: () => centreApi.sections(collaboration),
    enabled: open,
  });
  return (
    <>
      <Button small tone="ghost" icon="plus" onPress={() => setOpen(true)}>
        {t("centre.file_message")}
      </Button>
      {open && data && (
        <NewEntry
          collaboration={collaboration}
          sections={data.sections}
          message={message}
          said={text}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
