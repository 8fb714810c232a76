import { RetrievalFilter } from "../../core/contract/retrieval.ts";

/** Everything a collection holds may be found. */
export const noFilter: RetrievalFilter = RetrievalFilter.parse({});
