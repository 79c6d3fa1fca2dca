import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createApt } from './apt.ts';
import { getChromium } from './chromium.ts';
import { type DebianProgram, installTree } from './debian-tree.ts';
import { makeFolder } from './files.ts';
import { type Built, buildFromDebian, debianKubernetes } from './kubernetes-source.ts';
import { buildKustomize } from './kustomize.ts';
import { fetchControllerManager, fetchOfficial } from './official.ts';
import { findPart, type PartName, type Places } from './parts.ts';
import type { Report } from './progress.ts';
import { run } from './run.ts';

const redis: DebianProgram = {
  packages: ['redis-server'],
  program: 'usr/bin/redis-server',
  probe: ['--version'],
};

const etcd: DebianProgram = { packages: ['etcd-server'], program: 'usr/bin/etcd', probe: ['--version'] };

const kubectl: DebianProgram = {
  packages: ['kubernetes-client'],
  program: 'usr/bin/kubectl',
  probe: ['version', '--client'],
};

/** Looks over the alerts of manifests/components/monitoring. */
const promtool: DebianProgram = { packages: ['prometheus'], program: 'usr/bin/promtool', probe: ['--version'] };

const kubernetesParts = ['etcd', 'kube-apiserver', 'kube-controller-manager'] as const;

const reason = (fault: unknown): string => {
  if (!(fault instanceof Error)) return String(fault);
  return fault.cause instanceof Error && fault.message === '' ? fault.cause.message : fault.message;
};

/**
 * Tried once per set-up, since a firewall costs each try its time-out, and not when some of Debian's is here already:
 * the programs must go together.
 */
const createOfficial = (places: Places) => {
  let failure: string | undefined;
  return async (report: Report): Promise<string | undefined> => {
    const isMixed = kubernetesParts.some((part) => existsSync(places.debian(part)));
    if (isMixed || failure !== undefined) return failure ?? 'Debian was taken before';
    try {
      await fetchOfficial(places.official, report);
    } catch (fault) {
      failure = reason(fault);
      report.doing(`the official Kubernetes cannot be fetched (${failure}); taking Debian's`);
    }
    return failure;
  };
};

const apiServerVersion = async (assets: string): Promise<string> => {
  const printed = await run(join(assets, 'kube-apiserver'), ['--version'], { timeout: 20_000 });
  return /v\d+\.\d+\.\d+\S*/.exec(printed)?.[0] ?? printed.trim();
};

/** Gets parts that were not found. Made once per set-up, called once per part, one after the other. */
export const createGetter = (places: Places) => {
  const apt = createApt(join(places.cache, 'apt'), places.env);
  const official = createOfficial(places);
  const work = join(places.cache, 'work');

  const fromDebian = async (part: PartName, wanted: DebianProgram, report: Report) => {
    report.doing(`fetching Debian's package ${wanted.packages.join(', ')}`);
    await installTree(part, wanted, places.debian(part), apt);
    return join(places.debian(part), 'bin', part);
  };

  const build = async (part: Built, report: Report) => {
    mkdirSync(work, { recursive: true });
    await buildFromDebian(part, places.debian(part), work, apt, report);
    const both: Built[] = ['kube-apiserver', 'kube-controller-manager'];
    const isLast = both.every((name) => findPart(name, { ...places, assets: undefined }) !== undefined);
    if (isLast) await rm(work, { recursive: true, force: true });
    return join(places.debian(part), 'bin', part);
  };

  /** Only kube-controller-manager and kubectl may be missing from KUBEBUILDER_ASSETS: envtest has never held the former. */
  const forAssets = async (assets: string, part: PartName, report: Report): Promise<string> => {
    if (part !== 'kube-controller-manager')
      throw new Error(
        `KUBEBUILDER_ASSETS is "${assets}", which has no executable "${part}". Put one there, or unset it.`,
      );
    const version = await apiServerVersion(assets);
    const matching = join(places.cache, `${part}-official-${version}`);
    if (version === debianKubernetes) {
      const withoutAssets = { ...places, assets: undefined, official: '' };
      return findPart(part, withoutAssets) ?? (await build(part, report));
    }
    report.doing(`fetching ${part} ${version} to go with KUBEBUILDER_ASSETS`);
    await makeFolder(matching, async (unfinished) => {
      mkdirSync(join(unfinished, 'bin'));
      await fetchControllerManager(version, join(unfinished, 'bin', part));
    }).catch((cause) => {
      const advice = `Put a ${part} ${version} into "${assets}".`;
      throw new Error(`KUBEBUILDER_ASSETS has no ${part}, and it cannot be fetched (${reason(cause)}). ${advice}`, {
        cause,
      });
    });
    return join(matching, 'bin', part);
  };

  return async (part: PartName, report: Report): Promise<string> => {
    switch (part) {
      case 'redis-server':
        return fromDebian(part, redis, report);
      case 'chromium':
        return getChromium(places.debian(part), apt, report);
      case 'kubectl':
        return fromDebian(part, kubectl, report);
      case 'kustomize': {
        const apart = join(places.cache, 'work-kustomize');
        mkdirSync(apart, { recursive: true });
        await buildKustomize(places.debian(part), apart, apt, places.env, report);
        await rm(apart, { recursive: true, force: true });
        return join(places.debian(part), 'bin', part);
      }
      case 'promtool':
        return fromDebian(part, promtool, report);
      case 'etcd':
        if (places.assets !== undefined) return forAssets(places.assets, part, report);
        if ((await official(report)) === undefined) return join(places.official, 'bin', part);
        return fromDebian(part, etcd, report);
      case 'kube-apiserver':
      case 'kube-controller-manager':
        if (places.assets !== undefined) return forAssets(places.assets, part, report);
        if ((await official(report)) === undefined) return join(places.official, 'bin', part);
        return build(part, report);
    }
  };
};
