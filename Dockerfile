# The server alone: PostgreSQL and ClickHouse are given by connection strings (docker-compose.yml shows how).
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/AnalyticsGraph.Server -c Release -o /app -p:EmbeddedEngines=false

# The query editor for browsers; the engines, which the lock file has as optional, stay out.
FROM node:22-slim AS ide
WORKDIR /ide
COPY engines/package.json engines/package-lock.json ./
RUN npm ci --omit=optional --ignore-scripts

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
COPY --from=ide /ide/node_modules/@chillicream/bananacakepop-graphql-ide ide
USER $APP_UID
EXPOSE 5080
ENTRYPOINT ["dotnet", "AnalyticsGraph.Server.dll", "--urls", "http://0.0.0.0:5080"]
