import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type Meeting, meetingsApi } from "../../api/meetings";
import { t } from "../../i18n/texts";
import { say, sayProblem } from "../../ui/toast";
import { takeMeeting } from "./take";

/** Says whether the reader comes, on the time and place that they see. */
export function useAnswer(meeting: Meeting | null | undefined) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async (coming: boolean) => {
      if (meeting) takeMeeting(client, await meetingsApi.answer(meeting.id, meeting.revision, coming));
    },
    onError: (error) => {
      sayProblem(error);
      // Most likely it takes place at another time by now.
      for (const queryKey of [["meeting", meeting?.id], ["desk"]]) void client.invalidateQueries({ queryKey });
    },
    onSuccess: () => say(t("meeting.answered")),
  });
}
