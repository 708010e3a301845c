export const handler = async () => { await
