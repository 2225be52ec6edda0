// The pages of the people directory with their texts, which nothing else shows.
import { addTexts } from "../../i18n/texts";

const texts = addTexts({
  "zh-CN": () => import("../../../../locales/zh-CN/directory_page.json"),
  en: () => import("../../../../locales/en/directory_page.json"),
});

export const directoryPage = async () => (await Promise.all([import("./directory"), texts]))[0];
