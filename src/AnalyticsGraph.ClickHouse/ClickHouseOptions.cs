using System.Data.Common;
using System.Globalization;

namespace AnalyticsGraph.ClickHouse;

/// <summary>How results and inserts are compressed on the wire.</summary>
public enum ClickHouseCompression
{
    /// <summary>Not at all: the best over a Unix socket or on one machine.</summary>
    None,

    /// <summary>HTTP's gzip: the smallest, at most CPU.</summary>
    Gzip,

    /// <summary>ClickHouse's own framed LZ4: fast, for networks.</summary>
    Lz4,
}

/// <summary>Where ClickHouse is and how to talk to it.</summary>
public sealed record ClickHouseOptions
{
    /// <summary>The server's name or address.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The port of its HTTP interface.</summary>
    public int Port { get; init; } = 8123;

    /// <summary>Whether to use TLS (then the port is usually 8443).</summary>
    public bool Secure { get; init; }

    /// <summary>The path of a Unix socket that is used instead of host and port; null for TCP.</summary>
    public string? Socket { get; init; }

    /// <summary>The database that unqualified names are looked up in.</summary>
    public string Database { get; init; } = "default";

    /// <summary>The user; empty for the server's default.</summary>
    public string Username { get; init; } = "default";

    /// <summary>The user's password.</summary>
    public string Password { get; init; } = "";

    /// <summary>Compression on the wire, both ways.</summary>
    public ClickHouseCompression Compression { get; init; }

    /// <summary>The longest silence of the server: until an answer begins, and between any two reads of it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most connections at a time; further queries wait.</summary>
    public int MaxConnections { get; init; } = 100;

    /// <summary>How often a statement that is safe to repeat is repeated after a lost or refused connection.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Settings sent with every statement.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Reads a connection string, e.g. <c>Host=127.0.0.1;Port=8123;Database=default;Username=default;Password=;Compression=lz4;Timeout=30</c> or <c>Socket=/path/to.sock</c>.
    /// Keys are those of the properties, in any case; <c>Timeout</c> is in seconds; a key <c>set_NAME</c> is a setting; values with semicolons go in double quotes.
    /// </summary>
    /// <exception cref="FormatException">A key is unknown or a value is of the wrong form; the message names it.</exception>
    public static ClickHouseOptions Parse(string connectionString)
    {
        var parser = new DbConnectionStringBuilder();
        try
        {
            parser.ConnectionString = connectionString;
        }
        catch (ArgumentException e)
        {
            throw new FormatException("The ClickHouse connection string is not of the form Key=value;Key=value: " + e.Message, e);
        }
        var options = new ClickHouseOptions();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string key in parser.Keys)
        {
            var value = Convert.ToString(parser[key], CultureInfo.InvariantCulture) ?? "";
            options = key.ToLowerInvariant() switch
            {
                "host" => options with { Host = value },
                "port" => options with { Port = Number(key, value, 1, 65535) },
                "secure" => options with { Secure = Flag(key, value) },
                "socket" => options with { Socket = value },
                "database" => options with { Database = value },
                "username" or "user" => options with { Username = value },
                "password" => options with { Password = value },
                "compression" => options with { Compression = CompressionOf(value) },
                "timeout" => options with { Timeout = TimeSpan.FromSeconds(Number(key, value, 1, 86400)) },
                "maxconnections" => options with { MaxConnections = Number(key, value, 1, 10000) },
                "retries" => options with { Retries = Number(key, value, 0, 20) },
                var name when name.StartsWith("set_", StringComparison.Ordinal) => Setting(options, settings, name[4..], value),
                _ => throw new FormatException(
                    $"The ClickHouse connection string has the unknown key '{key}'. Known are Host, Port, Secure, Socket, Database, Username, Password, Compression, Timeout, MaxConnections, Retries, set_NAME."),
            };
        }
        return options with { Settings = settings };
    }

    /// <summary>The options without the password.</summary>
    public override string ToString() =>
        $"{(Socket is null ? $"{(Secure ? "https" : "http")}://{Host}:{Port.ToString(CultureInfo.InvariantCulture)}" : "unix:" + Socket)}, database {Database}, user {Username}";

    private static ClickHouseOptions Setting(ClickHouseOptions options, Dictionary<string, string> settings, string name, string value)
    {
        Names.RequireSetting(name);
        settings[name] = value;
        return options;
    }

    private static ClickHouseCompression CompressionOf(string value) => value.ToLowerInvariant() switch
    {
        "none" => ClickHouseCompression.None,
        "gzip" => ClickHouseCompression.Gzip,
        "lz4" => ClickHouseCompression.Lz4,
        _ => throw new FormatException($"Compression={value} in the ClickHouse connection string: it is none, gzip or lz4."),
    };

    private static int Number(string key, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new FormatException($"{key}={value} in the ClickHouse connection string: it is a number from {least} to {most}.");

    private static bool Flag(string key, string value) => bool.TryParse(value, out var flag) ? flag : throw new FormatException($"{key}={value} in the ClickHouse connection string: it is true or false.");
}
