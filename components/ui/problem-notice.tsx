import { ConfirmYourself } from './confirm-yourself';
import { Notice } from './notice';
import type { Problem } from './problem';

export function ProblemNotice({ problem }: { problem: Problem | undefined }) {
  if (!problem) return null;
  return (
    <Notice tone="refused" title={problem.title}>
      <p>{problem.detail}</p>
      {problem.code === 'reauthentication_required' ? <ConfirmYourself /> : null}
      {problem.code === 'internal_error' ? (
        <p>
          Request id <code>{problem.requestId}</code>
        </p>
      ) : null}
    </Notice>
  );
}
