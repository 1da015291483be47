/** Drawings of counts: a column of ten units for each hour or day, a hundred units high. */
export const COLUMN_WIDTH = 10;
export const HEIGHT = 100;

/** The outline of columns as one area, closed along the bottom; empty when there is nothing to draw. */
export function columnsPath(values: readonly number[], most: number): string {
  if (most <= 0 || values.every((value) => value === 0)) return '';
  const steps = values.map((value, index) => {
    const y = columnTop(value, most);
    return `L${index * COLUMN_WIDTH} ${y}L${(index + 1) * COLUMN_WIDTH} ${y}`;
  });
  return `M0 ${HEIGHT}${steps.join('')}L${values.length * COLUMN_WIDTH} ${HEIGHT}Z`;
}

// A day with one call among thousands still shows that there was one.
const LEAST = 3;

function columnTop(value: number, most: number): number {
  if (value === 0) return HEIGHT;
  return round(HEIGHT - Math.max(LEAST, (value / most) * HEIGHT));
}

export type Part = { x: number; width: number };

const GAP = 0.4;
const NARROWEST = 0.8;

/**
 * Parts of a bar, in percent of its width, in their order, with a small gap between them. What is not nothing can be
 * seen; nothing has no width.
 */
export function stackedParts(values: readonly number[]): Part[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  const shown = values.map((value) =>
    value === 0 || total === 0 ? 0 : Math.max(NARROWEST, (value / total) * 100),
  );
  const drawn = shown.filter((width) => width > 0).length;
  const scale = (100 - GAP * Math.max(0, drawn - 1)) / Math.max(1, sumOf(shown));
  let x = 0;
  return shown.map((wide) => {
    const width = round(wide * scale);
    const part = { x: round(x), width };
    if (width > 0) x += width + GAP;
    return part;
  });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
