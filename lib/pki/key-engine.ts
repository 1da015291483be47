/** What making keys and protecting them needs from the world: WebCrypto, and fresh octets. */
export type KeyEngine = {
  readonly subtle: SubtleCrypto;
  /** That many octets from a cryptographic generator. */
  readonly fresh: (count: number) => Uint8Array;
};
