import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { AppSeed } from './seed.ts';

const command = z.object({
  command: z.string(),
  description: z.string(),
  usage_hint: z.string().default(''),
  should_escape: z.boolean().default(false),
});

/** What of an app's manifest the workspace goes by; what it does not know of makes no difference here. */
const manifest = z.object({
  display_information: z.object({ name: z.string() }),
  features: z.object({
    app_home: z.object({
      home_tab_enabled: z.boolean().default(false),
      messages_tab_enabled: z.boolean().default(false),
    }),
    slash_commands: z.array(command).default([]),
  }),
  oauth_config: z.object({ scopes: z.object({ bot: z.array(z.string()) }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: z.array(z.string()).default([]) }) }),
});

/** What an app is by its manifest; its ids, tokens and secret are Slack's to give. */
export type AppFromManifest = Omit<AppSeed, 'id' | 'botId' | 'botUserId' | 'token' | 'appToken' | 'signingSecret'>;

/** Reads a manifest as Slack takes it in; throws where it is none. */
export const appFrom = (text: string): AppFromManifest => {
  const { display_information, features, oauth_config, settings } = manifest.parse(parse(text));
  return {
    name: display_information.name,
    scopes: oauth_config.scopes.bot,
    commands: features.slash_commands.map(({ command, description, usage_hint, should_escape }) => ({
      command,
      description,
      usageHint: usage_hint,
      shouldEscape: should_escape,
    })),
    isHomeTabEnabled: features.app_home.home_tab_enabled,
    isMessagesTabEnabled: features.app_home.messages_tab_enabled,
    events: settings.event_subscriptions.bot_events,
  };
};

/** One of manifests/, by its name. */
export const readManifest = (name: string): string =>
  readFileSync(new URL(`../../../manifests/${name}`, import.meta.url), 'utf8');
