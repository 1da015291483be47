import {
  addressOf,
  filesOf,
  lines,
  PASSPHRASE_VARIABLE,
  PASSWORD_VARIABLE,
  type SnippetFacts,
} from './facts';
import { doubleQuoted } from './quote';

/** requests takes no passphrase: an encrypted key needs an SSL context of Python's own, mounted for this host. */
export function pythonRequests(facts: SnippetFacts): string {
  return facts.key === 'plain' ? plainRequests(facts) : requestsWithContext(facts);
}

function plainRequests(facts: SnippetFacts): string {
  const { cert, key } = filesOf(facts);
  return lines(
    'import os',
    '',
    'import requests',
    '',
    'response = requests.get(',
    `    ${doubleQuoted(addressOf(facts))},`,
    `    auth=(${doubleQuoted(facts.apiClient)}, os.environ["${PASSWORD_VARIABLE}"]),`,
    `    cert=(${doubleQuoted(cert)}, ${doubleQuoted(key)}),`,
    facts.caFile ? `    verify=${doubleQuoted(facts.caFile)},` : null,
    '    timeout=10,',
    ')',
    'print(response.status_code, response.text)',
  );
}

function requestsWithContext(facts: SnippetFacts): string {
  const { mtlsUrl, apiClient } = facts;
  return lines(
    'import os',
    'import ssl',
    '',
    'import requests',
    'from requests.adapters import HTTPAdapter',
    '',
    '',
    'class ClientCertificate(HTTPAdapter):',
    '    def __init__(self, context):',
    '        self.context = context',
    '        super().__init__()',
    '',
    '    def init_poolmanager(self, *args, **kwargs):',
    '        super().init_poolmanager(*args, ssl_context=self.context, **kwargs)',
    '',
    '',
    ...context(facts),
    '',
    'session = requests.Session()',
    ...(facts.caFile ? [`session.verify = ${doubleQuoted(facts.caFile)}`] : []),
    `session.mount(${doubleQuoted(mtlsUrl)}, ClientCertificate(context))`,
    'response = session.get(',
    `    ${doubleQuoted(addressOf(facts))},`,
    `    auth=(${doubleQuoted(apiClient)}, os.environ["${PASSWORD_VARIABLE}"]),`,
    '    timeout=10,',
    ')',
    'print(response.status_code, response.text)',
  );
}

export function pythonHttpx(facts: SnippetFacts): string {
  return lines(
    'import os',
    'import ssl',
    '',
    'import httpx',
    '',
    ...context(facts),
    '',
    'with httpx.Client(verify=context, timeout=10) as client:',
    '    response = client.get(',
    `        ${doubleQuoted(addressOf(facts))},`,
    `        auth=(${doubleQuoted(facts.apiClient)}, os.environ["${PASSWORD_VARIABLE}"]),`,
    '    )',
    '    print(response.status_code, response.text)',
  );
}

function context(facts: SnippetFacts): string[] {
  const { cert, key } = filesOf(facts);
  const trust = facts.caFile ? `cafile=${doubleQuoted(facts.caFile)}` : '';
  const password =
    facts.key === 'passphrase' ? `, password=os.environ["${PASSPHRASE_VARIABLE}"]` : '';
  return [
    `context = ssl.create_default_context(${trust})`,
    `context.load_cert_chain(${doubleQuoted(cert)}, ${doubleQuoted(key)}${password})`,
  ];
}
