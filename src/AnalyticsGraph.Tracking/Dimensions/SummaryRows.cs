using AnalyticsGraph.ClickHouse;
using Npgsql;

namespace AnalyticsGraph.Tracking.Dimensions;

/// <summary>Rows of ClickHouse's copy of summaries, as they are collected.</summary>
internal sealed class SummaryRows
{
    public const string Table = "run_metric";

    /// <summary>What <see cref="Add(NpgsqlDataReader)"/> reads, of <c>run_metric m JOIN run r</c>.</summary>
    public const string Columns =
        "m.key, m.label, m.scope, m.rank, r.experiment_id, m.run_id, m.count, m.nan_count, m.sum, m.m2, m.first_value, m.last_value, coalesce(m.min_value, 0), coalesce(m.max_value, 0)";

    /// <summary>The copy's columns, in that order, without version and deleted.</summary>
    public const string Names = "key, label, scope, rank, experiment_id, run_id, count, nan_count, sum, m2, first_value, last_value, min_value, max_value";

    private const int Wholes = 4;
    private const int Reals = 6;

    private static readonly string[] ColumnNames = Names.Split(", ");
    private readonly List<string>[] _texts = [[], [], []];
    private readonly List<int> _ranks = [];
    private readonly List<long>[] _wholes = [.. Enumerable.Range(0, Wholes).Select(_ => new List<long>())];
    private readonly List<double>[] _reals = [.. Enumerable.Range(0, Reals).Select(_ => new List<double>())];

    /// <summary>How many there are.</summary>
    public int Count => _ranks.Count;

    /// <summary>Adds a row of PostgreSQL.</summary>
    public void Add(NpgsqlDataReader reader)
    {
        for (var i = 0; i < _texts.Length; i++)
            _texts[i].Add(reader.GetString(i));
        _ranks.Add(reader.GetInt32(_texts.Length));
        for (var i = 0; i < Wholes; i++)
            _wholes[i].Add(reader.GetInt64(_texts.Length + 1 + i));
        for (var i = 0; i < Reals; i++)
            _reals[i].Add(reader.GetDouble(_texts.Length + 1 + Wholes + i));
    }

    /// <summary>Adds the key of a row of the copy, for a series that is not there any more.</summary>
    public void AddKey(Block block, int row)
    {
        for (var i = 0; i < _texts.Length; i++)
            _texts[i].Add(block.Column<string>(ColumnNames[i])[row]);
        _ranks.Add(block.Column<int>("rank")[row]);
        for (var i = 0; i < Wholes; i++)
            _wholes[i].Add(i < 2 ? block.Column<long>(ColumnNames[_texts.Length + 1 + i])[row] : 0);
        foreach (var column in _reals)
            column.Add(0);
    }

    /// <summary>Writes the rows, and begins anew.</summary>
    public async Task InsertAsync(ClickHouseClient clickHouse, ulong version, bool areDeleted, CancellationToken ct)
    {
        if (Count == 0)
            return;
        using var block = new Block(
        [
            .. _texts.Select((texts, i) => Column(ColumnNames[i], "String", texts)),
            Column("rank", "Int32", _ranks),
            .. _wholes.Select((wholes, i) => Column(ColumnNames[_texts.Length + 1 + i], "Int64", wholes)),
            .. _reals.Select((reals, i) => Column(ColumnNames[_texts.Length + 1 + Wholes + i], "Float64", reals)),
            ClickHouseColumn.Create("version", ClickHouseType.Parse("UInt64"), Enumerable.Repeat(version, Count).ToArray()),
            ClickHouseColumn.Create("deleted", ClickHouseType.Parse("UInt8"), Enumerable.Repeat(areDeleted ? (byte)1 : (byte)0, Count).ToArray()),
        ]);
        await clickHouse.InsertAsync(new ClickHouseInsert(Table), block, ct).ConfigureAwait(false);
        foreach (var texts in _texts)
            texts.Clear();
        _ranks.Clear();
        foreach (var wholes in _wholes)
            wholes.Clear();
        foreach (var reals in _reals)
            reals.Clear();
    }

    private static ClickHouseColumn Column<T>(string name, string type, List<T> values) => ClickHouseColumn.Create(name, ClickHouseType.Parse(type), values.ToArray());
}
