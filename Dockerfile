# The server alone: PostgreSQL and ClickHouse are given by connection strings (docker-compose.yml shows how).
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/AnalyticsGraph.Server -c Release -o /app -p:EmbeddedEngines=false

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
EXPOSE 5080
ENTRYPOINT ["dotnet", "AnalyticsGraph.Server.dll", "--urls", "http://0.0.0.0:5080"]
