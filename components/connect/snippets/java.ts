import {
  addressOf,
  filesOf,
  lines,
  PASSPHRASE_VARIABLE,
  PASSWORD_VARIABLE,
  type SnippetFacts,
} from './facts';
import { java as quoted } from './quote';

/** Java reads keys from PKCS #12, so the passphrase is that of the .p12 file; without one, PKCS #8 is read as it is. */
export function java(facts: SnippetFacts): string {
  const { caFile } = facts;
  return lines(
    'import java.io.*;',
    'import java.net.*;',
    'import java.net.http.*;',
    'import java.nio.file.*;',
    'import java.security.*;',
    'import java.security.cert.*;',
    'import java.security.spec.*;',
    'import java.time.Duration;',
    'import java.util.*;',
    'import javax.net.ssl.*;',
    '',
    'public class Call {',
    '  public static void main(String[] args) throws Exception {',
    ...(facts.key === 'passphrase' ? fromPkcs12(facts) : fromPem(facts)),
    '    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());',
    '    keys.init(store, password);',
    ...(caFile ? trust(caFile) : []),
    '    var tls = SSLContext.getInstance("TLS");',
    `    tls.init(keys.getKeyManagers(), ${caFile ? 'trust.getTrustManagers()' : 'null'}, null);`,
    '',
    '    var client = HttpClient.newBuilder().sslContext(tls).connectTimeout(Duration.ofSeconds(10)).build();',
    `    var credentials = ${quoted(`${facts.apiClient}:`)} + System.getenv("${PASSWORD_VARIABLE}");`,
    `    var request = HttpRequest.newBuilder(URI.create(${quoted(addressOf(facts))}))`,
    '        .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes()))',
    '        .timeout(Duration.ofSeconds(10))',
    '        .build();',
    '    var response = client.send(request, HttpResponse.BodyHandlers.ofString());',
    '    System.out.println(response.statusCode() + " " + response.body());',
    '  }',
    ...(facts.key === 'passphrase' ? [] : keyReader),
    '}',
  );
}

function fromPkcs12(facts: SnippetFacts): string[] {
  return [
    `    var password = System.getenv("${PASSPHRASE_VARIABLE}").toCharArray();`,
    '    var store = KeyStore.getInstance("PKCS12");',
    `    try (var file = new FileInputStream(${quoted(filesOf(facts).pkcs12)})) {`,
    '      store.load(file, password);',
    '    }',
  ];
}

function fromPem(facts: SnippetFacts): string[] {
  const { cert, key } = filesOf(facts);
  return [
    '    Collection<? extends java.security.cert.Certificate> chain;',
    `    try (var file = new FileInputStream(${quoted(cert)})) {`,
    '      chain = CertificateFactory.getInstance("X.509").generateCertificates(file);',
    '    }',
    '    var password = new char[0];',
    '    var store = KeyStore.getInstance("PKCS12");',
    '    store.load(null, null);',
    `    store.setKeyEntry("client", privateKey(${quoted(key)}), password,`,
    '        chain.toArray(new java.security.cert.Certificate[0]));',
  ];
}

const keyReader = [
  '',
  '  static PrivateKey privateKey(String path) throws Exception {',
  '    var pem = Files.readString(Path.of(path)).replaceAll("-----[^-]+-----|\\\\s", "");',
  '    var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem));',
  '    try {',
  '      return KeyFactory.getInstance("EC").generatePrivate(spec);',
  '    } catch (InvalidKeySpecException notEc) {',
  '      return KeyFactory.getInstance("RSA").generatePrivate(spec);',
  '    }',
  '  }',
];

function trust(caFile: string): string[] {
  return [
    '    var trusted = KeyStore.getInstance(KeyStore.getDefaultType());',
    '    trusted.load(null, null);',
    `    try (var file = new FileInputStream(${quoted(caFile)})) {`,
    '      trusted.setCertificateEntry("edge", CertificateFactory.getInstance("X.509").generateCertificate(file));',
    '    }',
    '    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());',
    '    trust.init(trusted);',
  ];
}
