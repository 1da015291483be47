import { CodeBlock } from '@/components/ui/code-block';

/** The worked example, which the tests run as it is. */
export function Unattended({ publicUrl }: { publicUrl: string }) {
  const commands = [
    `curl --fail --remote-name "${publicUrl}/renewal/renew-certificate.sh"`,
    `COUNTERSIGN_URL=${publicUrl} \\`,
    'COUNTERSIGN_API_KEY_FILE=/etc/my-service/countersign-key \\',
    '  sh renew-certificate.sh /etc/my-service/mtls',
  ].join('\n');
  return (
    <section aria-labelledby="unattended-title">
      <h2 className="h2" id="unattended-title">
        Renew certificates unattended
      </h2>
      <p className="soft small prose-line mt-2 mb-2">
        A shell script for cron or a CI job, with openssl and curl. It does nothing while 30 days or
        more are left, makes a new key for each renewal, keeps the old pair, and leaves everything
        as it is when something fails. Its key needs the rights Read and Certificates.{' '}
        <a className="link" href="/renewal/renew-certificate.sh">
          The script
        </a>
        ,{' '}
        <a className="link" href="/renewal/renew-certificate.yml">
          a CI job that runs it
        </a>
      </p>
      <CodeBlock name="On the machine that uses the certificate" what="commands" text={commands} />
    </section>
  );
}
