# Build: docker build -t tributary .
# Run:   docker run -v ./config:/config:ro -v tributary-data:/var/lib/tributary -e TB_GW_HOST=… -e TB_GW_ACCESS_TOKEN=… tributary
# The whole image: where no prebuilt SQLite can be fetched, it is compiled.
FROM node:20-bookworm AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production TB_GW_CONFIG_DIR=/config TB_GW_LOG_FORMAT=json
COPY --from=build /build/package.json /opt/tributary/
COPY --from=build /build/node_modules /opt/tributary/node_modules
COPY --from=build /build/dist /opt/tributary/dist
# Relative paths in the storage section start here: ./data/ is in the volume.
RUN install --directory --owner=node --group=node --mode=0700 /var/lib/tributary
WORKDIR /var/lib/tributary
VOLUME ["/var/lib/tributary"]
USER node
# Node as process 1 gets SIGTERM itself: `docker stop` is a clean stop.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/opt/tributary/dist/main.js"]
