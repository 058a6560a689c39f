# Muster in a container: `worker` by default, any other command of `muster` in its place.
# Debian, not Alpine: the SDK's native part is not built for musl.
ARG NODE=node:24.21.0-bookworm-slim

FROM ${NODE} AS dependencies
WORKDIR /muster
COPY package.json package-lock.json ./
# No package needs a script of its own to be installed; ours would build, and its sources come later. The SDK brings its
# native part for every system, of which only Linux's can run here.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name '*-linux-gnu' -exec rm -r {} +

FROM dependencies AS build
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY activities activities
COPY workflows workflows
RUN npm run build

FROM ${NODE}
ENV NODE_ENV=production
WORKDIR /muster
RUN install -d -o node -g node /var/lib/muster/imports /var/lib/muster/results \
  && ln -s /muster/dist/src/cli/main.js /usr/local/bin/muster
COPY --from=dependencies /muster/node_modules node_modules
COPY --from=build /muster/dist dist
COPY package.json LICENSE muster.example.yaml ./
RUN chmod 755 dist/src/cli/main.js
USER node
# /healthz and /readyz; /metrics
EXPOSE 9090 9464
# Whether it lives. Ready is another question: a worker whose Temporal is away needs no restart.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=6 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9090/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/muster/dist/src/cli/main.js"]
CMD ["worker"]
