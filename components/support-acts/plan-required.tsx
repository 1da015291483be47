import { Check } from 'lucide-react';

const GETS = [
  'Client certificates for your own keys: issue, renew and revoke them here or over the API.',
  'Enforcement when you want it: observe first, see which programs would be refused, then enforce on trial.',
  'Every call that was refused, with its reason and what to do.',
];

/** For an account whose plan lacks mutual TLS: what it would get, whom to ask, and what goes on as it is. */
export function PlanRequired({ provider }: { provider: string }) {
  return (
    <>
      <div>
        <h1 className="title">Your plan does not include mutual TLS</h1>
        <p className="lede">
          No certificate can be issued or renewed, and enforcement cannot be turned on. What is live
          goes on working until it expires. Ask {provider} to add mutual TLS to your plan; it holds
          at once.
        </p>
      </div>
      <section className="sheet sheet-pad" aria-labelledby="gets-title">
        <h2 className="h2" id="gets-title">
          With it you get
        </h2>
        <ul className="plan-gets">
          {GETS.map((one) => (
            <li key={one}>
              <Check className="icon" aria-hidden="true" />
              <span>{one}</span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
