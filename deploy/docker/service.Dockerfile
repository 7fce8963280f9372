# One image file for every program: docker build -f deploy/docker/service.Dockerfile --build-arg SERVICE=ingress --build-arg NAME=Ingress .
# The Kafka client is the NuGet package with its own native library (Librdkafka=bundled); an image never falls back to another.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG SERVICE
ARG NAME
WORKDIR /source
COPY . .
RUN dotnet publish "${SERVICE}/PaymentPipeline.${NAME}.csproj" -c Release -p:Librdkafka=bundled -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
ARG NAME
ENV PROGRAM=/app/PaymentPipeline.${NAME}.dll \
    ASPNETCORE_HTTP_PORTS=8080 \
    DOTNET_EnableDiagnostics=0
WORKDIR /app
COPY --from=build /app .
USER $APP_UID
EXPOSE 8080
ENTRYPOINT ["/bin/sh", "-c", "exec dotnet \"$PROGRAM\" \"$@\"", "--"]
