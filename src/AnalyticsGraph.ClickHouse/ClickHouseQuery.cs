namespace AnalyticsGraph.ClickHouse;

/// <summary>A statement. Values never stand in <paramref name="Sql"/>: it says <c>{name:Type}</c>, and <see cref="Parameters"/> has the values.</summary>
/// <param name="Sql">One statement, without a FORMAT clause.</param>
public sealed record ClickHouseQuery(string Sql)
{
    /// <summary>The values of the statement's <c>{name:Type}</c>.</summary>
    public IReadOnlyDictionary<string, ClickHouseParameter> Parameters { get; init; } = new Dictionary<string, ClickHouseParameter>();

    /// <summary>Settings of this statement alone.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The id under which the server logs and kills it; null lets the client choose.</summary>
    public string? QueryId { get; init; }

    /// <summary>Tables that exist for this statement only, e.g. many ids to look up.</summary>
    public IReadOnlyList<ClickHouseExternalTable> ExternalTables { get; init; } = [];

    /// <summary>As <see cref="ExternalTables"/>, of data that ClickHouse reads in one of its formats while they come. Such a query is never repeated.</summary>
    public IReadOnlyList<ClickHouseExternalStream> ExternalStreams { get; init; } = [];

    /// <summary>The database for unqualified names; null is that of the options.</summary>
    public string? Database { get; init; }

    /// <summary>The longest silence of the server; null is that of the options.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>What the statement's span tells besides, such as for whom it is asked; never a value of the data.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> TraceTags { get; init; } = [];

    /// <summary>The query with one more parameter.</summary>
    /// <param name="name">As in <c>{name:Type}</c>.</param>
    /// <param name="type">The type there; decides how the value is written.</param>
    /// <param name="value">null for NULL; lists for arrays, dictionaries for maps, lists or tuples for tuples.</param>
    public ClickHouseQuery With(string name, string type, object? value) =>
        this with { Parameters = new Dictionary<string, ClickHouseParameter>(Parameters) { [name] = new(type, value) } };

    /// <summary>The query with one more setting.</summary>
    public ClickHouseQuery WithSetting(string name, string value) => this with { Settings = new Dictionary<string, string>(Settings) { [name] = value } };
}

/// <summary>A parameter's value.</summary>
/// <param name="Type">The type as the statement says it in <c>{name:Type}</c>.</param>
/// <param name="Value">The value; null for NULL.</param>
public sealed record ClickHouseParameter(string Type, object? Value);

/// <summary>A temporary table of one request, sent along with it: for id sets too large for a parameter.</summary>
/// <param name="Name">The table's name in the statement.</param>
/// <param name="Rows">Its rows; the columns' names and types make the table.</param>
public sealed record ClickHouseExternalTable(string Name, Block Rows)
{
    /// <summary>Further rows, of the same columns, sent while they come; null for none. A statement with such a table is not repeated once it was sent, and its time limit does not run while it waits for them.</summary>
    public IAsyncEnumerable<Block>? More { get; init; }
}

/// <summary>A temporary table of one request whose rows are sent as they are.</summary>
/// <param name="Name">The table's name in the statement.</param>
/// <param name="Format">One of ClickHouse's formats.</param>
/// <param name="Structure">The columns as SQL: names, in backquotes where they are no identifiers, and types. Never a text that was not checked.</param>
/// <param name="Data">The rows: from where the stream stands to its end. It stays the caller's, to be disposed.</param>
public sealed record ClickHouseExternalStream(string Name, string Format, string Structure, Stream Data);

/// <summary>Where an insert goes.</summary>
/// <param name="Table">The table's name, unquoted.</param>
/// <param name="Columns">The table's columns that are written; null takes those of the first block.</param>
public sealed record ClickHouseInsert(string Table, IReadOnlyList<string>? Columns = null)
{
    /// <summary>The table's database; null is that of the options.</summary>
    public string? Database { get; init; }

    /// <summary>Settings of this insert, e.g. <c>fsync_after_insert</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// Names this insert: a table with a deduplication window drops a second one of the same token, which makes repeating safe. With a token, and all blocks at hand,
    /// the client repeats after a lost connection; without one never once bytes were sent.
    /// </summary>
    public string? DeduplicationToken { get; init; }

    /// <summary>The id under which the server logs it; null lets the client choose.</summary>
    public string? QueryId { get; init; }

    /// <summary>The longest silence of the server after the last block; null is that of the options.</summary>
    public TimeSpan? Timeout { get; init; }
}
