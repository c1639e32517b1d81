export default async function onSync({ context, actions, entities, networkType }) {
  if (context === "prices") {
    await actions.SyncLocalProduct();
    return;
  }
  const categories = await actions.SyncLocalCategory();
  const isFirst = (await entities.LocalProduct.count()) === 0;
  // All products again only where it is cheap, or where they are needed.
  if (isFirst || categories.received.LocalCategory || networkType !== "cellular") {
    await actions.SyncLocalProduct();
  }
}
