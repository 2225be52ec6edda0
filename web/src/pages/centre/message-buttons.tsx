import DecideButton from "../minutes/decide-button";
import FileButton from "./file-button";

/** What can be made of a message: a decision, and an entry of the centre unless it is `filed` already. */
export default function MessageButtons({
  filed,
  ...said
}: {
  collaboration: string;
  message: string;
  text: string;
  filed?: boolean;
}) {
  return (
    <>
      <DecideButton {...said} />
      {!filed && <FileButton {...said} />}
    </>
  );
}
