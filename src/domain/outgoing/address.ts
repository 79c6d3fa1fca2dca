import { ipv4Behind, meets, parseAddress, parseCidr } from '#domain/networkpolicy/cidr.ts';

/**
 * Where clouds hand out credentials of the machine to whoever asks, and what is next to it: link-local (RFC 3927, RFC 4291), the IPv6
 * address of AWS, and those of Alibaba and Oracle, which are not link-local.
 */
const blocks = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', '100.100.100.200/32', '192.0.0.192/32'].flatMap(
  (text) => parseCidr(text) ?? [],
);
const names = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Whether it is such an address or name, as a URL or a look-up has it, in whatever guise. */
export const isMetadataHost = (host: string): boolean => {
  const plain = host
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  const address = parseAddress(plain);
  if (address === undefined) return names.has(plain);
  const { family, value } = address;
  const itself = { family, first: value, last: value };
  const all = [itself, ...ipv4Behind(itself).map((range) => ({ ...range, family: 'ipv4' as const }))];
  return all.some((one) => blocks.some((block) => meets(one, block)));
};

/** Whether it is this machine, as a URL has it. */
export const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
