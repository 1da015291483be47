/** Types of audit-verify.mjs, which is plain JavaScript so that it runs anywhere as one file. */
export type Verified = {
  faults: { line: number; words: string }[];
  head: Record<string, unknown> | null;
  keySha256: string | null;
  hashes: Map<number, string>;
};

export function verifyExport(
  file: AsyncIterable<Uint8Array>,
  pinned?: { key?: string | null; account?: string | null },
): Promise<Verified>;
