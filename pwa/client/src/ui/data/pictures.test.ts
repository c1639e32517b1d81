import { expect, test, vi } from "vitest";
import { until } from "../../testing/until";
import { Pictures } from "./pictures";

function fake(here = true) {
  const urls = {
    createObjectURL: vi.fn(() => `blob:${urls.createObjectURL.mock.calls.length}`),
    revokeObjectURL: vi.fn(),
  };
  const device = { here };
  const load = vi.fn(async (_name: string, _size: string) => (device.here ? new Blob(["x"]) : null));
  return { urls, load, device, pictures: new Pictures(load, urls) };
}

test("one URL per picture however many rows show it", async () => {
  const { pictures, load } = fake();
  expect(await pictures.acquire("a.png")).toBe(await pictures.acquire("a.png"));
  expect(load).toHaveBeenCalledTimes(1);
});

test("a picture that arrives later is found by a retry, asked once for all who wait", async () => {
  const { pictures, device, load } = fake(false);
  expect(await pictures.acquire("a.png")).toBeNull();
  device.here = true;
  const [one, two] = await Promise.all([pictures.retry("a.png"), pictures.retry("a.png")]);
  expect(one).toBe("blob:1");
  expect(two).toBe(one);
  expect(load).toHaveBeenCalledTimes(2);
});

test("each size has a URL of its own, and is released by itself", async () => {
  const { pictures, load, urls } = fake();
  const [small, large] = [await pictures.acquire("a.png"), await pictures.acquire("a.png", "large")];
  expect(small).not.toBe(large);
  expect(load.mock.calls).toEqual([
    ["a.png", "small"],
    ["a.png", "large"],
  ]);
  pictures.release("a.png");
  for (let index = 0; index < 41; index++) {
    await pictures.acquire(`${index}.png`);
    pictures.release(`${index}.png`);
  }
  await until(() => expect(urls.revokeObjectURL).toHaveBeenCalledWith(small));
  expect(urls.revokeObjectURL).not.toHaveBeenCalledWith(large);
});

test("unused pictures are revoked beyond a few, used ones never", async () => {
  const { pictures, urls } = fake();
  await pictures.acquire("used.png");
  for (let index = 0; index < 100; index++) {
    await pictures.acquire(`${index}.png`);
    pictures.release(`${index}.png`);
  }
  await until(() => expect(urls.revokeObjectURL).toHaveBeenCalledTimes(60));
  expect(urls.revokeObjectURL).not.toHaveBeenCalledWith("blob:1");
});

test("clearing revokes everything", async () => {
  const { pictures, urls } = fake();
  await pictures.acquire("a.png");
  pictures.clear();
  await until(() => expect(urls.revokeObjectURL).toHaveBeenCalledWith("blob:1"));
});
