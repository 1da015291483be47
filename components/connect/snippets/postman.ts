import { addressOf, type SnippetFacts } from './facts';

/** A collection to import. Postman keeps client certificates in its settings, per host, and out of collections. */
export function postman(facts: SnippetFacts): string {
  const { protocol, hostname, port, pathname } = new URL(addressOf(facts));
  const collection = {
    info: {
      name: `Countersign: ${hostname}`,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: {
      type: 'basic',
      basic: [
        { key: 'username', value: facts.apiClient, type: 'string' },
        { key: 'password', value: '{{API_PASSWORD}}', type: 'string' },
      ],
    },
    item: [
      {
        name: 'Test authentication',
        request: {
          method: 'GET',
          header: [],
          url: {
            raw: addressOf(facts),
            protocol: protocol.replace(':', ''),
            host: hostname.split('.'),
            ...(port ? { port } : {}),
            path: pathname.split('/').filter(Boolean),
          },
        },
      },
    ],
    variable: [{ key: 'API_PASSWORD', value: '', type: 'string' }],
  };
  return `${JSON.stringify(collection, null, 2)}\n`;
}
