import { type Load, readConfig } from './kubeconfig.ts';

/**
 * The ServiceAccount of the pod that we run in. The kubelet rotates its token on disk; a new configuration each time
 * reads it anew (client-node's own keeps it for a minute).
 */
export const loadInCluster =
  (root = ''): Load =>
  async () => {
    const { KubeConfig } = await import('@kubernetes/client-node');
    const config = new KubeConfig();
    config.loadFromCluster(root);
    // It takes the address from the pod's environment without looking whether it is there.
    if (config.getCurrentCluster()?.server.includes('undefined') !== false)
      throw new Error(
        'this is not a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set. Use a kubeconfig.',
      );
    const loaded = await readConfig(config);
    if (loaded.headers.authorization === undefined)
      throw new Error('the pod has no ServiceAccount token. Set automountServiceAccountToken on the pod.');
    return loaded;
  };
