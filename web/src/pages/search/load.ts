// The search page and the quick search, with their texts: nothing of it is fetched before somebody searches.
import { addTexts, withTexts } from "../../i18n/texts";

const texts = addTexts({
  "zh-CN": () => import("../../../../locales/zh-CN/search.json"),
  en: () => import("../../../../locales/en/search.json"),
});

// The stages of minutes stand among theirs.
export const searchPage = async () => (await Promise.all([withTexts("minutes", import("./search-page")), texts]))[0];
export const quickSearch = async () => (await Promise.all([withTexts("minutes", import("./quick-search")), texts]))[0];
