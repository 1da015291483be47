import { Info, OctagonX, TriangleAlert } from 'lucide-react';

const ICONS = { plain: Info, expiring: TriangleAlert, refused: OctagonX };

export function Notice({
  tone = 'plain',
  title,
  children,
}: {
  tone?: keyof typeof ICONS;
  title?: string;
  children?: React.ReactNode;
}) {
  const Icon = ICONS[tone];
  return (
    <div className={`notice ${tone}`} role={tone === 'refused' ? 'alert' : undefined}>
      <Icon className="icon" aria-hidden="true" />
      <div>
        {title ? <b>{title}</b> : null}
        {children}
      </div>
    </div>
  );
}
