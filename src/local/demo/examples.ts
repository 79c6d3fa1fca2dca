/** Commands that work in the shop as it is installed, for whoever sees the demo for the first time. */
export const examples = {
  change: '/jit request change add shop.acme.test/beta=checkout:80 shop-front/shop for 5m because QA wants to try it',
  open: '/jit request open app=web@shop-front into app=ledger 8080 shop-payments for 5m because refunds',
  access: '/jit request access ingress-edit shop-payments/ledger for 5m because checkout 502s',
  breakGlass: '/jit break-glass access ingress-edit shop-payments/ledger for 5m because all of checkout is down',
  dev: '/jit request access ingress-edit shop-dev for 5m because I try things out',
  /** By kubectl, with its kubeconfig. */
  write: (kubeconfig: string) =>
    `kubectl --kubeconfig ${kubeconfig} -n shop-front annotate ingress shop acme.test/owner=checkout`,
} as const;
