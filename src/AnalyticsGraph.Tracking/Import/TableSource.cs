using Npgsql;

namespace AnalyticsGraph.Tracking.Import;

/// <summary>Where an original's tables are read from. All kinds give the same: rows in a format of PostgreSQL's COPY.</summary>
internal abstract class TableSource : IAsyncDisposable
{
    /// <summary>Whether what was read so far says that timestamps are written in UTC.</summary>
    public virtual bool HasUtcTimestamps => false;

    /// <summary>The tables in the order they come; each is copied before the next one is asked for.</summary>
    public abstract IAsyncEnumerable<SourceTable> ReadTablesAsync(CancellationToken ct);

    public abstract ValueTask DisposeAsync();

    /// <summary>A folder of CSV files, a SQLite file, or a MySQL dump.</summary>
    /// <exception cref="ImportException">There is no such file, or it cannot be any of these.</exception>
    public static TableSource OpenFile(string path)
    {
        if (Directory.Exists(path))
            return new CsvFolderSource(path);
        if (!File.Exists(path))
            throw new ImportException($"There is no file or folder '{path}'.");
        return SqliteSource.IsSqlite(path) ? new SqliteSource(path) : new MySqlDumpSource(path);
    }

    /// <summary>A folder of CSV files or a plain pg_dump if there is such a file, else a PostgreSQL database.</summary>
    /// <exception cref="ImportException">It is neither.</exception>
    public static TableSource Open(string source)
    {
        if (Directory.Exists(source))
            return new CsvFolderSource(source);
        if (File.Exists(source))
            return new DumpSource(source);
        if (source.EndsWith(".sql", StringComparison.OrdinalIgnoreCase) || source.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
            throw new ImportException($"There is no file '{source}'.");
        return new DatabaseSource(ConnectionStringOf(source));
    }

    // MLflow names its store by a URI (postgresql://, postgresql+psycopg2://), .NET by Key=value pairs: both are taken.
    internal static string ConnectionStringOf(string source)
    {
        if (Uri.TryCreate(source, UriKind.Absolute, out var uri) && (uri.Scheme.Split('+')[0] is "postgresql" or "postgres"))
        {
            var user = uri.UserInfo.Split(':', 2);
            var builder = new NpgsqlConnectionStringBuilder
            {
                Host = uri.Host,
                Port = uri.Port > 0 ? uri.Port : 5432,
                Database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/')),
                Username = Uri.UnescapeDataString(user[0]),
                Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            };
            foreach (var option in uri.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).Where(pair => pair is ["sslmode", _]))
                builder.SslMode = Enum.TryParse<SslMode>(option[1].Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var mode) ? mode : throw new ImportException($"sslmode={option[1]} is not known: disable, allow, prefer, require, verify-ca or verify-full.");
            return builder.ConnectionString;
        }

        try
        {
            return new NpgsqlConnectionStringBuilder(source).ConnectionString;
        }
        catch (ArgumentException fault)
        {
            throw new ImportException(
                $"'{source}' is neither a file or folder nor a connection string. Give a plain pg_dump (.sql, .sql.gz), a folder of CSV files, a URI such as postgresql://user:password@host/mlflow, or Host=...;Database=...", fault);
        }
    }
}

/// <summary>A table of the source.</summary>
/// <param name="Name">Its name, without a schema.</param>
/// <param name="Columns">Its columns in the order of the rows.</param>
/// <param name="CopyToAsync">Writes its rows; tells now and then how much of the whole source was read, if that is known.</param>
/// <param name="IsCsv">Whether the rows are CSV (an empty field without quotes is null), a header first, instead of COPY's text.</param>
internal sealed record SourceTable(string Name, IReadOnlyList<string> Columns, Func<Stream, Action<double?>, CancellationToken, Task> CopyToAsync, bool IsCsv = false);
