import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy';
import { counted } from '@/components/words';
import type { Finding, Severity } from '@/lib/kernel/findings';
import { FindingValue } from './finding-value';

const ORDER: Severity[] = ['error', 'warning', 'notice'];
const LOOKS = {
  error: { shape: 'refused', word: 'Blocks' },
  warning: { shape: 'warning', word: 'Warns' },
  notice: { shape: 'notice', word: 'Notice' },
} as const;

/** Every finding, blocking first: value found, rule, fix, corrected command. */
export function Findings({
  findings,
  says = summary,
}: {
  findings: Finding[];
  /** What the list means. */
  says?: (findings: Finding[]) => string;
}) {
  if (findings.length === 0) return null;
  const sorted = ORDER.flatMap((severity) => findings.filter((one) => one.severity === severity));
  return (
    <section className="sheet" aria-label="Findings">
      <div className="sheet-head">
        <h2 className="h2">{counted(findings.length, 'finding')}</h2>
        <p className="small soft">{says(findings)}</p>
      </div>
      {sorted.map((finding) => (
        <FindingRow
          key={`${finding.rule} ${finding.field} ${finding.value} ${finding.mark?.start}`}
          finding={finding}
        />
      ))}
    </section>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const { shape, word } = LOOKS[finding.severity];
  return (
    <article className="finding">
      <Badge shape={shape}>{word}</Badge>
      <div className="body">
        <h3 className="h3">{finding.title}</h3>
        {finding.command && finding.severity !== 'notice' ? (
          <CopyButton value={finding.command} what="corrected command" look="link" />
        ) : null}
        <FindingValue finding={finding} />
        <p>
          {finding.message} {finding.fix}
        </p>
        <p className="source">Source: {finding.source}</p>
      </div>
    </article>
  );
}

/** "2 block issuing, 1 warns": what the list means for the certificate. */
export function summary(findings: Finding[]): string {
  const count = (severity: Severity) => findings.filter((one) => one.severity === severity).length;
  const [errors, warnings, notices] = [count('error'), count('warning'), count('notice')];
  const parts: string[] = [];
  if (errors > 0) parts.push(`${errors} ${errors === 1 ? 'blocks' : 'block'} issuing`);
  if (warnings > 0) parts.push(`${warnings} ${warnings === 1 ? 'warns' : 'warn'}`);
  if (notices > 0) parts.push(`${notices} for your information`);
  if (errors === 0) parts.push('none blocks issuing');
  return parts.join(', ');
}
