import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { CRL_PROFILE, OCSP_PROFILE } from '@/lib/pki/profile';

const ROWS = [
  {
    who: 'Edges of this portal',
    takes: 'Nothing from here',
    why: 'A signed stream tells them of every certificate. A revocation reaches them within seconds.',
  },
  {
    who: 'A proxy of your own: nginx, HAProxy, Apache',
    takes: 'The bundle, and the CRL of root and issuing CA',
    why: `Each list is good for ${CRL_PROFILE.validityMs / DAY_MS} days and made anew with every revocation. Fetch it every few minutes, and reload the proxy: it reads the file once. A list of 100,000 entries makes a handshake of nginx eight times as dear; ask by OCSP then.`,
  },
  {
    who: 'Software that asks about each certificate',
    takes: 'OCSP, GET or POST',
    why: `The address is in every certificate. An answer is good for ${OCSP_PROFILE.validityMs / MINUTE_MS} minutes, so that is how late a revocation may reach a cache. A serial we never gave is unknown, not good.`,
  },
  {
    who: 'A person with one certificate',
    takes: 'The commands above',
    why: 'Both ways say the same.',
  },
] as const;

export function WhichToUse() {
  return (
    <section id="which" aria-labelledby="which-title">
      <h2 className="h2 mb-3" id="which-title">
        Which to use
      </h2>
      <div className="sheet overflow-hidden">
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">Who checks</th>
              <th scope="col">Takes</th>
              <th scope="col">Because</th>
            </tr>
          </thead>
          <tbody>
            {ROWS.map(({ who, takes, why }) => (
              <tr key={who}>
                <td className="whole">
                  <b className="name">{who}</b>
                </td>
                <td data-l="Takes">{takes}</td>
                <td data-l="Because" className="soft">
                  {why}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
