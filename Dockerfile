# One image for all processes and the command line: HALLPASS_ROLE says what `node src/main.ts` is, and
# `docker run … node src/cli.ts` takes commands. What is in it, and how to verify it, stands in docs/image.md.
#
# Both bases are tags, and a tag can become something else: Renovate puts the digest behind each (.github/renovate.json).
# The first one builds, and nothing of it but libatomic is in the image.
ARG BUILD_IMAGE=docker.io/library/node:26.10.0-trixie-slim
ARG RUNTIME_IMAGE=gcr.io/distroless/cc-debian13:nonroot

FROM ${BUILD_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The packages that bring Node are optional ones: they stay out of here.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

# Node as every test runs it: the package of the lockfile, by its hash. It wants a library that the runtime image lacks.
FROM ${BUILD_IMAGE} AS node
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
  && install -D -m 0755 node_modules/node-linux-*/bin/node /out/usr/local/bin/node \
  && install -D -m 0644 /usr/lib/*-linux-gnu/libatomic.so.1 /out/usr/lib/libatomic.so.1

FROM ${BUILD_IMAGE} AS app
COPY --from=node /out/usr/local/bin/node /usr/local/bin/node
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
RUN install -d -o 1000 -g 1000 .compile-cache
USER 1000:1000
# What is compiled once is not compiled at each start. It is kept for this user, and read-only where the file system is.
ENV NODE_COMPILE_CACHE=/app/.compile-cache
RUN ["node", "--input-type=module", "-e", "await Promise.all(['bot', 'worker', 'guard', 'watcher'].map((one) => import('/app/src/' + one + '.ts')))"]

FROM ${RUNTIME_IMAGE}
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Hallpass" \
  org.opencontainers.image.description="Slack-first just-in-time approval bot for Kubernetes" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.source="https://github.com/hallpass/hallpass" \
  org.opencontainers.image.documentation="https://github.com/hallpass/hallpass/blob/main/docs/image.md" \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}"
COPY --from=node /out/ /
COPY --from=app /app /app
WORKDIR /app
ENV NODE_ENV=production
ENV NODE_COMPILE_CACHE=/app/.compile-cache
# That of the manifests (runAsUser): what was compiled is kept by it.
USER 1000:1000
ENTRYPOINT []
# Less room for what is young: a quarter less memory, for a little more of collecting it.
CMD ["node", "--max-semi-space-size=4", "src/main.ts"]
