import { Section } from './section';

// Whole class names: the style sheet is made from what stands in the source.
const SURFACES = {
  canvas: 'bg-canvas',
  surface: 'bg-surface',
  sunken: 'bg-sunken',
  hover: 'bg-hover',
  picked: 'bg-picked',
  code: 'bg-code',
  track: 'bg-track',
  rail: 'bg-rail',
  'rail-support': 'bg-rail-support',
};
const SIGNALS = {
  'accent-fill': 'bg-accent-fill',
  'accent-tint': 'bg-accent-tint',
  'live-fill': 'bg-live-fill',
  'live-bar': 'bg-live-bar',
  'live-tint': 'bg-live-tint',
  'expiring-fill': 'bg-expiring-fill',
  'expiring-tint': 'bg-expiring-tint',
  'refused-fill': 'bg-refused-fill',
  'refused-tint': 'bg-refused-tint',
  'revoked-fill': 'bg-revoked-fill',
};
const INKS = {
  ink: 'text-ink',
  'ink-2': 'text-ink-2',
  'ink-3': 'text-ink-3',
  accent: 'text-accent',
  live: 'text-live',
  expiring: 'text-expiring',
  refused: 'text-refused',
  revoked: 'text-revoked',
};
const SIZES = {
  '2xl, 40/44: the one number': 'text-2xl',
  'xl, 28/36: verdict and title': 'text-xl',
  'lg, 20/28: a sentence': 'text-lg',
  'md, 16/24: a section': 'text-md',
  'base, 14/20: text': 'text-base',
  'sm, 13/20: tables and controls': 'text-sm',
  'xs, 12/16: labels': 'text-xs',
};

export function Colours() {
  return (
    <Section title="Colour" says="Each token is a pair for light and dark">
      <Swatches colours={SURFACES} />
      <Swatches colours={SIGNALS} />
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {Object.entries(INKS).map(([name, colour]) => (
          <span key={name} className={colour}>
            {name}
          </span>
        ))}
      </div>
    </Section>
  );
}

function Swatches({ colours }: { colours: Record<string, string> }) {
  return (
    <ul className="flex flex-wrap gap-4">
      {Object.entries(colours).map(([name, colour]) => (
        <li key={name} className="w-24 tiny">
          <span className={`block h-12 rounded-md border border-line-strong ${colour}`} />
          {name}
        </li>
      ))}
    </ul>
  );
}

export function Type() {
  return (
    <Section title="Type" says="Geist; Geist Mono for what is copied or compared">
      <div className="grid gap-3">
        {Object.entries(SIZES).map(([name, size]) => (
          <p key={name} className={size}>
            {name}
          </p>
        ))}
        <p className="mono">6f3a91c0 4be2d877: Geist Mono</p>
      </div>
    </Section>
  );
}
