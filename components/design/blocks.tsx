import { Badge } from '@/components/ui/badge';
import { Chips, Segments, Tabs } from '@/components/ui/chips';
import { CodeBlock } from '@/components/ui/code-block';
import { Env } from '@/components/ui/env';
import { Fact } from '@/components/ui/fact';
import { Section } from './section';

const CHOICES = ['All', 'Live', 'Revoked'].map((name, index) => ({
  name,
  href: `/design?picked=${index}`,
  picked: index === 0,
}));
const COMMAND =
  'openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 \\\n  -keyout erp.key -out erp.csr -subj "/CN=erp.meridian.example"';

export function Blocks() {
  return (
    <>
      <Section title="Where you are" says="Links: the state is in the address">
        <Tabs label="Tabs" choices={CHOICES} />
        <Chips label="Chips" choices={CHOICES} />
        <Segments label="Segments" choices={CHOICES} />
      </Section>
      <Section title="Code and facts" says="Copy stands beside what it copies">
        <CodeBlock
          name="openssl"
          what="command"
          text={COMMAND}
          footer="It asks for a passphrase. Nothing is sent."
        />
        <dl className="facts">
          <Fact name="Serial" form="hex" copy="6f3a91c04be2d877">
            6f3a91c0 4be2d877
          </Fact>
          <Fact name="Key">EC P-256</Fact>
        </dl>
      </Section>
    </>
  );
}

export function Rows() {
  return (
    <section>
      <div className="bar-head">
        <h2 className="h2">Tables</h2>
        <p className="small quiet">Cards on a phone</p>
      </div>
      <div className="sheet overflow-hidden">
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">Certificate</th>
              <th scope="col">State</th>
              <th scope="col">Environment</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <td>
                <span className="name">ERP primary</span>
                <small className="mono">erp.meridian.example</small>
              </td>
              <td className="verdict-cell">
                <Badge shape="expiring">Expiring</Badge>
              </td>
              <td data-l="Environment">
                <Env environment="production" size="text" />
              </td>
            </tr>
            <tr>
              <td>
                <span className="name">Tracking web</span>
                <small className="mono">tracking.meridian.example</small>
              </td>
              <td className="verdict-cell">
                <Badge shape="live">Live</Badge>
              </td>
              <td data-l="Environment">
                <Env environment="sandbox" size="text" />
              </td>
            </tr>
          </tbody>
        </table>
      </div>
    </section>
  );
}
