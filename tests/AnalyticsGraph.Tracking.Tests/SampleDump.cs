using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace AnalyticsGraph.Tracking.Tests;

/// <summary>The bundled sample, read by other means than the import's: lines, split at tabs.</summary>
internal static class SampleDump
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "samples", "mlflow_backend.sql.gz");

    public static string Text { get; } = ReadText();

    /// <summary>The dump with a sixth of its points, for tests that are not about them: long runs have each hundredth step, and what is latest.</summary>
    public static string Short { get; } = Shorten();

    public static IReadOnlyList<Dictionary<string, string>> Rows(string table) => Rows(Text, table);

    public static IReadOnlyList<Dictionary<string, string>> Rows(string text, string table)
    {
        var from = text.IndexOf($"COPY public.{table} (", StringComparison.Ordinal);
        var lines = text[from..].Split('\n');
        string[] columns = [.. lines[0][(lines[0].IndexOf('(', StringComparison.Ordinal) + 1)..lines[0].IndexOf(')', StringComparison.Ordinal)].Split(", ").Select(name => name.Trim('"'))];
        return [.. lines.Skip(1).TakeWhile(line => line != "\\.").Select(line => columns.Zip(line.Split('\t')).ToDictionary(pair => pair.First, pair => pair.Second))];
    }

    public static double TrueValue(Dictionary<string, string> metric) =>
        metric["is_nan"] == "t" ? double.NaN : double.Parse(metric["value"], CultureInfo.InvariantCulture) switch
        {
            double.MaxValue => double.PositiveInfinity,
            double.MinValue => double.NegativeInfinity,
            var value => value,
        };

    /// <summary>The dump with a table's rows edited; null takes a row out. Rows come and go as the dump writes them, columns between tabs.</summary>
    public static string Edit(string text, string table, Func<string, string?> edit)
    {
        var from = text.IndexOf('\n', text.IndexOf($"COPY public.{table} (", StringComparison.Ordinal)) + 1;
        var to = text.IndexOf("\\.\n", from, StringComparison.Ordinal);
        return text[..from] + string.Concat(text[from..to].Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(edit).OfType<string>().Select(row => row + "\n")) + text[to..];
    }

    /// <summary>The dump without the rows of a table that contain a text.</summary>
    public static string Without(string text, string table, string part) => Edit(text, table, row => row.Contains(part, StringComparison.Ordinal) ? null : row);

    /// <summary>The dump with further rows in a table.</summary>
    public static string With(string text, string table, string rows)
    {
        var from = text.IndexOf('\n', text.IndexOf($"COPY public.{table} (", StringComparison.Ordinal)) + 1;
        return text.Insert(from, rows);
    }

    /// <summary>Writes an edited dump.</summary>
    /// <returns>Its path; the caller deletes it.</returns>
    public static string Write(string text)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"dump-{Guid.NewGuid():n}.sql");
        File.WriteAllText(path, text);
        return path;
    }

    private static string Shorten()
    {
        var points = Rows("metrics");
        var whole = points.GroupBy(row => row["run_uuid"]).Where(run => run.Count() <= 1200).Select(run => run.Key).ToHashSet();
        var latest = Rows("latest_metrics").Select(row => (row["run_uuid"], row["key"], row["step"])).ToHashSet();
        var at = 0;
        return Edit(Text, "metrics", row => points[at++] is var point
            && (whole.Contains(point["run_uuid"]) || point["step"].EndsWith("00", StringComparison.Ordinal) || latest.Contains((point["run_uuid"], point["key"], point["step"]))) ? row : null);
    }

    private static string ReadText()
    {
        using var gzip = new GZipStream(File.OpenRead(Path), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
