using Microsoft.Extensions.Configuration;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>How the server is started.</summary>
/// <param name="Urls">Where it listens, separated by semicolons.</param>
/// <param name="DataDirectory">The folder of the embedded engines; a full path.</param>
/// <param name="Demo">Whether the bundled sample, its trainings and its jobs are added, once.</param>
/// <param name="Postgres">An Npgsql connection string; null for the embedded engine.</param>
/// <param name="ClickHouse">A ClickHouse connection string; null for the embedded engine.</param>
internal sealed record ServerOptions(string Urls, string DataDirectory, bool Demo, string? Postgres, string? ClickHouse)
{
    /// <summary>Where the server listens unless told otherwise: this machine alone.</summary>
    public const string DefaultUrls = "http://127.0.0.1:5080";

    /// <summary>The folder of the embedded engines unless told otherwise, below the working directory.</summary>
    public const string DefaultDataDirectory = "./data";

    /// <summary>What requests may ask for at most.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>How long a start waits for an embedded engine that ended by itself.</summary>
    public TimeSpan ReturnLimit { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Reads what the command line leaves open from the configuration: appsettings, environment, command line, in ascending precedence.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="urls">The option <c>--urls</c>, or null.</param>
    /// <param name="data">The option <c>--data</c>, or null.</param>
    /// <param name="demo">The option <c>--demo</c>.</param>
    public static ServerOptions From(IConfiguration configuration, string? urls, string? data, bool demo) => new(
        urls ?? configuration["urls"] ?? DefaultUrls,
        Path.GetFullPath(data ?? Given(configuration["data"]) ?? DefaultDataDirectory),
        demo,
        Given(configuration.GetConnectionString("Postgres")),
        Given(configuration.GetConnectionString("ClickHouse")));

    private static string? Given(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
