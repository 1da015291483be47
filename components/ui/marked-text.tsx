/** Text in which words between backticks are names from the API. */
export function MarkedText({ text }: { text: string }) {
  return text.split('`').map((piece, index) =>
    // Text and names take turns, so a piece is where it is: its place is its identity.
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a fixed text never change places
    index % 2 === 0 ? piece : <code key={index}>{piece}</code>,
  );
}
