using Npgsql;

namespace AnalyticsGraph.Mapping.Sessions;

/// <summary>Where statements go, as spans tell it.</summary>
internal sealed class PostgresServer
{
    public PostgresServer(NpgsqlDataSource dataSource)
    {
        var settings = new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
        (DataSource, Address, Port, Database) = (dataSource, settings.Host, settings.Port, settings.Database ?? settings.Username);
    }

    public NpgsqlDataSource DataSource { get; }

    /// <summary>A name, an address, or the folder of a Unix socket.</summary>
    public string? Address { get; }

    public int Port { get; }

    public string? Database { get; }
}
