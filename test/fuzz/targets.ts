import { admission } from '#test/fuzz/targets/admission.ts';
import { api } from '#test/fuzz/targets/api.ts';
import { audit } from '#test/fuzz/targets/audit.ts';
import { commandLine } from '#test/fuzz/targets/command-line.ts';
import { kubernetes } from '#test/fuzz/targets/kubernetes.ts';
import { policy } from '#test/fuzz/targets/policy.ts';
import { redis } from '#test/fuzz/targets/redis.ts';
import { slack } from '#test/fuzz/targets/slack.ts';
import type { Target } from './target.ts';

/** Every entry of the product, in the order in which they are fuzzed. */
export const targets: readonly Target[] = [slack, admission, audit, api, commandLine, policy, redis, kubernetes];
