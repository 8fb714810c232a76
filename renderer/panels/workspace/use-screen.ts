import { useHash } from "@mantine/hooks";

/** The two things one does here. */
export type Screen = "compare" | "train";

/** Which of them an address names; comparing is what an address without a name shows. */
export const screenOf = (hash: string): Screen => (hash.replace(/^#/, "") === "train" ? "train" : "compare");

/** The screen stands in the address: it survives a reload, and Back leads to the one before. */
export function useScreen(): [Screen, (screen: Screen) => void] {
  const [hash, setHash] = useHash({ getInitialValueInEffect: false });
  return [screenOf(hash), setHash];
}
