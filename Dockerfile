# One image for all processes and the command line: HALLPASS_ROLE=bot|worker|all says what `node src/main.ts` is,
# and `docker run … node src/cli.ts` takes commands.
FROM node:26.10.0-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image brings Node 26 itself, so the packages that bring it elsewhere (optional ones) stay out.
RUN npm ci --omit=dev --omit=optional --ignore-scripts

FROM node:26.10.0-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY src ./src
USER 1000:1000
CMD ["node", "src/main.ts"]
