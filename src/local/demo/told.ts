/** A fault in one line: its first, and where that only announces something, the last of what it announces. */
export const inOneLine = (fault: unknown): string => {
  const lines = (fault instanceof Error ? fault.message : String(fault))
    .split('\n')
    .filter((line) => line.trim() !== '');
  const [first = 'Something failed', ...others] = lines;
  const last = others.at(-1);
  return last === undefined || !first.endsWith(':') ? first : `${first} ${last.trim()}`;
};

/** A fault with its stack and all its causes, for a log. */
export const inFull = (fault: unknown): string => {
  if (!(fault instanceof Error)) return String(fault);
  const told = fault.stack ?? fault.message;
  return fault.cause === undefined ? told : `${told}\nbecause of ${inFull(fault.cause)}`;
};
