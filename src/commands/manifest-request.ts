import { readManifestObjects } from '#adapters/files/manifest-objects.ts';
import { err, ok, type Result } from '#domain/result.ts';
import { few, oneLine } from '#domain/text.ts';
import { manifestForm, manifestKind } from '#kinds/change/manifest-ask.ts';
import { saySpot, type WrittenObject } from '#use-cases/judge-manifests.ts';

/** A change by manifests, and the namespace that they are in where nobody has typed one. */
export type ManifestAsk = {
  readonly kind: string;
  readonly form: ReturnType<typeof manifestForm>;
  readonly namespace: string;
};

type Read = { readonly ask: ManifestAsk; readonly notes: readonly string[] };

/** Reads files, folders and standard input as the change that they are. Lists and anchors are written out. */
export const readManifestAsk = async (
  files: readonly string[],
  typed: string | undefined,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<Result<Read, readonly string[]>> => {
  if (files.filter((name) => name === '-').length > 1) return err(['Standard input ("-") can be read once.']);
  const { objects, notes, problems } = await readManifestObjects(files, stdin);
  if (problems.length > 0) return err([...notes, ...problems]);
  if (objects.length === 0)
    return err([...notes, `There is no Kubernetes object in ${files.map(oneLine).join(', ')}.`]);
  const ask = manifestAskOf(objects, typed);
  return ask.ok ? ok({ ask: ask.value, notes }) : ask;
};

/** The objects of manifests as one change; `err` says what keeps them from being one. */
export const manifestAskOf = (
  objects: readonly WrittenObject[],
  typed: string | undefined,
): Result<ManifestAsk, readonly string[]> => {
  const unnamed = objects.filter(({ isGenerated }) => isGenerated);
  if (unnamed.length > 0)
    return err(
      unnamed.map(
        ({ spotOf }) =>
          `${saySpot(spotOf([]))}: it has no name of its own, so nobody can agree to it. Write metadata.name.`,
      ),
    );
  const named = [...new Set(objects.flatMap(({ manifest }) => manifest.metadata.namespace ?? []))];
  const namespace = typed ?? (named.length === 1 ? named[0] : undefined);
  if (namespace === undefined)
    return err([
      named.length === 0
        ? 'Say in which namespace, with -n <namespace>: the manifests name none.'
        : `The manifests are in several namespaces: ${few(named.map(oneLine), 5)}. Ask for each of them, with -n <namespace> and its files.`,
    ]);
  // As JSON, which is YAML that reads one way only: values are asked for as they were read here.
  const text = objects.map(({ manifest }) => JSON.stringify(manifest)).join('\n---\n');
  return ok({ kind: manifestKind, form: manifestForm(text), namespace });
};
