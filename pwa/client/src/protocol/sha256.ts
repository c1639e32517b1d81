/**
 * SHA-256 (FIPS 180-4) as a plain function. WebCrypto answers later, which for a row takes longer than its sum, and is
 * missing over plain HTTP.
 */

const BLOCK = 64;
/** A message ends with a bit and its length. */
const END = 9;

const START = fractions(8, Math.sqrt);
const ROUNDS = fractions(64, Math.cbrt);
const w = new Int32Array(64);
const state = new Int32Array(8);

/** The digest: 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array<ArrayBuffer> {
  state.set(START);
  const whole = message.length - (message.length % BLOCK);
  compress(message, 0, whole);
  const rest = message.length - whole;
  const end = new Uint8Array(rest + END > BLOCK ? 2 * BLOCK : BLOCK);
  end.set(message.subarray(whole));
  end[rest] = 0x80;
  // In bits; messages of 512 MB and more do not get here.
  new DataView(end.buffer).setUint32(end.length - 4, message.length * 8);
  compress(end, 0, end.length);
  const digest = new Uint8Array(32);
  for (let at = 0; at < 32; at++) digest[at] = word(state, at >> 2) >>> (24 - 8 * (at & 3));
  return digest;
}

/** Takes in blocks; the names are those of the standard. */
function compress(bytes: Uint8Array, from: number, to: number): void {
  for (let at = from; at < to; at += BLOCK) {
    for (let t = 0; t < 16; t++) {
      const i = at + 4 * t;
      w[t] = (word(bytes, i) << 24) | (word(bytes, i + 1) << 16) | (word(bytes, i + 2) << 8) | word(bytes, i + 3);
    }
    for (let t = 16; t < 64; t++) {
      const x = word(w, t - 15);
      const y = word(w, t - 2);
      const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
      const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      w[t] = (word(w, t - 16) + s0 + word(w, t - 7) + s1) | 0;
    }
    let a = word(state, 0);
    let b = word(state, 1);
    let c = word(state, 2);
    let d = word(state, 3);
    let e = word(state, 4);
    let f = word(state, 5);
    let g = word(state, 6);
    let h = word(state, 7);
    for (let t = 0; t < 64; t++) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + word(ROUNDS, t) + word(w, t)) | 0;
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] = word(state, 0) + a;
    state[1] = word(state, 1) + b;
    state[2] = word(state, 2) + c;
    state[3] = word(state, 3) + d;
    state[4] = word(state, 4) + e;
    state[5] = word(state, 5) + f;
    state[6] = word(state, 6) + g;
    state[7] = word(state, 7) + h;
  }
}

function word(words: Int32Array | Uint8Array, index: number): number {
  return words[index] as number;
}

function turn(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits behind the point of a root of each of the first primes: numbers that nobody could choose. */
function fractions(count: number, root: (prime: number) => number): Int32Array {
  const primes: number[] = [];
  for (let number = 2; primes.length < count; number++) {
    if (primes.every((prime) => number % prime !== 0)) primes.push(number);
  }
  return Int32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}
