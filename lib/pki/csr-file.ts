/**
 * From what was uploaded to the DER of one signing request, or to a finding that names what it is instead.
 */
import type { Finding } from '@/lib/kernel/findings';
import { bytesOfBase64 } from './bytes';
import type { CsrRule } from './csr-rules';
import { finding } from './finding';
import {
  KEY_FILES,
  keyFileOf,
  type OtherFile,
  otherBlock,
  otherOctets,
  otherText,
} from './other-files';
import { looksLikePrivateKey } from './private-key';

export const MAX_CSR_BYTES = 65_536;

export type CsrFile = { der: Uint8Array; sizeBytes: number } | { finding: Finding };

const COMMAND_HINT = 'Make a request with the openssl command below and upload the .csr file.';

/** Reads PEM (one block labelled CERTIFICATE REQUEST or NEW CERTIFICATE REQUEST) or DER. @see RFC 7468, 7 */
export function readCsrFile(input: string | Uint8Array, maxBytes: number): CsrFile {
  const octets = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const sizeBytes = octets.length;
  // A document is named as what it is, not by its size: that is what its owner can do something about.
  const known = otherOctets(octets);
  if (known) return { finding: unlike(known) };
  if (sizeBytes > maxBytes) {
    return wrong('file-size', 'Too large for a signing request', {
      message: `The file has ${sizeBytes} bytes; at most ${maxBytes} are taken. A request has about 1,000.`,
      fix: 'Check that you chose the right file.',
    });
  }
  if (looksLikePrivateKey(input)) return { finding: privateKeyFinding(input) };
  if (typeof input !== 'string' && input[0] === 0x30) return { der: input, sizeBytes };
  const text = typeof input === 'string' ? input : textOf(input);
  if (text === null) {
    return wrong('file-encoding', 'Text in UTF-16', {
      message: 'The file is text in UTF-16; requests are plain ASCII text.',
      fix: 'Save it as UTF-8 or ASCII, or upload the file that openssl wrote.',
    });
  }
  return readText(text.replace(/^\ufeff/, ''), sizeBytes);
}

function privateKeyFinding(input: string | Uint8Array): Finding {
  return finding('private-key', { field: 'file', ...KEY_FILES[keyFileOf(input)] });
}

type Block = { label: string; body: string; whole: string };

function readText(text: string, sizeBytes: number): CsrFile {
  const blocks = blocksIn(text);
  const [block] = blocks;
  if (!block) return { finding: notPem(text) };
  const requests = blocks.filter((one) => /^(NEW )?CERTIFICATE REQUEST$/.test(one.label));
  if (requests.length === 0) return { finding: unlike(otherBlock(block.label)) };
  if (blocks.length > 1) {
    return wrong('one-block', 'More than one block', {
      message: `The text has ${blocks.length} PEM blocks; exactly one signing request is taken.`,
      fix: 'Upload one request at a time, without certificates or keys beside it.',
      value: blocks
        .map((one) => one.label)
        .join(', ')
        .slice(0, 200),
    });
  }
  const around = text.replace(block.whole, '').trim();
  if (around !== '') {
    return wrong('text-around', 'Text around the request', {
      message: 'Before or after the PEM block there is other text. Only white space may be there.',
      fix: 'Keep the lines from BEGIN to END, and nothing else.',
      value: shownText(around),
    });
  }
  const der = bytesOfBase64(block.body.replace(/\s/g, ''));
  if (der === null || der.length === 0) {
    return wrong('base64', 'Damaged base 64', {
      message:
        'The text between BEGIN and END is not base 64: characters are missing, added or changed.',
      fix: 'Copy the file again, whole, or upload it instead of pasting.',
      value: /[^A-Za-z0-9+/=\s]/.exec(block.body)?.[0] ?? null,
    });
  }
  return { der, sizeBytes };
}

// One pass over the marker lines: a pattern from BEGIN to END would scan the rest of the text again for each BEGIN.
function blocksIn(text: string): Block[] {
  const blocks: Block[] = [];
  let begin: RegExpExecArray | null = null;
  for (const line of text.matchAll(/-----(BEGIN|END) ([^-\n]*)-----/g)) {
    if (line[1] === 'BEGIN') begin = line;
    else if (begin !== null && begin[2] === line[2]) {
      const end = line.index + line[0].length;
      blocks.push({
        label: begin[2] ?? '',
        body: text.slice(begin.index + begin[0].length, line.index),
        whole: text.slice(begin.index, end),
      });
      begin = null;
    }
  }
  return blocks;
}

// Never what might be a secret beside the request: a passphrase, a token, a key without its armor.
function shownText(around: string): string | null {
  const line = around.split('\n')[0]?.trim() ?? '';
  return /^[A-Za-z ,.:;()-]{1,80}$/.test(line) &&
    !/\S{20}/.test(line) &&
    !/pass|secret|token/i.test(line)
    ? line
    : null;
}

function notPem(text: string): Finding {
  const start = text.trimStart();
  if (start === '') {
    return finding('empty', {
      title: 'Nothing to read',
      field: 'file',
      message: 'The file or field is empty.',
      fix: COMMAND_HINT,
    });
  }
  if (/-----BEGIN /.test(start)) {
    return finding('incomplete', {
      title: 'An incomplete request',
      field: 'file',
      message: 'There is a BEGIN line without the END line that belongs to it.',
      fix: 'Copy the file again, from the BEGIN line to the END line.',
    });
  }
  if (/^M[A-Za-z0-9+/=\s]{60,}$/.test(start)) {
    return finding('armor-missing', {
      title: 'The BEGIN and END lines are missing',
      field: 'file',
      message: 'This looks like the inside of a request, without its first and last line.',
      fix: 'Add the lines -----BEGIN CERTIFICATE REQUEST----- before and -----END CERTIFICATE REQUEST----- after it.',
    });
  }
  return unlike(otherText(start));
}

export function unlike({ what, fix }: OtherFile): Finding {
  return finding('not-a-request', {
    title: 'Not a signing request',
    field: 'file',
    message: `This is ${what}. A signing request (CSR) is needed: it starts with -----BEGIN CERTIFICATE REQUEST-----.`,
    fix,
  });
}

function textOf(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return null;
  if (
    bytes.length > 1 &&
    bytes.length < 65_537 &&
    bytes.filter((octet) => octet === 0).length > bytes.length / 4
  ) {
    return null;
  }
  return new TextDecoder('utf-8').decode(bytes);
}

function wrong(
  rule: CsrRule,
  title: string,
  rest: { message: string; fix: string; value?: string | null },
): { finding: Finding } {
  return { finding: finding(rule, { title, field: 'file', ...rest }) };
}
