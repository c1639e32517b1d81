/**
 * How LocalThing is synced: the device's half.
 *
 * `manage.py createsyncaction` wrote it, and it is yours now. The app's onSync calls it. As it stands it does what the
 * framework's own action of this name does, a step at a time. What is thrown here ends the sync, and is tried again
 * where that can help; until `apply` nothing has changed on the device. Haversack's docs/accelerators.md tells what the
 * phases do, and docs/client.md what else onSync is given.
 */

export async function SyncLocalThing({ phases }) {
  // Collect: which rows this device has. Nothing is written on it but by the server, so nothing is to be sent.
  let question = await phases.collect("LocalThing");

  // Ask the server for all rows, where they are not the same. They come to the device, and nobody sees them yet.
  let answer = await phases.request(question);

  // The rows on the device do not add up to what the server says ("everything"): ask as if there were none.
  while (answer.again !== null) {
    question = await phases.collect("LocalThing", answer.again);
    answer = await phases.request(question);
  }

  // Apply: the rows take the place of those that were there, in one transaction. All tabs are told.
  const { received } = await phases.apply(answer);

  // What turned out to be damaged on the device is fetched again.
  await phases.repair("LocalThing");

  // Pictures that came with the rows, as many as this device has room for.
  await phases.files();

  // Rows that came, by entity. What else should follow goes here.
  return { received };
}
