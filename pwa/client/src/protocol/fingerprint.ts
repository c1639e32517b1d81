/**
 * Fingerprints of rows (decision 0004): the first 48 bits of SHA-256 over the row text, and their sum modulo 2^48.
 * Both stay below 2^49, where doubles are exact.
 */

import { sha256 } from "./sha256";

const MODULUS = 2 ** 48;

/** Fingerprint of one row line: its UTF-8 bytes without the line feed. */
export function rowFingerprint(line: Uint8Array): number {
  const hash = sha256(line);
  const view = new DataView(hash.buffer, hash.byteOffset);
  return view.getUint16(0) * 2 ** 32 + view.getUint32(2);
}

/** Fingerprint of the union of two sets of rows. */
export function addFingerprints(a: number, b: number): number {
  return (a + b) % MODULUS;
}

/** Fingerprint of the first set without the second, which is part of it. */
export function subtractFingerprints(a: number, b: number): number {
  return (a - b + MODULUS) % MODULUS;
}
