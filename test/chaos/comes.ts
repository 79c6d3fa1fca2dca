/** Milliseconds in which everything has come to rest once nothing is broken any more. */
export const patience = 60_000;

/** Waits for something to be so; whether it came to be. */
export const comes = async (isSo: () => Promise<boolean>): Promise<boolean> => {
  for (const deadline = Date.now() + patience; Date.now() < deadline; ) {
    if (await isSo().catch(() => false)) return true;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return false;
};
