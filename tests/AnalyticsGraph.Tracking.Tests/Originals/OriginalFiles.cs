using System.Text;
using AnalyticsGraph.Tracking.Import;
using Microsoft.Data.Sqlite;

namespace AnalyticsGraph.Tracking.Tests.Originals;

/// <summary>An original's tables, made by a test: rows of texts, and the files that hold them.</summary>
internal sealed class OriginalFiles : IDisposable
{
    private readonly List<(string Table, string[] Columns, List<string?[]> Rows)> _tables = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("originals-").FullName;
    private int _files;

    public OriginalFiles Table(string name, string columns, params string?[][] rows)
    {
        _tables.Add((name, columns.Split(' '), [.. rows]));
        return this;
    }

    /// <summary>A path for something new.</summary>
    public string NewPath(string name) => Path.Combine(_folder, $"{_files++}-{name}");

    /// <summary>As mysqldump writes it.</summary>
    public string MySqlDump(bool complete = false, bool isUtc = false)
    {
        var dump = new StringBuilder($"-- MySQL dump 10.13\n/*!40101 SET NAMES utf8mb4 */;\n{(isUtc ? "/*!40103 SET TIME_ZONE='+00:00' */;\n" : "")}");
        foreach (var (table, columns, rows) in _tables)
        {
            dump.Append($"DROP TABLE IF EXISTS `{table}`;\nCREATE TABLE `{table}` (\n{string.Join(",\n", columns.Select(column => $"  `{column}` varchar(255) DEFAULT 'a,(b' COMMENT 'x; y'"))},\n  KEY `k` (`{columns[0]}`)\n) ENGINE=InnoDB;\nLOCK TABLES `{table}` WRITE;\n/*!40000 ALTER TABLE `{table}` DISABLE KEYS */;\n");
            foreach (var chunk in rows.Chunk(3))
                dump.Append($"INSERT INTO `{table}`{(complete ? $" ({string.Join(", ", columns.Select(column => $"`{column}`"))})" : "")} VALUES {string.Join(",", chunk.Select(row => $"({string.Join(",", row.Select(Literal))})"))};\n");
            dump.Append("UNLOCK TABLES;\n");
        }

        return Write("dump.sql", dump.ToString());
    }

    public string Sqlite()
    {
        var path = NewPath("records.db");
        SQLitePCL.Batteries_V2.Init();
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        foreach (var (table, columns, rows) in _tables)
        {
            Run(connection, $"CREATE TABLE \"{table}\" ({string.Join(", ", columns.Select(column => $"\"{column}\" TEXT"))})", []);
            foreach (var row in rows)
                Run(connection, $"INSERT INTO \"{table}\" VALUES ({string.Join(", ", row.Select((_, i) => "$p" + i))})", row);
        }

        return path;
    }

    /// <summary>As pg_dump writes it.</summary>
    public string PostgresDump()
    {
        var dump = new StringBuilder("SET client_encoding = 'UTF8';\n");
        foreach (var (table, columns, rows) in _tables)
            dump.Append($"COPY public.{table} ({string.Join(", ", columns.Select(Sql.Quote))}) FROM stdin;\n{string.Concat(rows.Select(row => string.Join('\t', row.Select(value => value?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) ?? "\\N")) + "\n"))}\\.\n");
        return Write("dump.sql", dump.ToString());
    }

    public string Write(string name, string text)
    {
        var path = NewPath(name);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }

    /// <summary>All files of a folder with their texts, by name.</summary>
    public static SortedDictionary<string, string> Read(string folder)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            files.Add(Path.GetRelativePath(folder, file), File.ReadAllText(file));
        return files;
    }

    /// <summary>That each row of the one is in the other, in any order of rows and columns.</summary>
    public static async Task AssertHoldsAsync(TableSource original, TableSource exported)
    {
        var expected = await RowsAsync(original);
        var actual = await RowsAsync(exported);
        foreach (var (table, rows) in expected.Where(table => table.Value.Count > 0))
            Assert.True(rows.Order(StringComparer.Ordinal).SequenceEqual(actual[table].Order(StringComparer.Ordinal)), $"{table}\n{string.Join('\n', rows.Except(actual[table]))}\nbecame\n{string.Join('\n', actual[table].Except(rows))}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Literal(string? value) => value is null
        ? "NULL"
        : "'" + value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\u001A", "\\Z", StringComparison.Ordinal) + "'";

    private static void Run(SqliteConnection connection, string sql, string?[] values)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue("$p" + i, (object?)values[i] ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    private static async Task<Dictionary<string, List<string>>> RowsAsync(TableSource source)
    {
        var tables = new Dictionary<string, List<string>>();
        await using var tablesOf = source;
        await foreach (var table in source.ReadTablesAsync(CancellationToken.None))
        {
            using var text = new MemoryStream();
            await table.CopyToAsync(text, _ => { }, CancellationToken.None);
            var order = table.Columns.Select((name, i) => (name, i)).OrderBy(column => column.name, StringComparer.Ordinal).Select(column => column.i).ToArray();
            var rows = Encoding.UTF8.GetString(text.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row.Split('\t')).Select(row => string.Join('\t', order.Select(i => row[i])));
            tables.TryAdd(table.Name, []);
            tables[table.Name].AddRange(rows);
        }

        return tables;
    }
}
