import StartPage from "./start-page";
import Starts from "./starts";

/** 新建协作: what to start from, or one start step by step. */
export default function Start({ id }: { id?: string }) {
  return id ? <StartPage id={id} /> : <Starts />;
}
