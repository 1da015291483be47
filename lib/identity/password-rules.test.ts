import { describe, expect, it } from 'vitest';
import { passwordFault } from './password-rules';

const ines = { email: 'ines.duarte@meridian.example', name: 'Ines Duarte' };

describe('T20: a new password', () => {
  it.each([
    ['plum river sofa', null],
    ['ein langer Satz ohne Ziffern', null],
    ['Ünïcödé-Wörter', null],
    ['short', 'at least 12'],
    ['12345678901', 'at least 12'],
    ['password1234', 'first that are guessed'],
    ['PassWord1234', 'first that are guessed'],
    ['aaaaaaaaaaaaaaaa', 'first that are guessed'],
    ['ines.duarte@meridian.example', 'your name or address'],
    ['InesDuarte2026', 'your name or address'],
    ['meridian.example', 'your name or address'],
    ['duarte walks the dog', null],
    ['x'.repeat(300), 'at most 256'],
  ])('%j: %s', (password, fault) => {
    const found = passwordFault(password, ines);
    if (fault === null) expect(found).toBeNull();
    else expect(found).toContain(fault);
  });
});
