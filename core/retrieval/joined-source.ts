import type { SearchedWord } from "../contract/explanation.ts";
import type { ChunkSource } from "./chunk-source.ts";

/**
 * Several places searched as one: the workspace, and servers of shared collections. A server that is away fails the search,
 * since passages that are silently missing would pass for all there are.
 *
 * Each place numbers its chunks by itself; here number n of place p is n · places + p, so that no two meet.
 *
 * @param sources  the first is the one whose generation counts
 */
export function joinedSource(sources: ChunkSource[]): ChunkSource {
  const joint = (place: number, id: number): number => id * sources.length + place;
  const jointly = <Hit extends { chunkId: number }>(place: number, hits: Hit[]): Hit[] =>
    hits.map((hit) => ({ ...hit, chunkId: joint(place, hit.chunkId) }));

  /** Ask every place for those of the ids that are its own. */
  async function readAll<Value>(
    ids: number[],
    read: (source: ChunkSource, own: number[]) => Promise<Map<number, Value>>,
  ): Promise<Map<number, Value>> {
    const byPlace = Map.groupBy(ids, (id) => id % sources.length);
    const found = await Promise.all(
      [...byPlace].map(async ([place, joined]) => {
        const values = await read(
          sources[place]!,
          joined.map((id) => Math.floor(id / sources.length)),
        );
        return [...values].map(([id, value]): [number, Value] => [joint(place, id), value]);
      }),
    );
    return new Map(found.flat());
  }

  const searched = sources.map(({ searchedChunks }) => searchedChunks);
  return {
    searchedChunks: searched.includes(null) ? null : searched.reduce<number>((sum, chunks) => sum + (chunks ?? 0), 0),
    async searchMeaning() {
      const legs = await Promise.all(sources.map((source) => source.searchMeaning()));
      return {
        queries: new Map(legs.flatMap(({ queries }) => [...queries])),
        found: legs.flatMap(({ found }, place) =>
          found.map(({ embedderId, neighbours }) => ({ embedderId, neighbours: jointly(place, neighbours) })),
        ),
        index: legs.some(({ index }) => index === "hnsw") ? "hnsw" : "exact",
        generation: legs[0]!.generation,
      };
    },
    async lookUpWords() {
      const legs = await Promise.all(sources.map((source) => source.lookUpWords()));
      return {
        lists: legs.flatMap(({ lists }, place) => lists.map((hits) => jointly(place, hits))),
        words: addedUp(legs.map(({ words }) => words)),
      };
    },
    readEmbeddings: (ids) => readAll(ids, (source, own) => source.readEmbeddings(own)),
    readTexts: (ids) => readAll(ids, (source, own) => source.readTexts(own)),
    readChunks: (ids) => readAll(ids, (source, own) => source.readChunks(own)),
  };
}

/** A word as all places have it: common where it was looked up in none. */
function addedUp(places: SearchedWord[][]): SearchedWord[] {
  const byWord = Map.groupBy(places.flat(), ({ word }) => word);
  return [...byWord].map(([word, each]) => ({
    word,
    forms: [...new Set(each.flatMap(({ forms }) => forms))],
    chunks: each.reduce((sum, { chunks }) => sum + chunks, 0),
    isCommon: each.every(({ isCommon }) => isCommon),
  }));
}
