/**
 * How LocalThing is synced: the device's half.
 *
 * `manage.py createsyncaction` wrote it, and it is yours now. The app's onSync calls it. As it stands it does what the
 * framework's own action of this name does, a step at a time. What is thrown here ends the sync, and is tried again
 * where that can help; until `apply` no row has changed on the device. Haversack's docs/accelerators.md tells what the
 * phases do, and docs/client.md what else onSync is given.
 */

export async function SyncLocalThing({ phases }) {
  // Push: what was changed on this device, of all entities, since one may wait for another; nothing, where the sync did
  // that already. What becomes of each is stored before this returns. What is refused stays here until a person has
  // looked at it, and holds up no other.
  const pushed = await phases.push();

  // Collect: where this device stands with the server's rows. What was pushed of it comes with them.
  let question = await phases.collect("LocalThing");

  // Ask the server for what changed since. It comes to the device, and nobody sees it yet.
  let answer = await phases.request(question);

  // The server cannot tell ("compare"), or the rows do not add up to what it says ("everything"): ask in that way.
  while (answer.again !== null) {
    question = await phases.collect("LocalThing", answer.again);
    answer = await phases.request(question);
  }

  // Apply: rows that are new, changed or gone, and the cursor, in one transaction. All tabs are told.
  const { received } = await phases.apply(answer);

  // What turned out to be damaged on the device is compared with the server's rows, and mended.
  await phases.repair("LocalThing");

  // Pictures that came with the rows, as many as this device has room for.
  await phases.files();

  // How many changes ended in which way, and rows that came, by entity. What else should follow goes here.
  return { pushed, received };
}
