import {
  addressOf,
  filesOf,
  lines,
  PASSPHRASE_VARIABLE,
  PASSWORD_VARIABLE,
  type SnippetFacts,
} from './facts';
import { doubleQuoted } from './quote';

/** Go's standard library reads no encrypted PKCS #8: openssl opens the key, and it never touches the disk unprotected. */
export function go(facts: SnippetFacts): string {
  const { cert, key } = filesOf(facts);
  const encrypted = facts.key === 'passphrase';
  const { caFile } = facts;
  return lines(
    'package main',
    '',
    'import (',
    '\t"crypto/tls"',
    caFile ? '\t"crypto/x509"' : null,
    '\t"fmt"',
    '\t"io"',
    '\t"log"',
    '\t"net/http"',
    '\t"os"',
    encrypted ? '\t"os/exec"' : null,
    '\t"time"',
    ')',
    '',
    'func main() {',
    ...(encrypted ? encryptedPair(cert, key) : plainPair(cert, key)),
    '\tconfig := &tls.Config{Certificates: []tls.Certificate{pair}}',
    ...(caFile ? trust(caFile) : []),
    '\tclient := &http.Client{',
    '\t\tTransport: &http.Transport{TLSClientConfig: config},',
    '\t\tTimeout:   10 * time.Second,',
    '\t}',
    `\trequest, err := http.NewRequest("GET", ${doubleQuoted(addressOf(facts))}, nil)`,
    ...check,
    `\trequest.SetBasicAuth(${doubleQuoted(facts.apiClient)}, os.Getenv("${PASSWORD_VARIABLE}"))`,
    '\tresponse, err := client.Do(request)',
    ...check,
    '\tdefer response.Body.Close()',
    '\tbody, err := io.ReadAll(response.Body)',
    ...check,
    '\tfmt.Println(response.StatusCode, string(body))',
    '}',
  );
}

const check = ['\tif err != nil {', '\t\tlog.Fatal(err)', '\t}'];

function plainPair(cert: string, key: string): string[] {
  return [
    `\tpair, err := tls.LoadX509KeyPair(${doubleQuoted(cert)}, ${doubleQuoted(key)})`,
    ...check,
  ];
}

function encryptedPair(cert: string, key: string): string[] {
  return [
    `\tcertificate, err := os.ReadFile(${doubleQuoted(cert)})`,
    ...check,
    `\tkey, err := exec.Command("openssl", "pkey", "-in", ${doubleQuoted(key)}, "-passin", "env:${PASSPHRASE_VARIABLE}").Output()`,
    ...check,
    '\tpair, err := tls.X509KeyPair(certificate, key)',
    ...check,
  ];
}

function trust(caFile: string): string[] {
  return [
    `\ttrusted, err := os.ReadFile(${doubleQuoted(caFile)})`,
    ...check,
    '\tconfig.RootCAs = x509.NewCertPool()',
    '\tconfig.RootCAs.AppendCertsFromPEM(trusted)',
  ];
}
