// The simulators' page, played by hand.
import type { Locator, Page } from "playwright-core";

export type Platform = "dingtalk" | "feishu";

/** Opens a group, or a person's own conversation with the robot, and speaks as `speaker`. */
export async function open(page: Page, simulator: string, platform: Platform, conversation: string, speaker: string) {
  const address = `${simulator}#${platform}/${conversation}/${speaker}`;
  // The page hears that only the part behind # changed.
  await page.goto(address);
  await page
    .locator("#speaker")
    .filter({ has: page.locator(`option[value="${speaker}"]`) })
    .waitFor();
  await page.waitForFunction((who) => (document.getElementById("speaker") as HTMLSelectElement).value === who, speaker);
}

/** Writes a message and sends it. */
export async function say(page: Page, text: string) {
  await page.locator("#text").fill(text);
  await page.locator("#text").press("Escape");
  await page.locator("#send").click();
  await page
    .locator(".message.mine", { hasText: text.replace(/^@\S+ /, "") })
    .last()
    .waitFor();
}

/** The newest card of the open conversation that holds these words. */
export function card(page: Page, words: string): Locator {
  return page.locator("#messages .card", { hasText: words }).last();
}

/** Writes a message without the page, where the page is not what is tested. */
export async function spoken(
  world: { simulator: string },
  platform: Platform,
  group: string,
  person: string,
  text: string,
) {
  const answer = await fetch(new URL("say", world.simulator), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ platform, person, place: { group }, text }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** Waits for a message with these words in somebody's conversation with the robot; the answer is all of it as JSON. */
export async function waitForText(world: { simulator: string }, platform: Platform, person: string, words: string) {
  for (let tries = 0; tries < 200; tries++) {
    const state = await (await fetch(new URL(`state?viewer=${person}`, world.simulator))).json();
    const conversation = state.platforms[platform].conversations.find((each: { key: string }) => each.key === person);
    const found = conversation.messages.findLast((message: object) => JSON.stringify(message).includes(words));
    if (found) return JSON.stringify(found);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody told ${person} of «${words}»`);
}
