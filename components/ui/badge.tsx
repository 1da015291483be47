import { type Shape, ShapeOf } from './shapes';

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
  const tone = shape === 'warning' ? 'expiring' : shape;
  return (
    <span className={`badge ${tone} ${form === 'pill' ? 'pill' : ''}`}>
      <ShapeOf shape={shape} />
      {children}
    </span>
  );
}
