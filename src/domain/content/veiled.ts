/**
 * What stands for a value that must not be known: how long it is, and a mark by which who holds the key tells it from
 * another. Nobody can try values until one fits. No value of a Secret's data reads so: those are base64.
 */
export const veiledAs = (bytes: number, mark: string): string => `veiled:${bytes}:${mark}`;

const form = /^veiled:(\d{1,9}):[0-9a-f]{64}$/;

/** How many bytes are behind it; undefined for a text that is not veiled. */
export const veiledBytes = (text: string): number | undefined => {
  const [, bytes] = form.exec(text) ?? [];
  return bytes === undefined ? undefined : Number(bytes);
};

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes of a text, or of what is encoded in it where it is base64. */
export const bytesIn = (text: string, mayBeEncoded: boolean): number =>
  mayBeEncoded && base64.test(text)
    ? Math.floor((text.replace(/=+$/, '').length * 3) / 4)
    : new TextEncoder().encode(text).length;
