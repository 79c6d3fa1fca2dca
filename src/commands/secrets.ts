import type { Config } from '#src/config.ts';

/** Shorter ones are words of the report as likely as secrets. */
const shortest = 6;

const passwordIn = (url: string): readonly string[] => {
  if (!URL.canParse(url)) return [];
  const { password } = new URL(url);
  // As it is written in the address, and as it is sent.
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
};

const secretsIn = ({ slack, lookup, siem, redisUrl, redisSentinels }: Config): readonly string[] => {
  const inbound = slack?.inbound.type === 'http' ? slack.inbound.signingSecret : slack?.inbound.appToken;
  const tokens = [slack?.botToken, lookup?.token, siem?.token, inbound, redisSentinels?.password];
  return [...tokens.map((token) => token ?? ''), ...passwordIn(redisUrl)].filter(({ length }) => length >= shortest);
};

/** Takes secrets of the settings out of a text, should a library have put one into its words. */
export const withoutSecrets = (config: Config, text: string): string =>
  secretsIn(config).reduce((said, secret) => said.replaceAll(secret, '[secret]'), text);
