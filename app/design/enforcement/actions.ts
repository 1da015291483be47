'use server';

/** Presses on the page that shows every state lead nowhere. */
export async function nothingAction<State>(state: State): Promise<State> {
  return state;
}
