/** Takes away from an input what it does not need to fail as it does. */
import type { Input } from './target.ts';

/** Attempts and milliseconds. */
const limits = { attempts: 600, time: 20_000 };

type StillFails = (input: Input) => Promise<boolean>;

export const minimise = async (input: Input, stillFails: StillFails): Promise<Input> => {
  const end = performance.now() + limits.time;
  let left = limits.attempts;
  let best = input;
  const tries = async (bytes: Uint8Array): Promise<boolean> => {
    left -= 1;
    const next = { sort: input.sort, bytes };
    if (left < 0 || performance.now() > end || !(await stillFails(next))) return false;
    best = next;
    return true;
  };
  for (let before = Number.POSITIVE_INFINITY; best.bytes.length < before && left > 0; ) {
    before = best.bytes.length;
    await withoutMembers(best.bytes, tries);
    await withoutChunks(best.bytes, tries);
  }
  return best;
};

/** Levels down to which members are left out one by one. */
const deepest = 30;

type Node = Record<string, unknown> | unknown[];
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** One member after the other of a JSON text, the large ones first. */
const withoutMembers = async (bytes: Uint8Array, tries: (bytes: Uint8Array) => Promise<boolean>): Promise<void> => {
  let root: unknown;
  try {
    root = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return;
  }
  const visit = async (node: unknown, depth = 0): Promise<void> => {
    if (!isNode(node) || depth > deepest) return;
    for (const key of Object.keys(node).reverse()) {
      const was: unknown = Reflect.get(node, key);
      const rest = Array.isArray(node) ? node.splice(Number(key), 1) : [];
      if (!Array.isArray(node)) Reflect.deleteProperty(node, key);
      if (await tries(Buffer.from(JSON.stringify(root)))) continue;
      if (Array.isArray(node)) node.splice(Number(key), 0, ...rest);
      else Object.defineProperty(node, key, { value: was, enumerable: true, configurable: true, writable: true });
      await visit(was, depth + 1);
    }
  };
  await visit(root);
};

/** Halves, quarters and so on. */
const withoutChunks = async (given: Uint8Array, tries: (bytes: Uint8Array) => Promise<boolean>): Promise<void> => {
  let bytes = given;
  for (let size = Math.ceil(bytes.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < bytes.length; ) {
      const without = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + size)]);
      if (await tries(without)) bytes = without;
      else at += size;
    }
    // Single bytes of what is still long are not worth their time.
    if (size === 1 || bytes.length / size > 400) return;
  }
};
