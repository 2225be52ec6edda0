import { lazy, Suspense, useState } from "react";
import { t } from "../../i18n/texts";
import { Button } from "../../ui/button";

const BeginMinutes = lazy(() => import("./begin-dialog"));

/** Makes a message a decision whose minutes are owed. */
export default function DecideButton({
  collaboration,
  message,
  text,
}: {
  collaboration: string;
  message: string;
  text: string;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button small tone="ghost" icon="goal" onPress={() => setOpen(true)}>
        {t("minutes.from_message")}
      </Button>
      {open && (
        <Suspense>
          <BeginMinutes
            collaboration={collaboration}
            message={message}
            title={[...(text.split("\n")[0] ?? "")].slice(0, 100).join("")}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
