import type { Json } from '#domain/json.ts';
import type { Seeded } from './seeded.ts';

const keys = [
  '__proto__',
  'constructor',
  'toString',
  'metadata',
  'name',
  'namespace',
  'labels',
  'annotations',
  'status',
  'spec',
  'data',
  'finalizers',
  'ownerReferences',
  'deletionTimestamp',
  'generateName',
  'managedFields',
  '',
  'a.b/c',
  '\u202e',
] as const;

const texts = [
  '',
  ' ',
  'shop',
  'gate',
  'default',
  'system:serviceaccount:kube-system:namespace-controller',
  'system:serviceaccount:hallpass:hallpass-worker',
  'CREATE',
  'UPDATE',
  'DELETE',
  'CONNECT',
  'scale',
  'status',
  '\u0000',
  '\ud800',
  '\u202e*Approved* <!channel>',
  'configmaps',
  'secrets',
  '-1',
  'true',
] as const;

const numbers = [0, -0, -1, 1e308, 2 ** 53, 1e15 + 0.3, 0.1, 5e-324] as const;

const deep = (levels: number): Json => {
  let value: Json = 1;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

/** Something that is not what is expected there. Megabytes of it once in a long while. */
export const hostile = (random: Seeded): Json => {
  if (random.onceIn(400)) return 'x'.repeat(random.below(3_000_000));
  if (random.onceIn(400)) return Array.from({ length: random.below(100_000) }, () => ({ a: 1 }));
  if (random.onceIn(60)) return deep(random.below(5_000));
  switch (random.below(7)) {
    case 0:
      return null;
    case 1:
      return random.onceIn(2);
    case 2:
      return random.pick(numbers);
    case 3:
      return [hostile(random)];
    case 4:
      return { [random.pick(keys)]: random.pick(texts) };
    default:
      return random.pick(texts);
  }
};

/** Changes one place of a value, which is somewhere in it. Members are kept whatever their key is: `__proto__` as any other. */
export const spoil = (value: Json, random: Seeded): Json => {
  if (random.onceIn(6)) return hostile(random);
  if (Array.isArray(value)) {
    if (value.length === 0 || random.onceIn(5)) return [...value, hostile(random)];
    const at = random.below(value.length);
    if (random.onceIn(6)) return value.filter((_, index) => index !== at);
    return value.map((item, index) => (index === at ? spoil(item, random) : item));
  }
  if (typeof value !== 'object' || value === null) return random.onceIn(3) ? random.pick(texts) : hostile(random);
  const members: readonly (readonly [string, Json | undefined])[] = Object.entries(value);
  const at = random.below(Math.max(1, members.length));
  if (members.length === 0 || random.onceIn(6))
    return Object.fromEntries([...members, [random.pick(keys), hostile(random)]]);
  if (random.onceIn(6)) return Object.fromEntries(members.filter((_, index) => index !== at));
  return Object.fromEntries(
    members.map(([key, member], index) => [key, index === at ? spoil(member ?? null, random) : member]),
  );
};

/** The text of a value, spoilt as text now and then: cut, with bytes turned over, keys twice, in no UTF-8. */
export const spoiltText = (value: Json, random: Seeded): Uint8Array => {
  const text = JSON.stringify(value);
  if (random.onceIn(12)) return Buffer.from(text.slice(0, random.below(text.length)));
  if (random.onceIn(20)) return Buffer.from(text.replace('"operation"', '"operation":"UPDATE","operation"'));
  if (random.onceIn(30)) return Buffer.from(`\ufeff${text}`);
  if (random.onceIn(30)) return Buffer.from(text, 'utf16le');
  const bytes = Buffer.from(text);
  if (random.onceIn(10))
    for (let turned = random.below(8); turned >= 0; turned -= 1) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
};
