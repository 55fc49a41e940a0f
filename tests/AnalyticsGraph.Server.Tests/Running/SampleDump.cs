using System.Collections.Frozen;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace AnalyticsGraph.Server.Tests.Running;

/// <summary>The bundled sample as its text says, read by other means than the import's.</summary>
internal static class SampleDump
{
    private static readonly Lazy<FrozenDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string?>>>> All = new(Read);

    /// <summary>The dump.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "samples", "mlflow_backend.sql.gz");

    /// <summary>Every table of the dump, those without rows included.</summary>
    public static FrozenDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string?>>> Tables => All.Value;

    /// <summary>The rows of a table.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string?>> Rows(string table) => Tables[table];

    /// <summary>What MLflow means by a metric's columns: NaN stands in <c>is_nan</c>, the infinities as the greatest doubles.</summary>
    public static double TrueValue(IReadOnlyDictionary<string, string?> metric) =>
        metric["is_nan"] == "t" ? double.NaN : double.Parse(metric["value"]!, CultureInfo.InvariantCulture) switch
        {
            double.MaxValue => double.PositiveInfinity,
            double.MinValue => double.NegativeInfinity,
            var value => value,
        };

    private static FrozenDictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string?>>> Read()
    {
        using var gzip = new GZipStream(File.OpenRead(Path), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        var tables = new Dictionary<string, IReadOnlyList<IReadOnlyDictionary<string, string?>>>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("COPY public.", StringComparison.Ordinal))
            {
                var open = line.IndexOf('(', StringComparison.Ordinal);
                var columns = line[(open + 1)..line.IndexOf(')', StringComparison.Ordinal)].Split(", ").Select(column => column.Trim('"')).ToArray();
                var rows = new List<IReadOnlyDictionary<string, string?>>();
                while (reader.ReadLine() is { } row && row != "\\.")
                {
                    rows.Add(columns.Zip(row.Split('\t')).ToDictionary(pair => pair.First, pair => Unescape(pair.Second)));
                }

                tables.Add(line["COPY public.".Length..(open - 1)], rows);
            }
        }

        return tables.ToFrozenDictionary();
    }

    private static string? Unescape(string text)
    {
        if (text == "\\N")
        {
            return null;
        }

        var parts = text.Split("\\\\");
        return string.Join('\\', parts.Select(part => part.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal).Replace("\\r", "\r", StringComparison.Ordinal)));
    }
}
