'use client';

import { useState } from 'react';
import type { KeyFile } from '@/lib/pki/other-files';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { readRequestFile } from './request-file';
import { type RemoteCheck, useCsrCheck } from './use-csr-check';

export type KeySeen = { where: 'held-back' | 'received'; is: KeyFile };

/** What is in the field, where it came from, and what is found in it. A private key never stays in it. */
export function useRequest(
  initial: { csr: string; key: KeySeen | null },
  context: { legalName: string; remote: RemoteCheck },
) {
  const [csr, setCsr] = useState(initial.csr);
  const [fileName, setFileName] = useState<string | null>(null);
  const [key, setKey] = useState(initial.key);
  const [empty, setEmpty] = useState(false);
  const judge = useCsrCheck(context);

  const onClear = () => {
    setCsr('');
    setFileName(null);
    setKey(null);
    judge.clear();
  };
  const refuseKey = (is: KeyFile) => {
    onClear();
    setKey({ where: 'held-back', is });
  };
  const onText = (text: string, name: string | null = null) => {
    setEmpty(false);
    if (looksLikePrivateKey(text)) return refuseKey('private-key');
    setKey(null);
    setCsr(text);
    setFileName(name);
    if (text.trim() === '') judge.clear();
    else judge.check(text);
  };
  const onFile = async (file: File) => {
    const read = await readRequestFile(file);
    if (read.kind === 'private-key') return refuseKey(read.is);
    if (read.kind === 'text' && read.text.trim() !== '') return onText(read.text, file.name);
    // Nothing to show in the field; what it is instead, or that it is empty, the findings say.
    onClear();
    setFileName(file.name);
    judge.check(read.kind === 'text' ? read.text : read.bytes);
  };
  const sayEmpty = () => {
    setEmpty(true);
    document.getElementById('csr')?.focus();
  };
  return {
    csr,
    fileName,
    key,
    empty,
    judged: judge.state,
    acts: { onText, onFile, onClear },
    sayEmpty,
  };
}
