/** The part of des.js that triple-des.ts uses; the package has no types of its own. */
declare module 'des.js' {
  export const EDE: unique symbol;
  export const CBC: {
    instantiate(cipher: typeof EDE): {
      create(options: { type: 'encrypt'; key: ArrayLike<number>; iv: ArrayLike<number> }): {
        update(data: ArrayLike<number>): number[];
        final(): number[];
      };
    };
  };
}
