import { type Shape, ShapeOf } from './shapes';

// `notice` alone is the class of a box.
const TONES: Partial<Record<Shape, string>> = { warning: 'expiring', notice: 'noted' };

export function Badge({
  shape,
  children,
  form = 'plain',
}: {
  shape: Shape;
  children: React.ReactNode;
  /** `pill` only beside a title. */
  form?: 'plain' | 'pill';
}) {
  const tone = TONES[shape] ?? shape;
  return (
    <span className={`badge ${tone} ${form === 'pill' ? 'pill' : ''}`}>
      <ShapeOf shape={shape} />
      {children}
    </span>
  );
}
