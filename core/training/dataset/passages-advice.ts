import type { PassagesReport } from "../../contract/training.ts";

/** What retrieved passages mean for what the adapter learns, in sentences; empty when all is well. */
export function passagesAdvice(found: PassagesReport): string[] {
  const { examples, uncited, unresolved, citable, appended, shortened, without, topK, marksRemoved } = found;
  const advice: string[] = [];
  if (examples === 0) advice.push("No example got passages: nothing was found for them, or nothing fits.");
  if (uncited.length > 0) {
    const more = citable - appended;
    const remedy =
      more > 0
        ? ` The words of ${more} of them stand in exactly one passage: their citation can be appended.`
        : appended > 0
          ? ""
          : " Write [n] into them, or let a larger model with these documents write them.";
    advice.push(
      `${uncited.length.toLocaleString("en")} of ${examples.toLocaleString("en")} answers with passages contain no citation [n]: the adapter would learn to drop them.${remedy}`,
    );
  }
  if (unresolved.length > 0) {
    advice.push(
      `${unresolved.length.toLocaleString("en")} answers cite a number that no passage of their prompt has: the adapter would learn to invent citations.`,
    );
  }
  if (shortened > 0) {
    advice.push(
      `${shortened.toLocaleString("en")} examples carry fewer than ${topK} passages: more did not fit, or were not found. A longest example of more tokens takes more.`,
    );
  }
  if (without.length > 0) {
    advice.push(`${without.length.toLocaleString("en")} examples stay without passages: none was found, or none fits.`);
  }
  if (marksRemoved > 0) {
    advice.push(
      `${marksRemoved.toLocaleString("en")} answers without passages lose their citation marks, which would point nowhere.`,
    );
  }
  return advice;
}
