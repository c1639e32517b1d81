import { expect, it } from "vitest";

import { sha256 } from "./sha256";

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

it.each([
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
])("sums up the standard's example %j", (text, digest) => {
  expect(hex(sha256(new TextEncoder().encode(text)))).toBe(digest);
});

it("sums up what WebCrypto does, whatever the length and wherever it lies", async () => {
  for (let length = 0; length < 260; length++) {
    const all = crypto.getRandomValues(new Uint8Array(length + 3));
    const bytes = all.subarray(3);
    expect(hex(sha256(bytes))).toBe(hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))));
  }
});
