import {
  addressOf,
  filesOf,
  lines,
  PASSPHRASE_VARIABLE,
  PASSWORD_VARIABLE,
  type SnippetFacts,
} from './facts';
import { singleQuoted } from './quote';

export function ruby(facts: SnippetFacts): string {
  const { cert, key } = filesOf(facts);
  const passphrase = facts.key === 'passphrase' ? `, ENV.fetch('${PASSPHRASE_VARIABLE}')` : '';
  return lines(
    "require 'net/http'",
    "require 'openssl'",
    '',
    `uri = URI(${singleQuoted(addressOf(facts))})`,
    `leaf, *chain = OpenSSL::X509::Certificate.load_file(${singleQuoted(cert)})`,
    '',
    'http = Net::HTTP.new(uri.host, uri.port)',
    'http.use_ssl = true',
    'http.verify_mode = OpenSSL::SSL::VERIFY_PEER',
    'http.cert = leaf',
    'http.extra_chain_cert = chain',
    `http.key = OpenSSL::PKey.read(File.read(${singleQuoted(key)})${passphrase})`,
    facts.caFile ? `http.ca_file = ${singleQuoted(facts.caFile)}` : null,
    'http.open_timeout = http.read_timeout = 10',
    '',
    'request = Net::HTTP::Get.new(uri)',
    `request.basic_auth(${singleQuoted(facts.apiClient)}, ENV.fetch('${PASSWORD_VARIABLE}'))`,
    'response = http.request(request)',
    'puts "#{response.code} #{response.body}"',
  );
}
