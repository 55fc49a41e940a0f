using AnalyticsGraph.Tracking.Import;
using AnalyticsGraph.Tracking.Rules;
using AnalyticsGraph.Tracking.Writing;
using Npgsql;

namespace AnalyticsGraph.Tracking.Points;

/// <summary>The columns of a tabular dataset: rows of <c>dataset_feature</c>.</summary>
internal static class DatasetColumns
{
    /// <summary>The most columns of a dataset.</summary>
    public const int MostColumns = 10_000;

    /// <summary>Adds columns that the dataset does not have, and checks that the rows' values fit. The caller holds the dataset.</summary>
    public static async Task AddAsync(NpgsqlConnection connection, AddSamplesRequest request, InputRules rules, CancellationToken ct)
    {
        var present = await ReadAsync(connection, request.DatasetId, ct).ConfigureAwait(false);
        var added = Join(present, request.Columns.Index(), rules);
        for (var i = 0; i < request.Samples.Count; i++)
        {
            var (features, texts) = (request.Samples[i].Features, request.Samples[i].Texts);
            for (var j = 0; j < features.Count; j++)
                CheckValue(present, features[j].Key, isText: false, rules, "input", "samples", i, "features", j, "name");
            for (var j = 0; j < texts.Count; j++)
            {
                CheckValue(present, texts[j].Key, isText: true, rules, "input", "samples", i, "texts", j, "name");
                rules.Text(texts[j].Value, InputRules.LongestTag, "The text", "input", "samples", i, "texts", j, "value");
            }
        }

        if (rules.Errors.Count == 0)
            await InsertAsync(connection, request.DatasetId, added, ct).ConfigureAwait(false);
    }

    /// <summary>Those of the columns that the dataset does not have. What is wrong names them by their index. The caller holds the dataset.</summary>
    public static async Task<IReadOnlyList<ColumnInput>> FindNewAsync(
        NpgsqlConnection connection, long dataset, IEnumerable<(int Index, ColumnInput Column)> columns, InputRules rules, CancellationToken ct) =>
        Join(await ReadAsync(connection, dataset, ct).ConfigureAwait(false), columns, rules);

    /// <summary>The columns that the dataset has, and whether they hold texts.</summary>
    private static async Task<Dictionary<string, bool>> ReadAsync(NpgsqlConnection connection, long dataset, CancellationToken ct)
    {
        var present = new Dictionary<string, bool>(StringComparer.Ordinal);
        await using (var read = new NpgsqlCommand("SELECT name, type = 'TEXT' FROM dataset_feature WHERE dataset_id = $1", connection) { Parameters = { new() { Value = dataset } } })
        await using (var reader = await read.ExecuteReaderAsync(ct).ConfigureAwait(false))
        {
            while (await reader.ReadAsync(ct).ConfigureAwait(false))
                present.Add(reader.GetString(0), reader.GetBoolean(1));
        }

        return present;
    }

    private static List<ColumnInput> Join(Dictionary<string, bool> present, IEnumerable<(int Index, ColumnInput Column)> columns, InputRules rules)
    {
        var added = new List<ColumnInput>();
        var names = present.Keys.ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (i, column) in columns)
        {
            if (present.TryAdd(column.Name, column.IsText))
            {
                CheckName(column.Name, names, rules, "input", "columns", i, "name");
                added.Add(column);
            }
            else if (present[column.Name] != column.IsText)
                rules.Invalid($"The column '{InputRules.Shortened(column.Name)}' holds {(column.IsText ? "numbers" : "texts")} already.", "input", "columns", i, "type");
        }

        if (present.Count > MostColumns)
            rules.Invalid($"The dataset would have {present.Count} columns; the most are {MostColumns}.", "input", "columns");
        return added;
    }

    /// <summary>A new column's name must be one that a table of samples can have, beside its own columns and in databases that know no difference of case.</summary>
    private static void CheckName(string name, HashSet<string> names, InputRules rules, params object[] path)
    {
        if (name.Any(char.IsControl))
            rules.Invalid("The column's name contains a control character, such as a line break.", path);
        if (OriginalTables.Samples.Columns.Any(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            rules.Invalid($"The column '{name}' would be named like one that every table of samples has: {string.Join(", ", OriginalTables.Samples.Columns.Select(column => column.Name))}.", path);
        if (!names.Add(name))
            rules.Invalid($"The dataset has the column '{InputRules.Shortened(names.First(other => other.Equals(name, StringComparison.OrdinalIgnoreCase)))}' already, which differs in case only.", path);
    }

    /// <summary>Adds columns that the dataset does not have, behind the ones it has. The caller holds the dataset.</summary>
    public static async Task InsertAsync(NpgsqlConnection connection, long dataset, IReadOnlyList<ColumnInput> added, CancellationToken ct)
    {
        if (added.Count == 0)
            return;
        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO dataset_feature (dataset_id, position, name, type)
            SELECT $1, coalesce((SELECT max(position) + 1 FROM dataset_feature WHERE dataset_id = $1), 0) + c.place - 1, c.name, c.type
            FROM unnest($2, $3) WITH ORDINALITY AS c (name, type, place)
            """, connection)
        {
            Parameters =
            {
                new() { Value = dataset }, new() { Value = added.Select(column => column.Name).ToArray() },
                new() { Value = added.Select(column => column.IsText ? "TEXT" : "NUMBER").ToArray() },
            },
        };
        await insert.ExecuteNonQueryAsync(ct).ConfigureAwait(false);
    }

    private static void CheckValue(Dictionary<string, bool> columns, string name, bool isText, InputRules rules, params object[] path)
    {
        if (!columns.TryGetValue(name, out var holdsTexts))
            rules.Invalid($"The dataset has no column '{InputRules.Shortened(name)}'; name new ones in `columns`.", path);
        else if (holdsTexts != isText)
            rules.Invalid($"The column '{InputRules.Shortened(name)}' holds {(holdsTexts ? "texts" : "numbers")}.", path);
    }
}
