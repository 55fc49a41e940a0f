using System.Diagnostics;
using System.Globalization;
using AnalyticsGraph.ClickHouse;
using AnalyticsGraph.Tracking;
using Npgsql;

namespace AnalyticsGraph.Server.Hosting;

/// <summary>From connection strings to clients, and what their errors say about the connection.</summary>
internal static class StoreConnections
{
    /// <summary>Makes sure, before anything is started, that the connection strings are some.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="SettingException">One is none; the message names it, without its content.</exception>
    public static void Check(ServerOptions options)
    {
        if (options.Postgres is { } postgres)
        {
            Check("Postgres", "Host=db;Database=analyticsgraph;Username=me;Password=...", () => new NpgsqlConnectionStringBuilder(postgres));
        }

        if (options.ClickHouse is { } clickHouse)
        {
            Check("ClickHouse", "Host=db;Port=8123;Database=analyticsgraph;Username=me;Password=...", () => ClickHouseOptions.Parse(clickHouse));
        }
    }

    /// <summary>Connects lazily.</summary>
    /// <param name="connectionString">Where to.</param>
    /// <param name="isTimed">Whether statements have a time limit, that of the connection string or else Npgsql's; a COPY has no other one than this.</param>
    /// <param name="loggers">For Npgsql.</param>
    public static NpgsqlDataSource OpenPostgres(string connectionString, bool isTimed, ILoggerFactory loggers)
    {
        // Statements come from plans, so there are few of them: prepared by their second use, they skip PostgreSQL's parser and, mostly, its planner.
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        if (settings.MaxAutoPrepare == 0)
        {
            settings.MaxAutoPrepare = 200;
            settings.AutoPrepareMinUsages = 2;
        }

        if (!isTimed)
        {
            settings.CommandTimeout = 0;
        }

        // Nothing is left in a session but prepared statements: transactions end with their connection's use, session locks are given up, and an import, which has temporary tables,
        // closes its connections. So the seven statements that would clean each connection before its next use are spared: 15 of a round trip's 40 microseconds.
        settings.NoResetOnClose = true;
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).UseLoggerFactory(loggers).ConfigureTracing(tracing => tracing
            .ConfigureCommandFilter(_ => IsUntold()).ConfigureBatchFilter(_ => IsUntold()).ConfigureCopyOperationFilter(_ => IsUntold())
            .EnablePhysicalOpenTracing(false).EnableFirstResponseEvent(false)).Build();
    }

    // The mapping's round trips have a client span already, with rows and fields, which Npgsql does not know; and what is asked in the background twice a second, whether there is
    // something to do, is worth no trace of its own.
    private static bool IsUntold() => Activity.Current is { Kind: not ActivityKind.Client };

    /// <summary>Connects lazily.</summary>
    public static ClickHouseClient OpenClickHouse(string connectionString, ILoggerFactory loggers) =>
        new(ClickHouseOptions.Parse(connectionString), loggers.CreateLogger<ClickHouseClient>());

    /// <summary>Whether a store went away, or was not there, rather than answered that something is wrong.</summary>
    /// <param name="fault">The error, or one around it.</param>
    public static bool IsLost(Exception fault) => fault switch
    {
        // Class 08 connection, 57P operator intervention: shut down, crashed, not up yet.
        PostgresException { SqlState: ['0', '8', ..] or ['5', '7', 'P', ..] } => true,
        PostgresException or NpgsqlException { InnerException: TimeoutException } => false,
        NpgsqlException or ClickHouseTransportException => true,
        _ => fault.InnerException is { } inner && IsLost(inner),
    };

    /// <summary>Why a store does not answer, for everybody to read: one line without a stop at its end. What the store or its client said, which may name users and addresses, is for the log.</summary>
    /// <param name="fault">The error, or one around it.</param>
    /// <returns>Null where it is no store's.</returns>
    public static string? Reason(Exception fault) => fault switch
    {
        NpgsqlException when PostgresAbsence.IsCause(fault) => PostgresAbsence.Reason(fault),
        PostgresException refused => $"PostgreSQL refuses to answer (SQLSTATE {refused.SqlState})",
        ClickHouseException { Code: > 0 } refused => string.Create(CultureInfo.InvariantCulture, $"ClickHouse refuses to answer (code {refused.Code})"),
        ClickHouseException => "ClickHouse does not answer",
        _ => fault.InnerException is { } inner ? Reason(inner) : null,
    };

    private static void Check(string name, string example, Func<object> parse)
    {
        try
        {
            parse();
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException)
        {
            throw new SettingException($"The connection string ConnectionStrings:{name} cannot be read: {fault.Message.TrimEnd('.')}. One looks like this: {example}", fault);
        }
    }
}
