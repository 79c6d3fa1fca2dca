import { z } from 'zod';
import { identitiesFile } from '#domain/identities-file.ts';
import { webhooksFile } from '#domain/outgoing/webhooks-file.ts';
import { rulesFile } from '#domain/policy/rules-file.ts';
import { kindModules } from '#kinds/index.ts';
import { casesFile, casesName } from './policy-cases.ts';

/** Usual for where events go, and has a schema as the policy's files have. */
export const webhooksName = 'webhooks.yaml';

const schemas: readonly (readonly [file: string, schema: z.ZodType])[] = [
  ['rules.yaml', rulesFile],
  ['identities.yaml', identitiesFile],
  [casesName, casesFile],
  // No file of a policy: wherever HALLPASS_WEBHOOKS says.
  [webhooksName, webhooksFile],
  ...kindModules.map(({ settingsFile, settingsSchema }) => [settingsFile, settingsSchema] as const),
];

/** The name of the JSON Schema of a policy file. */
export const schemaNameOf = (file: string): string => file.replace(/\.yaml$/, '.json');

/**
 * JSON Schemas of a policy folder's files, for editors: file name → text. They say how the files are written, in draft 7,
 * which yaml-language-server knows best; what no schema can say is left to `hallpass policy check`.
 */
export const renderSchemas = (): ReadonlyMap<string, string> =>
  new Map(
    schemas.map(([file, schema]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
      const said = { $schema, title: `Hallpass: ${file}`, ...rest };
      return [schemaNameOf(file), `${JSON.stringify(said, null, 2)}\n`];
    }),
  );
